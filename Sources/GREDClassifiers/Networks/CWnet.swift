import GREDImages
import LibTorch

/// The network of Carlini and Wagner (2017), from which the paper's black-box attacks transfer: four
/// 3×3 convolutions without padding in two blocks, then two hidden linear layers with dropout.
///
/// Grey images (28×28) get 32 and 64 channels and 200 units, colour images (32×32) 64 and 128
/// channels and 256 units, as in the original.
public final class CWnet: Layer {
    private let features: Sequential
    private let classifier: Sequential

    /// - Parameters:
    ///   - shape: of one input, with sides of at least 16.
    ///   - width: scales channels and units; 1 is the original.
    public init(shape: ImageShape, classes: Int, width: Double = 1, generator: Generator) throws {
        let isGrey = shape.channels == 1
        let channels = (isGrey ? [32, 64] : [64, 128]).map { $0.scaled(by: width) }
        let units = (isGrey ? 200 : 256).scaled(by: width)
        func convolution(_ inputs: Int, _ outputs: Int) throws -> Convolution2d {
            try Convolution2d(
                inputChannels: inputs, outputChannels: outputs, kernelSize: 3,
                generator: generator)
        }
        features = Sequential([
            try convolution(shape.channels, channels[0]), ReLU(),
            try convolution(channels[0], channels[0]), ReLU(), MaxPool2d(2),
            try convolution(channels[0], channels[1]), ReLU(),
            try convolution(channels[1], channels[1]), ReLU(), MaxPool2d(2), Flatten(),
        ])
        // Each block takes 4 from a side and halves it.
        let side = { (length: Int) in ((length - 4) / 2 - 4) / 2 }
        let inputs = channels[1] * side(shape.height) * side(shape.width)
        classifier = Sequential([
            try Linear(inputs: inputs, outputs: units, generator: generator), ReLU(),
            Dropout(0.5),
            try Linear(inputs: units, outputs: units, generator: generator), ReLU(),
            try Linear(inputs: units, outputs: classes, generator: generator),
        ])
    }

    /// Logits `[N, L]` of images `[N, C, H, W]` in 0…1; dropout (0.5) in training.
    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        try classifier(features(input.channelsLast(), mode: mode), mode: mode)
    }

    public var children: [(name: String, layer: any Layer)] {
        [("features", features), ("classifier", classifier)]
    }
}

extension Int {
    /// A number of channels, scaled and at least 1.
    func scaled(by width: Double) -> Int { Swift.max(1, Int((Double(self) * width).rounded())) }
}
