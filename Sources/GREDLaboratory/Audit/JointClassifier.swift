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
    private let subject: GuardUnderAttack
    private let threshold: Double
    private let draws: Int

    /// - Parameters:
    ///   - threshold: the log-odds from which on an image counts as adversarial.
    ///   - draws: of the detector's noise, whose mean decides: with few, a search finds lucky noise.
    init(_ subject: GuardUnderAttack, threshold: Double, draws: Int = 1) {
        let classifier = subject.classifier
        inputShape = classifier.inputShape
        classNames = classifier.classNames + ["adversarial"]
        device = classifier.device
        self.threshold = threshold
        self.draws = draws
        self.subject = subject
    }

    func move(to device: Device) throws {}

    /// The images' graph goes on through the guard where there is one.
    func logits(of images: Tensor) throws -> Tensor {
        let draws = try (0..<draws).map {
            try GuardKey("draw \($0)").streams(for: images.detached(), purpose: "noise")
        }
        guard images.requiresGradient else {
            return try joined(subject.values(for: images, draws: draws))
        }
        return try Gradient.recording { try joined(subject.answer(for: images, draws: draws)) }
    }

    private func joined(_ answer: GuardUnderAttack.Answer) throws -> Tensor {
        let logits = try answer.logits - answer.logits.minimum(over: [1]).unsqueezed(1)
        let excess = try answer.logOdds - threshold
        let last = try (excess + 1) * logits.maximum(over: [1])
        return try .concatenated([logits, last.unsqueezed(1)], dimension: 1)
    }
}
