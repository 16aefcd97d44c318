import GREDImages
import LibTorch

/// VGG11 with batch normalisation in the CIFAR form: eight 3×3 convolutions in five blocks, then
/// one linear layer from 512 features (Simonyan and Zisserman 2015). Names are torchvision's.
///
/// Images whose sides are no multiple of 32 are padded inside (MNIST 28→32), so that an attack
/// cannot touch the border.
public final class VGG11: Layer {
    private let features: Sequential
    private let classifier: Linear
    private let padding: Padding

    /// - Parameters:
    ///   - shape: of one input.
    ///   - width: scales the number of channels: 1 is 64 … 512.
    ///   - paddingValue: what the border holds.
    public init(
        shape: ImageShape, classes: Int, width: Double = 1, paddingValue: Double = 0,
        generator: Generator
    ) throws {
        var layers: [any Layer] = []
        var channels = shape.channels
        for block in Self.blocks {
            for size in block {
                let wide = size.scaled(by: width)
                layers += [
                    try Convolution2d(
                        inputChannels: channels, outputChannels: wide, kernelSize: 3, padding: 1,
                        generator: generator),
                    try BatchNorm2d(channels: wide),
                    ReLU(),
                ]
                channels = wide
            }
            layers.append(MaxPool2d(2))
        }
        features = Sequential(layers)
        classifier = try Linear(inputs: channels, outputs: classes, generator: generator)
        padding = Padding(shape, toMultipleOf: 32, value: paddingValue)
    }

    private static let blocks = [[64], [128], [256, 256], [512, 512], [512, 512]]
    static let blockCount = blocks.count

    /// Logits `[N, L]` of images `[N, C, H, W]` in 0…1, which are padded first.
    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        let maps = try features(padding.applied(to: input).channelsLast(), mode: mode)
        return try logits(of: maps, mode: mode)
    }

    /// The pooled output of each block, in a pass without training.
    func blockOutputs(of input: Tensor) throws -> [Tensor] {
        var maps = try padding.applied(to: input).channelsLast()
        var pooled: [Tensor] = []
        for (_, layer) in features.children {
            maps = try layer(maps)
            if layer is MaxPool2d { pooled.append(maps) }
        }
        return pooled
    }

    /// What follows the last block.
    func logits(of maps: Tensor, mode: Mode = .evaluation) throws -> Tensor {
        try classifier(maps.adaptiveAveragePool2d([1, 1]).flattened(from: 1), mode: mode)
    }

    public var children: [(name: String, layer: any Layer)] {
        [("features", features), ("classifier", classifier)]
    }
}
