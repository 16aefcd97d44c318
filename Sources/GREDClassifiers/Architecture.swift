import GREDImages
import LibTorch

/// A built-in network, described well enough to be built again.
public struct Architecture: Sendable, Hashable, Codable {
    public enum Family: String, Sendable, Hashable, Codable, CaseIterable {
        case vgg11
        case cwnet
        case resnet18
        case resnet34
        case resnet50
        case resnet101
        case resnet152
        case inceptionV3 = "inception_v3"
    }

    public var family: Family
    /// Scales the number of channels; Inception v3 has only the original width, 1.
    public var width: Double

    public init(_ family: Family, width: Double = 1) {
        self.family = family
        self.width = width
    }

    /// Sixteen times the original's channels are beyond every memory.
    static let largestWidth = 16.0

    /// Builds the network with fresh weights.
    /// - Parameter paddingValue: what a border that the network adds holds (VGG11 alone adds one).
    public func network(
        shape: ImageShape, classes: Int, paddingValue: Double = 0, seed: UInt64
    ) throws -> any Layer {
        // It may have been read from a file.
        guard width > 0, width <= Self.largestWidth else {
            throw ClassifierFault.absurdWidth(width)
        }
        let generator = try Generator(seed: seed)
        func resNet(_ depth: ResNet.Depth) throws -> ResNet {
            try ResNet(
                depth, channels: shape.channels, classes: classes, width: width,
                generator: generator)
        }
        switch family {
        case .vgg11:
            return try VGG11(
                shape: shape, classes: classes, width: width, paddingValue: paddingValue,
                generator: generator)
        case .cwnet:
            guard min(shape.height, shape.width) >= 16 else {
                throw ClassifierFault.imageTooSmall(
                    family: family.rawValue, shape: shape, least: 16)
            }
            return try CWnet(shape: shape, classes: classes, width: width, generator: generator)
        case .resnet18: return try resNet(.d18)
        case .resnet34: return try resNet(.d34)
        case .resnet50: return try resNet(.d50)
        case .resnet101: return try resNet(.d101)
        case .resnet152: return try resNet(.d152)
        case .inceptionV3:
            guard min(shape.height, shape.width) >= 75 else {
                throw ClassifierFault.imageTooSmall(
                    family: family.rawValue, shape: shape, least: 75)
            }
            return try InceptionV3(
                channels: shape.channels, classes: classes, generator: generator)
        }
    }
}
