import GREDImages
import LibTorch

/// Inception v3 for images of about 299 pixels (Szegedy et al. 2016), with torchvision's names.
///
/// The auxiliary classifier, which only training from scratch uses, is left out; a file of weights
/// that holds it is read all the same.
public final class InceptionV3: Layer {
    private let parts: [(name: String, layer: any Layer)]
    private let classifier: Linear

    /// Builds the original width with fresh weights, drawn from `generator`.
    public init(channels: Int = 3, classes: Int, generator: Generator) throws {
        let make = InceptionParts(generator: generator)
        parts = [
            ("Conv2d_1a_3x3", try make.convolution(channels, 32, 3, stride: 2)),
            ("Conv2d_2a_3x3", try make.convolution(32, 32, 3)),
            ("Conv2d_2b_3x3", try make.convolution(32, 64, 3, padding: 1)),
            ("maxpool1", MaxPool2d(3, stride: 2)),
            ("Conv2d_3b_1x1", try make.convolution(64, 80, 1)),
            ("Conv2d_4a_3x3", try make.convolution(80, 192, 3)),
            ("maxpool2", MaxPool2d(3, stride: 2)),
            ("Mixed_5b", try make.mixedA(192, pool: 32)),
            ("Mixed_5c", try make.mixedA(256, pool: 64)),
            ("Mixed_5d", try make.mixedA(288, pool: 64)),
            ("Mixed_6a", try make.mixedB(288)),
            ("Mixed_6b", try make.mixedC(768, inner: 128)),
            ("Mixed_6c", try make.mixedC(768, inner: 160)),
            ("Mixed_6d", try make.mixedC(768, inner: 160)),
            ("Mixed_6e", try make.mixedC(768, inner: 192)),
            ("Mixed_7a", try make.mixedD(768)),
            ("Mixed_7b", try make.mixedE(1280)),
            ("Mixed_7c", try make.mixedE(2048)),
        ]
        classifier = try Linear(inputs: 2048, outputs: classes, generator: generator)
    }

    /// Logits `[N, L]` of images `[N, C, H, W]` in 0…1; dropout (0.5) in training.
    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        let maps = try parts.reduce(input.channelsLast()) { try $1.layer($0, mode: mode) }
        let features = try maps.adaptiveAveragePool2d([1, 1]).flattened(from: 1)
        guard case .training(let generator) = mode else { return try classifier(features) }
        return try classifier(features.dropout(0.5, generator: generator), mode: mode)
    }

    public var children: [(name: String, layer: any Layer)] { parts + [("fc", classifier)] }
}

/// A convolution without bias, batch normalisation, ReLU.
private final class NormalisedConvolution: Layer {
    private let convolution: Convolution2d
    private let norm: BatchNorm2d

    init(_ convolution: Convolution2d, channels: Int) throws {
        self.convolution = convolution
        norm = try BatchNorm2d(channels: channels, epsilon: 0.001)
    }

    func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        try norm(convolution(input, mode: mode), mode: mode).relu()
    }

    var children: [(name: String, layer: any Layer)] { [("conv", convolution), ("bn", norm)] }
}

/// Branches over the same input, their channels joined.
private final class Branches: Layer {
    /// A chain of named layers, which may end in a fork of two.
    struct Branch {
        var chain: [(name: String, layer: any Layer)]
        var fork: [(name: String, layer: any Layer)] = []
    }

    private let branches: [Branch]

    init(_ branches: [Branch]) { self.branches = branches }

    func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        try .concatenated(
            branches.flatMap { branch in
                let end = try branch.chain.reduce(input) { try $1.layer($0, mode: mode) }
                return branch.fork.isEmpty
                    ? [end] : try branch.fork.map { try $0.layer(end, mode: mode) }
            }, dimension: 1)
    }

    var children: [(name: String, layer: any Layer)] { branches.flatMap { $0.chain + $0.fork } }
}

/// The modules of the paper's Figures 5 to 7 and their reductions.
private struct InceptionParts {
    let generator: Generator

    func convolution(
        _ inputs: Int, _ outputs: Int, _ size: Int, stride: Int = 1, padding: Int = 0
    ) throws -> NormalisedConvolution {
        try convolution(inputs, outputs, (size, size), stride: stride, padding: (padding, padding))
    }

    func convolution(
        _ inputs: Int, _ outputs: Int, _ kernel: (height: Int, width: Int), stride: Int = 1,
        padding: (height: Int, width: Int) = (0, 0)
    ) throws -> NormalisedConvolution {
        try NormalisedConvolution(
            Convolution2d(
                inputChannels: inputs, outputChannels: outputs, kernel: kernel, stride: stride,
                padding: padding, bias: false, generator: generator), channels: outputs)
    }

