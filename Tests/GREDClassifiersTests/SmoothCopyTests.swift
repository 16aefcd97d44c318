import Foundation
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDClassifiers

@Suite("A smooth copy of a classifier")
struct SmoothCopyTests {
    private let images: Tensor
    private let network: NetworkClassifier

    init() throws {
        try useOneThread()
        var stream = RandomStream(seed: 1, purpose: "smooth copies")
        images = try Tensor(stream.uniforms(4 * 3 * 64, in: 0...1), shape: [4, 3, 8, 8])
        network = try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: 1 / 16),
                inputShape: ImageShape(channels: 3, height: 8, width: 8),
                classNames: ["a", "b", "c"]), seed: 1)
        for _ in 0..<20 { _ = try network.network(images, mode: .training(Generator(seed: 1))) }
    }

    private func exported() throws -> ProgramClassifier {
        try ProgramClassifier(
            URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "LibTorchTests/Golden/programs/convnet.pt2"))
    }

    @Test("says the same the sharper it is", arguments: [true, false])
    func sharper(isProgram: Bool) throws {
        let classifier: any Classifier = isProgram ? try exported() : network
        let exact = try classifier.logits(of: images)
        let gaps = try [20.0, 100, 2_000].map { (sharpness: Double) -> Double in
            let smooth = try classifier.smoothed(sharpness: sharpness)
            return try (smooth.logits(of: images) - exact).abs().maximum(over: [0, 1]).item()
        }
        #expect(gaps[0] > gaps[1] && gaps[1] > gaps[2])
        #expect(gaps[2] < 0.05)
    }

    /// The gradient's gradient along a direction, against differences of the gradient.
    @Test("has second derivatives, and they are right", arguments: [true, false])
    func second(isProgram: Bool) throws {
        let classifier: any Classifier = isProgram ? try exported() : network
        let smooth = try classifier.smoothed(sharpness: 5)
        let labels = try smooth.predictions(for: images)
        let norms = { (images: Tensor) in
            try smooth.marginGradient(of: images, at: labels).gradient.rowNorms()
        }
        let slope = try Gradient.recording {
            let watched = try images.watched()
            let pair = try smooth.differentiableMarginGradient(of: watched, at: labels)
            let length = try pair.gradient.rowNorms()
            return try #require(try Gradient.of([length], towards: [watched])[0])
        }
        let lengths = try slope.rowNorms()
        let direction = try slope / lengths.perRow(rank: 4)
        let reach = 2e-3
        let measured = try
            ((norms(images + direction * reach) - norms(images - direction * reach))
            / (2 * reach)).doubles()
        for (expected, found) in zip(try lengths.doubles(), measured) {
            #expect(expected > 0 && abs(found - expected) < 0.03 * expected)
        }
    }
}
