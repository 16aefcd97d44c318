// Layers that hold nothing to learn.

/// max(x, 0).
public final class ReLU: Layer {
    /// An activation without settings.
    public init() {}
    /// Any shape; the same in both modes.
    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor { try input.relu() }
}

/// The largest value of each window.
public final class MaxPool2d: Layer {
    let size: Int
    let stride: Int
    let padding: Int

    /// A square window, in pixels.
    /// - Parameters:
    ///   - stride: the step between windows; nil takes the window's side.
    ///   - padding: the border on every side, at most half of the window's.
    public init(_ size: Int, stride: Int? = nil, padding: Int = 0) {
        self.size = size
        self.stride = stride ?? size
        self.padding = padding
    }

    /// Takes `[N, C, H, W]` to `[N, C, H′, W′]`, the same way in both modes.
    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        try input.maxPool2d(size, stride: stride, padding: padding)
    }
}

/// The mean of each window; the border counts as zeros, as in PyTorch.
public final class AveragePool2d: Layer {
    let size: Int
    let stride: Int
    let padding: Int

    /// A square window, in pixels.
    /// - Parameters:
    ///   - stride: the step between windows; nil takes the window's side.
    ///   - padding: the border on every side, at most half of the window's.
    public init(_ size: Int, stride: Int? = nil, padding: Int = 0) {
        self.size = size
        self.stride = stride ?? size
        self.padding = padding
    }

    /// Takes `[N, C, H, W]` to `[N, C, H′, W′]`, the same way in both modes.
    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        try input.averagePool2d(size, stride: stride, padding: padding)
    }
}

/// The mean over height and width, `[N, C, 1, 1]`.
public final class GlobalAveragePool2d: Layer {
    /// A pool without settings: its window is the whole map, whatever its size.
    public init() {}
    /// Takes `[N, C, H, W]` to `[N, C, 1, 1]`, the same way in both modes.
    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        try input.adaptiveAveragePool2d([1, 1])
    }
}

/// Joins all dimensions but the first.
public final class Flatten: Layer {
    /// A change of shape without settings, mostly before a ``Linear`` layer.
    public init() {}
    /// Takes `[N, C, H, W]` to `[N, C·H·W]`, the same way in both modes.
    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        try input.flattened(from: 1)
    }
}

/// Zeroes elements at random while training.
public final class Dropout: Layer {
    let probability: Double

    /// Zeroes each element independently of the others.
    /// - Parameter probability: that an element is zeroed, 0…1.
    public init(_ probability: Double) { self.probability = probability }

    /// In training zeroes elements and scales the others up by 1 / (1 − probability); in evaluation
    /// returns the input itself.
    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        guard case .training(let generator) = mode else { return input }
        return try input.dropout(probability, generator: generator)
    }
}