    /// 1×7 or 7×1, padded to keep the size.
    private func wide(_ inputs: Int, _ outputs: Int) throws -> NormalisedConvolution {
        try convolution(inputs, outputs, (1, 7), padding: (0, 3))
    }
    private func tall(_ inputs: Int, _ outputs: Int) throws -> NormalisedConvolution {
        try convolution(inputs, outputs, (7, 1), padding: (3, 0))
    }

    private func pooled(_ inputs: Int, _ outputs: Int) throws -> Branches.Branch {
        Branches.Branch(chain: [
            ("pool", AveragePool2d(3, stride: 1, padding: 1)),
            ("branch_pool", try convolution(inputs, outputs, 1)),
        ])
    }

    func mixedA(_ inputs: Int, pool: Int) throws -> Branches {
        Branches([
            .init(chain: [("branch1x1", try convolution(inputs, 64, 1))]),
            .init(chain: [
                ("branch5x5_1", try convolution(inputs, 48, 1)),
                ("branch5x5_2", try convolution(48, 64, 5, padding: 2)),
            ]),
            .init(chain: [
                ("branch3x3dbl_1", try convolution(inputs, 64, 1)),
                ("branch3x3dbl_2", try convolution(64, 96, 3, padding: 1)),
                ("branch3x3dbl_3", try convolution(96, 96, 3, padding: 1)),
            ]),
            try pooled(inputs, pool),
        ])
    }

    func mixedB(_ inputs: Int) throws -> Branches {
        Branches([
            .init(chain: [("branch3x3", try convolution(inputs, 384, 3, stride: 2))]),
            .init(chain: [
                ("branch3x3dbl_1", try convolution(inputs, 64, 1)),
                ("branch3x3dbl_2", try convolution(64, 96, 3, padding: 1)),
                ("branch3x3dbl_3", try convolution(96, 96, 3, stride: 2)),
            ]),
            .init(chain: [("pool", MaxPool2d(3, stride: 2))]),
        ])
    }

    func mixedC(_ inputs: Int, inner: Int) throws -> Branches {
        Branches([
            .init(chain: [("branch1x1", try convolution(inputs, 192, 1))]),
            .init(chain: [
                ("branch7x7_1", try convolution(inputs, inner, 1)),
                ("branch7x7_2", try wide(inner, inner)),
                ("branch7x7_3", try tall(inner, 192)),
            ]),
            .init(chain: [
                ("branch7x7dbl_1", try convolution(inputs, inner, 1)),
                ("branch7x7dbl_2", try tall(inner, inner)),
                ("branch7x7dbl_3", try wide(inner, inner)),
                ("branch7x7dbl_4", try tall(inner, inner)),
                ("branch7x7dbl_5", try wide(inner, 192)),
            ]),
            try pooled(inputs, 192),
        ])
    }

    func mixedD(_ inputs: Int) throws -> Branches {
        Branches([
            .init(chain: [
                ("branch3x3_1", try convolution(inputs, 192, 1)),
                ("branch3x3_2", try convolution(192, 320, 3, stride: 2)),
            ]),
            .init(chain: [
                ("branch7x7x3_1", try convolution(inputs, 192, 1)),
                ("branch7x7x3_2", try wide(192, 192)),
                ("branch7x7x3_3", try tall(192, 192)),
                ("branch7x7x3_4", try convolution(192, 192, 3, stride: 2)),
            ]),
            .init(chain: [("pool", MaxPool2d(3, stride: 2))]),
        ])
    }

    func mixedE(_ inputs: Int) throws -> Branches {
        func fork(_ name: String, _ inputs: Int) throws -> [(name: String, layer: any Layer)] {
            [
                ("\(name)a", try convolution(inputs, 384, (1, 3), padding: (0, 1))),
                ("\(name)b", try convolution(inputs, 384, (3, 1), padding: (1, 0))),
            ]
        }
        return Branches([
            .init(chain: [("branch1x1", try convolution(inputs, 320, 1))]),
            .init(
                chain: [("branch3x3_1", try convolution(inputs, 384, 1))],
                fork: try fork("branch3x3_2", 384)),
            .init(
                chain: [
                    ("branch3x3dbl_1", try convolution(inputs, 448, 1)),
                    ("branch3x3dbl_2", try convolution(448, 384, 3, padding: 1)),
                ], fork: try fork("branch3x3dbl_3", 384)),
            try pooled(inputs, 192),
        ])
    }
}
