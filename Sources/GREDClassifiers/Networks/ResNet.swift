import GREDImages
import LibTorch

/// A residual network for images of about 224 pixels (He et al. 2016), with torchvision's names and
/// strides: `conv1`, `layer1.0.conv1` … `fc`.
public final class ResNet: Layer {
    /// How deep: the number of layers with weights.
    public enum Depth: Int, Sendable, CaseIterable {
        /// 2, 2, 2 and 2 blocks of two 3×3 convolutions.
        case d18 = 18
        /// 3, 4, 6 and 3 blocks of two 3×3 convolutions.
        case d34 = 34
        /// 3, 4, 6 and 3 bottleneck blocks.
        case d50 = 50
        /// 3, 4, 23 and 3 bottleneck blocks.
        case d101 = 101
        /// 3, 8, 36 and 3 bottleneck blocks.
        case d152 = 152

        /// Blocks in each of the four stages.
        var blocks: [Int] {
            switch self {
            case .d18: [2, 2, 2, 2]
            case .d34, .d50: [3, 4, 6, 3]
            case .d101: [3, 4, 23, 3]
            case .d152: [3, 8, 36, 3]
            }
        }

        var hasBottlenecks: Bool { rawValue >= 50 }
    }

    private let stem: Convolution2d
    private let stemNorm: BatchNorm2d
    private let stages: [Sequential]
    private let classifier: Linear

    /// - Parameter width: scales the number of channels; 1 is 64 … 512 (times 4 with bottlenecks).
    public init(
        _ depth: Depth, channels: Int = 3, classes: Int, width: Double = 1, generator: Generator
    ) throws {
        var inputs = 64.scaled(by: width)
        stem = try Convolution2d(
            inputChannels: channels, outputChannels: inputs, kernelSize: 7, stride: 2, padding: 3,
            bias: false, generator: generator)
        stemNorm = try BatchNorm2d(channels: inputs)
        var stages: [Sequential] = []
        for (stage, count) in depth.blocks.enumerated() {
            let planes = (64 << stage).scaled(by: width)
            let blocks = try (0..<count).map { place in
                let block = try ResidualBlock(
                    inputs: inputs, planes: planes, stride: stage > 0 && place == 0 ? 2 : 1,
                    hasBottleneck: depth.hasBottlenecks, generator: generator)
                inputs = block.outputs
                return block
            }
            stages.append(Sequential(blocks))
        }
        self.stages = stages
        classifier = try Linear(inputs: inputs, outputs: classes, generator: generator)
    }

    /// Logits `[N, L]` of images `[N, C, H, W]` in 0…1, of any height and width.
    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        let outputs = try stageOutputs(of: input, mode: mode)
        return try logits(of: outputs[outputs.count - 1], mode: mode)
    }

    /// The output of each stage.
    func stageOutputs(of input: Tensor, mode: Mode) throws -> [Tensor] {
        var maps = try stemNorm(stem(input.channelsLast(), mode: mode), mode: mode)
            .relu().maxPool2d(3, stride: 2, padding: 1)
        return try stages.map { stage in
            maps = try stage(maps, mode: mode)
            return maps
        }
    }

    /// What follows the last stage.
    func logits(of maps: Tensor, mode: Mode) throws -> Tensor {
        try classifier(maps.adaptiveAveragePool2d([1, 1]).flattened(from: 1), mode: mode)
    }

    public var children: [(name: String, layer: any Layer)] {
        [("conv1", stem), ("bn1", stemNorm)]
            + stages.enumerated().map { ("layer\($0.offset + 1)", $0.element) }
            + [("fc", classifier)]
    }
}

/// Two 3×3 convolutions, or 1×1, 3×3, 1×1 with a bottleneck, around a shortcut.
private final class ResidualBlock: Layer {
    let outputs: Int
    private let convolutions: [Convolution2d]
    private let norms: [BatchNorm2d]
    private let shortcut: Sequential?

    init(
        inputs: Int, planes: Int, stride: Int, hasBottleneck: Bool, generator: Generator
    ) throws {
        outputs = hasBottleneck ? planes * 4 : planes
        func convolution(_ inputs: Int, _ outputs: Int, _ size: Int, stride: Int = 1) throws
            -> Convolution2d
        {
            try Convolution2d(
                inputChannels: inputs, outputChannels: outputs, kernelSize: size, stride: stride,
                padding: size / 2, bias: false, generator: generator)
        }
        convolutions =
            hasBottleneck
            ? [
                try convolution(inputs, planes, 1),
                try convolution(planes, planes, 3, stride: stride),
                try convolution(planes, outputs, 1),
            ]
            : [
                try convolution(inputs, planes, 3, stride: stride),
                try convolution(planes, planes, 3),
            ]
        norms = try (hasBottleneck ? [planes, planes, outputs] : [planes, planes])
            .map { try BatchNorm2d(channels: $0) }
        shortcut =
            stride == 1 && inputs == outputs
            ? nil
            : Sequential([
                try convolution(inputs, outputs, 1, stride: stride),
                try BatchNorm2d(channels: outputs),
            ])
    }

    func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        var maps = input
        for (place, (convolution, norm)) in zip(convolutions, norms).enumerated() {
            maps = try norm(convolution(maps, mode: mode), mode: mode)
            if place < convolutions.count - 1 { maps = try maps.relu() }
        }
        return try (maps + (shortcut?(input, mode: mode) ?? input)).relu()
    }

    var children: [(name: String, layer: any Layer)] {
        zip(convolutions, norms).enumerated().flatMap { place, pair in
            [("conv\(place + 1)", pair.0 as any Layer), ("bn\(place + 1)", pair.1)]
        } + (shortcut.map { [("downsample", $0)] } ?? [])
    }
}
