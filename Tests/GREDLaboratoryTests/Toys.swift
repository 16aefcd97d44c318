import GREDClassifiers
import GREDImages
import LibTorch
import TestSupport

@testable import GREDLaboratory

/// A linear classifier whose weights follow from a seed: cheap, and attacks succeed on some images
/// and fail on others.
final class LinearClassifier: Classifier {
    let inputShape: ImageShape
    let classNames = ["a", "b", "c"]
    let device = Device.cpu
    private let weights: Tensor
    /// How many images went through it.
    private(set) var imagesSeen = 0

    init(shape: ImageShape, seed: UInt64 = 1) throws {
        inputShape = shape
        var stream = RandomStream(seed: seed, purpose: "linear toy")
        weights = try Tensor(stream.normals(shape.count * 3), shape: [shape.count, 3])
    }

    func forgetPasses() { imagesSeen = 0 }

    func move(to device: Device) throws {}

    func logits(of images: Tensor) throws -> Tensor {
        imagesSeen += images.shape[0]
        return try images.flattened(from: 1).matmul(weights)
    }
}

/// Says what another says, and is cut off from its images.
struct FlatClassifier: Classifier {
    let base: LinearClassifier

    init(like base: LinearClassifier) { self.base = base }

    var inputShape: ImageShape { base.inputShape }
    var classNames: [String] { base.classNames }
    var device: Device { base.device }
    func move(to device: Device) throws {}
    func logits(of images: Tensor) throws -> Tensor {
        try base.logits(of: images.detached()) + images.flattened(from: 1).sum(
            [1], keepDimensions: true) * 0
    }
}

/// Says what another says, and its frozen copies say the opposite.
struct LyingCopyClassifier: Classifier {
    let base: LinearClassifier
    var sign = 1.0

    var inputShape: ImageShape { base.inputShape }
    var classNames: [String] { base.classNames }
    var device: Device { base.device }
    func move(to device: Device) throws {}
    func logits(of images: Tensor) throws -> Tensor { try base.logits(of: images) * sign }
    func frozen(_ precision: Precision) throws -> any Classifier {
        LyingCopyClassifier(base: base, sign: -sign)
    }
}

/// Says the opposite of another in batches of 7.
struct FickleClassifier: Classifier {
    let base: LinearClassifier

    var inputShape: ImageShape { base.inputShape }
    var classNames: [String] { base.classNames }
    var device: Device { base.device }
    func move(to device: Device) throws {}
    func logits(of images: Tensor) throws -> Tensor {
        let logits = try base.logits(of: images)
        return images.shape[0] == 7 ? try -logits : logits
    }
}

enum Toys {
    static let shape = ImageShape(channels: 1, height: 4, width: 4)

    /// Random images under the labels that a classifier gives them.
    static func images(_ count: Int, rightFor classifier: LinearClassifier) throws -> ImageSet {
        var stream = RandomStream(seed: 2, purpose: "toy pixels")
        let pixels = (0..<count * shape.count).map { _ in UInt8.random(in: 0...255, using: &stream)
        }
        let unlabelled = try ImageSet(
            name: "toy", shape: shape, classNames: classifier.classNames, pixels: pixels,
            labels: Array(repeating: 0, count: count))
        let labels = try classifier.predictions(for: unlabelled.tensor()).ints()
        return try ImageSet(
            name: "toy", shape: shape, classNames: classifier.classNames, pixels: pixels,
            labels: labels)
    }

    /// Noisy images that are dark (label 0) and bright (label 1) in turn.
    static func darkAndBright(_ count: Int, seed: UInt64 = 3) throws -> ImageSet {
        let shape = ImageShape(channels: 1, height: 16, width: 16)
        var stream = RandomStream(seed: seed, purpose: "dark and bright")
        let labels = (0..<count).map { $0 % 2 }
        let pixels = labels.flatMap { label in
            (0..<shape.count).map { _ in
                UInt8.random(in: label == 0 ? 20...110 : 140...230, using: &stream)
            }
        }
        return try ImageSet(
            name: "dark and bright", shape: shape, classNames: ["dark", "bright"], pixels: pixels,
            labels: labels)
    }
}

extension Workbench {
    /// A bench whose stages lie in a folder, which lasts as long as the bench.
    static func inside(
        _ folder: TemporaryFolder, seed: UInt64 = 0, observer: any WorkObserver = SilentObserver()
    ) -> Workbench {
        Workbench(
            store: StageStore(folder.url), seed: seed, command: "test",
            observer: KeepingObserver(folder: folder, observer: observer))
    }
}
