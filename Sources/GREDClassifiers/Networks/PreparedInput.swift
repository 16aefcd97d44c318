import GREDImages
import LibTorch

/// What torchvision's weights expect of images in 0…1: from each channel its mean is subtracted, then it is
/// divided by its deviation.
public struct Normalisation: Sendable, Hashable, Codable {
    /// One a channel, for values in 0…1.
    public var mean: [Double]
    /// One a channel, above 0, for values in 0…1.
    public var std: [Double]

    /// Names both.
    public init(mean: [Double], std: [Double]) {
        self.mean = mean
        self.std = std
    }

    /// That of torchvision's weights for ImageNet. Inception v3 brings every value from 0…1 to −1…1; all
    /// others have the data's mean and deviation.
    public static func imageNet(for family: Architecture.Family) -> Normalisation {
        family == .inceptionV3
            ? Normalisation(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
            : Normalisation(mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])
    }
}

/// A network that sees images at another size, or normalised. Its tensors keep the network's names.
class PreparedInput: Layer {
    fileprivate let network: any Layer
    private let side: Int?
    private let mean: Tensor?
    private let std: Tensor?

    /// - Returns: the network itself where nothing becomes of images.
    /// - Throws: ``ClassifierFault/badNormalisation(_:channels:)``.
    static func wrapping(
        _ network: any Layer, side: Int?, normalisation: Normalisation?, channels: Int
    ) throws -> any Layer {
        guard side != nil || normalisation != nil else { return network }
        if let normalisation {
            guard normalisation.mean.count == channels, normalisation.std.count == channels,
                normalisation.mean.allSatisfy(\.isFinite),
                normalisation.std.allSatisfy({ $0 > 0 && $0.isFinite })
            else { throw ClassifierFault.badNormalisation(normalisation, channels: channels) }
        }
        return network is any LayeredNetwork
            ? try PreparedLayeredInput(network, side, normalisation)
            : try PreparedInput(network, side, normalisation)
    }

    fileprivate init(_ network: any Layer, _ side: Int?, _ normalisation: Normalisation?) throws {
        func plane(_ values: [Double]) throws -> Tensor {
            try Tensor(values.map { Float($0) }, shape: [1, values.count, 1, 1])
        }
        self.network = network
        self.side = side
        mean = try normalisation.map { try plane($0.mean) }
        std = try normalisation.map { try plane($0.std) }
    }

    fileprivate func prepared(_ images: Tensor) throws -> Tensor {
        let scaled = try side.map { try images.resized(height: $0, width: $0) } ?? images
        guard let mean, let std else { return scaled }
        return try (scaled - mean) / std
    }

    func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        try network(prepared(input), mode: mode)
    }

    var children: [(name: String, layer: any Layer)] { network.children }
    var ownParameters: [NamedTensor] { network.ownParameters }
    var ownBuffers: [NamedTensor] { network.ownBuffers }

    func move(to device: Device) throws {
        try mean?.move(to: device)
        try std?.move(to: device)
        try network.move(to: device)
    }
}

/// The same where the network's middle layers can be looked at.
private final class PreparedLayeredInput: PreparedInput, LayeredNetwork {
    var middleLayerCount: Int { (network as? any LayeredNetwork)?.middleLayerCount ?? 0 }

    func middleLayers(of input: Tensor) throws -> (outputs: [Tensor], logits: Tensor) {
        guard let layered = network as? any LayeredNetwork else {
            return ([], try self(input, mode: .evaluation))
        }
        return try layered.middleLayers(of: prepared(input))
    }
}
