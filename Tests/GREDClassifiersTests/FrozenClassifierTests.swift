import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDClassifiers

@Suite("A frozen classifier")
struct FrozenClassifierTests {
    private static let families: [(Architecture.Family, ImageShape)] = [
        (.vgg11, ImageShape(channels: 1, height: 28, width: 28)),
        (.cwnet, ImageShape(channels: 3, height: 32, width: 32)),
        (.resnet18, ImageShape(channels: 3, height: 40, width: 40)),
        (.resnet50, ImageShape(channels: 3, height: 40, width: 40)),
    ]

    private func images(_ count: Int, _ shape: ImageShape) throws -> Tensor {
        var stream = RandomStream(seed: 3, purpose: "frozen")
        return try Tensor(
            stream.uniforms(count * shape.count, in: 0...1),
            shape: [count, shape.channels, shape.height, shape.width])
    }

    @Test("says what the network says, and has its gradient, for any number of images")
    func agrees() throws {
        try useOneThread()
        for (family, shape) in Self.families {
            let classifier = try NetworkClassifier(
                NetworkClassifier.Description(
                    architecture: Architecture(family, width: 1 / 8), inputShape: shape,
                    classNames: ["a", "b", "c"]), seed: 1)
            // Statistics other than 0 and 1, so that folding has something to do.
            for _ in 0..<3 {
                _ = try classifier.network(
                    images(8, shape), mode: .training(Generator(seed: 1)))
            }
            let frozen = try classifier.frozen()
            for count in [1, 5] {
                let batch = try images(count, shape)
                let expected = try classifier.marginGradient(of: batch)
                let found = try frozen.marginGradient(of: batch)
                try expect(
                    found.logits, near: expected.logits, within: 1e-4, family.rawValue)
                try expect(
                    found.gradient, near: expected.gradient, within: 1e-2, family.rawValue)
            }
        }
    }

    @Test("keeps its weights when the network is trained further")
    func independent() throws {
        try useOneThread()
        let shape = ImageShape(channels: 1, height: 8, width: 8)
        let classifier = try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: 1 / 16), inputShape: shape,
                classNames: ["a", "b"]), seed: 1)
        let batch = try images(2, shape)
        let frozen = try classifier.frozen()
        let before = try frozen.logits(of: batch).floats()
        for (_, value) in classifier.network.state { try value.assign(value + 1) }
        #expect(try frozen.logits(of: batch).floats() == before)
    }
}
