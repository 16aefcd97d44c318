import GREDImages
import LibTorch

/// A built-in network, described well enough to be built again.
public struct Architecture: Sendable, Hashable, Codable {
    /// The kinds of network that can be built; their raw values are the names in files.
    public enum Family: String, Sendable, Hashable, Codable, CaseIterable {
        /// ``VGG11``: any size, padded inside to multiples of 32 pixels.
        case vgg11
        /// ``CWnet``: sides of at least 16 pixels, fixed when it is built.
        case cwnet
        /// ``ResNet`` of 18 layers in plain blocks.
        case resnet18
        /// ``ResNet`` of 34 layers in plain blocks.
        case resnet34
        /// ``ResNet`` of 50 layers in bottleneck blocks.
        case resnet50
        /// ``ResNet`` of 101 layers in bottleneck blocks.
        case resnet101
        /// ``ResNet`` of 152 layers in bottleneck blocks.
        case resnet152
        /// ``InceptionV3``: sides of at least 75 pixels.
        case inceptionV3 = "inception_v3"

        /// The side, in pixels, of what published weights were trained on, where others than the data's size
        /// make no sense of them; nil for networks that take images as they come.
        public var publishedSide: Int? { self == .inceptionV3 ? 299 : nil }
    }

    /// Which of the networks it is.
    public var family: Family
    /// Scales the number of channels; Inception v3 has only the original width, 1.
    public var width: Double

    /// Names a network; ``network(shape:classes:paddingValue:seed:)`` checks the width.
    public init(_ family: Family, width: Double = 1) {
        self.family = family
        self.width = width
    }

    /// The name of the last layer, whose rows are classes.
    var headName: String {
        switch family {
        case .vgg11: "classifier"
        case .cwnet: "classifier.5"
        case .resnet18, .resnet34, .resnet50, .resnet101, .resnet152, .inceptionV3: "fc"
        }
    }

    /// Values in an image: a gigabyte of float32.
    static let largestImage = 1 << 28

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
        guard shape.count <= Self.largestImage else {
            throw ClassifierFault.absurdShape(shape)
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
            guard width == 1 else {
                throw ClassifierFault.fixedWidth(family: family.rawValue, width)
            }
            guard min(shape.height, shape.width) >= 75 else {
                throw ClassifierFault.imageTooSmall(
                    family: family.rawValue, shape: shape, least: 75)
            }
            return try InceptionV3(
                channels: shape.channels, classes: classes, generator: generator)
        }
    }
}
