import GREDImages
import LibTorch

/// A built-in network, described well enough to be built again.
public struct Architecture: Sendable, Hashable, Codable {
    public enum Family: String, Sendable, Hashable, Codable, CaseIterable {
        case vgg11
    }

    public var family: Family
    /// Scales the number of channels.
    public var width: Double

    public init(_ family: Family, width: Double = 1) {
        self.family = family
        self.width = width
    }

    /// Builds the network with fresh weights.
    public func network(
        shape: ImageShape, classes: Int, paddingValue: Double = 0, seed: UInt64
    ) throws -> any Layer {
        let generator = try Generator(seed: seed)
        switch family {
        case .vgg11:
            return try VGG11(
                shape: shape, classes: classes, width: width, paddingValue: paddingValue,
                generator: generator)
        }
    }
}
