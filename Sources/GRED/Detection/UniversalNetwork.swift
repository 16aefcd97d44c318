import GREDImages
import LibTorch

/// A small convolutional network whose features are joined by numbers before they are judged.
///
/// Three blocks of two 3×3 convolutions with batch norm, each halving the image, pooled to 2×2; then
/// 64 hidden units over these features and the numbers, and two logits, benign and adversarial. In
/// images of 128 pixels and more the first convolution goes in longer steps, so that the network
/// stays small beside the classifier that it guards.
package final class UniversalNetwork: Layer {
    private let features: Sequential
    private let hidden: Linear
    private let output: Linear
    private let shape: ImageShape
    private let dropout = Dropout(0.3)

    /// - Parameters:
    ///   - shape: of the planes that it reads.
    ///   - numbers: how many numbers join them.
    ///   - width: the channels of the first block; the others have two and four times as many.
    package init(shape: ImageShape, numbers: Int, width: Int, generator: Generator) throws {
        self.shape = shape
        var layers: [any Layer] = []
        var channels = shape.channels
        var step = max(min(shape.height, shape.width) / 64, 1)
        for wide in [width, 2 * width, 4 * width] {
            for _ in 0..<2 {
                layers += [
                    try Convolution2d(
                        inputChannels: channels, outputChannels: wide, kernelSize: 3, stride: step,
                        padding: 1, bias: false, generator: generator),
                    try BatchNorm2d(channels: wide), ReLU(),
                ]
                (channels, step) = (wide, 1)
            }
            layers.append(MaxPool2d(2))
        }
        features = Sequential(layers)
        hidden = try Linear(inputs: 4 * channels + numbers, outputs: 64, generator: generator)
        output = try Linear(inputs: 64, outputs: 2, generator: generator)
    }

    /// - Parameter input: a row an image, `[N, C·H·W + numbers]`: its planes, then its numbers.
    package func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        let planes = try input.sliced(0..<shape.count, dimension: 1)
            .reshaped([input.shape[0], shape.channels, shape.height, shape.width])
        let numbers = try input.sliced(shape.count..<input.shape[1], dimension: 1)
        let maps = try features(planes.channelsLast(), mode: mode).adaptiveAveragePool2d([2, 2])
        let joined = try Tensor.concatenated(
            [dropout(maps.flattened(from: 1), mode: mode), numbers.to(maps.dtype ?? .float32)],
            dimension: 1)
        return try output(hidden(joined, mode: mode).relu(), mode: mode)
    }

    package var children: [(name: String, layer: any Layer)] {
        [("features", features), ("hidden", hidden), ("output", output)]
    }
}
