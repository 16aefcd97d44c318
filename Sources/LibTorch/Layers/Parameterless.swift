// Layers that hold nothing to learn.

/// max(x, 0).
public final class ReLU: Layer {
    public init() {}
    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor { try input.relu() }
}

/// The largest value of each window.
public final class MaxPool2d: Layer {
    let size: Int
    let stride: Int
    let padding: Int

    public init(_ size: Int, stride: Int? = nil, padding: Int = 0) {
        self.size = size
        self.stride = stride ?? size
        self.padding = padding
    }

    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        try input.maxPool2d(size, stride: stride, padding: padding)
    }
}

/// The mean of each window; the border counts as zeros, as in PyTorch.
public final class AveragePool2d: Layer {
    let size: Int
    let stride: Int
    let padding: Int

    public init(_ size: Int, stride: Int? = nil, padding: Int = 0) {
        self.size = size
        self.stride = stride ?? size
        self.padding = padding
    }

    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        try input.averagePool2d(size, stride: stride, padding: padding)
    }
}

/// The mean over height and width, `[N, C, 1, 1]`.
public final class GlobalAveragePool2d: Layer {
    public init() {}
    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        try input.adaptiveAveragePool2d([1, 1])
    }
}

/// Joins all dimensions but the first.
public final class Flatten: Layer {
    public init() {}
    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        try input.flattened(from: 1)
    }
}

/// Zeroes elements at random while training.
public final class Dropout: Layer {
    let probability: Double

    public init(_ probability: Double) { self.probability = probability }

    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        guard case .training(let generator) = mode else { return input }
        return try input.dropout(probability, generator: generator)
    }
}
