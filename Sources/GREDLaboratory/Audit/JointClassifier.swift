import GRED
import GREDClassifiers
import GREDImages
import LibTorch

/// Guard and classifier as one classifier of L + 1 classes, the last of which is *adversarial* (Carlini and
/// Wagner 2017): whatever attacks a classifier attacks both at once.
///
/// With Z the classifier's logits, shifted so that the least of them is 0, and z by how much the
/// detector's log-odds exceed its threshold, Z_{L+1} = (1 + z)·max Z. It wins exactly where the detector
/// flags, whatever the logits are.
final class JointClassifier: Classifier {
    let inputShape: ImageShape
    let classNames: [String]
    let device: Device
    private let subjects: [GuardUnderAttack]
    private let threshold: Double
    private let draws: Int
    /// How many passes with gradients there are likely to be, and how many there were.
    private let expectedPasses: Int
    private var passes = 0

    /// - Parameters:
    ///   - subjects: the same guard with ever closer smooth copies of f, followed one after another in equal
    ///     parts of the passes; at least one.
    ///   - passes: how many an attack is likely to take.
    ///   - threshold: the log-odds from which on an image counts as adversarial.
    ///   - draws: of the detector's noise, whose mean decides: with few, a search finds lucky noise.
    init(_ subjects: [GuardUnderAttack], passes: Int = 1, threshold: Double, draws: Int = 1) {
        let classifier = subjects[0].classifier
        inputShape = classifier.inputShape
        classNames = classifier.classNames + ["adversarial"]
        device = classifier.device
        self.subjects = subjects
        self.threshold = threshold
        self.draws = draws
        expectedPasses = max(passes, 1)
    }

    func move(to device: Device) throws {}

    /// The images' graph goes on through the guard where there is one.
    func logits(of images: Tensor) throws -> Tensor {
        guard images.requiresGradient else { return try joined(parts(of: images)) }
        return try Gradient.recording { try joined(parts(of: images)) }
    }

    /// What is joined, each for itself: f's logits, and by how much the detector's log-odds exceed the
    /// threshold. To be called inside `Gradient.recording(_:)` for images that are watched.
    func parts(of images: Tensor) throws -> (logits: Tensor, excess: Tensor) {
        let draws = try (0..<draws).map {
            try GuardKey("draw \($0)").streams(for: images.detached(), purpose: "noise")
        }
        guard images.requiresGradient else {
            let answer = try subjects[0].values(for: images, draws: draws)
            return (answer.logits, try answer.logOdds - threshold)
        }
        // The middle of the pass: where there is only one, the middle copy is followed.
        let share = (Double(passes) + 0.5) / Double(expectedPasses)
        let subject = subjects[min(Int(share * Double(subjects.count)), subjects.count - 1)]
        passes += 1
        let answer = try subject.answer(for: images, draws: draws)
        return (answer.logits, try answer.logOdds - threshold)
    }

    private func joined(_ parts: (logits: Tensor, excess: Tensor)) throws -> Tensor {
        let logits = try parts.logits - parts.logits.minimum(over: [1]).unsqueezed(1)
        let last = try (parts.excess + 1) * logits.maximum(over: [1])
        return try .concatenated([logits, last.unsqueezed(1)], dimension: 1)
    }
}

/// Whether images of one class pass: class 1 says that f is wrong, with whatever label, and the detector calm,
/// class 0 that they are stopped. For a search by logits alone: among all labels it would have to hold one.
struct PassingClassifier: Classifier {
    let joint: JointClassifier
    /// The true label of all images.
    let label: Int

    var inputShape: ImageShape { joint.inputShape }
    var classNames: [String] { ["stopped", "passes"] }
    var device: Device { joint.device }

    func move(to device: Device) throws {}

    func logits(of images: Tensor) throws -> Tensor {
        let all = try joint.logits(of: images)
        let last = all.shape[1] - 1
        let own = try all.sliced(0..<last, dimension: 1)
        let flagged = try all.sliced(last..<last + 1, dimension: 1).squeezed(1)
        let truth = try Tensor([Int](repeating: label, count: all.shape[0])).to(all.device)
        let wrong = try own.replacing(truth, with: -.infinity).maximum(over: [1])
        return try .stacked([own.picked(truth).maximum(flagged), wrong], dimension: 1)
    }
}
