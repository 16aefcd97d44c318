import GREDClassifiers
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDLaboratory

@Suite("Images that a classifier was trained on")
struct FamiliarityTests {
    /// Surer of bright images.
    private struct Bright: Classifier {
        let inputShape = ImageShape(channels: 1, height: 4, width: 4)
        let classNames = ["dark", "bright"]
        let device = Device.cpu
        func move(to device: Device) throws {}
        func logits(of images: Tensor) throws -> Tensor {
            let sum = try images.rowSums()
            return try .stacked([sum.zerosLike(), sum], dimension: 1)
        }
    }

    private func set(_ brightness: ClosedRange<Float>, seed: UInt64) throws -> ImageSet {
        let classifier = Bright()
        var stream = RandomStream(seed: seed, purpose: "brightness")
        let pixels = stream.uniforms(400 * 16, in: brightness).map { UInt8($0 * 255) }
        return try ImageSet(
            name: "a set", shape: classifier.inputShape, classNames: classifier.classNames,
            pixels: pixels, labels: Array(repeating: 1, count: 400))
    }

    @Test("are told by how sure it is of them, and images as new as others are not")
    func told() throws {
        let new = try set(0...1, seed: 1)
        let other = try Familiarity(of: Bright(), guarding: set(0...1, seed: 2), test: new)
        #expect(other.warning == nil && abs(other.area - 0.5) < 0.06)
        let learnt = try Familiarity(of: Bright(), guarding: set(0.2...1, seed: 3), test: new)
        let sentence = try #require(learnt.warning)
        #expect(sentence.contains("surer") && learnt.area > 0.8)
        // Less sure of the guard's images than of test images: unusual, and no fault of theirs.
        let unsure = try Familiarity(of: Bright(), guarding: set(0...0.8, seed: 4), test: new)
        #expect(unsure.warning == nil && unsure.area < 0.2)
    }
}
