import Foundation
import GREDImages
import LibTorch

/// What is looked at before a stranger's classifier is trusted: a model that answers at random, that
/// lets images of a batch influence each other, or whose gradient is not the slope of what it says,
/// makes every later figure worthless, and nothing else would tell.
public struct DoorCheck {
    /// How grave a finding is.
    public enum Verdict: String, Sendable, Codable {
        /// As it should be.
        case fine
        /// Some things will not be possible, or should be looked at.
        case note
        /// Figures made with this model would be wrong.
        case fault
    }

    /// What one look found.
    public struct Finding: Sendable, Codable {
        /// What was looked at, such as `input gradient`.
        public var subject: String
        /// How grave it is.
        public var verdict: Verdict
        /// What was found and, where it is no good, the remedy.
        public var sentence: String
    }

    /// Whether gradients of gradients, which white-box attacks on a guard need, can be taken.
    public enum SecondOrder: String, Sendable, Codable {
        /// Of the model as it is.
        case direct
        /// Of ``ProgramClassifier/twiceDifferentiable()`` alone, the model in other operators.
        case composed
        /// An operator of the model has none.
        case none
    }

    /// In the order in which they were made.
    public private(set) var findings: [Finding] = []
    /// Whether gradients of gradients can be taken.
    public private(set) var secondOrder = SecondOrder.none

    /// Whether nothing found forbids the use of the model.
    public var isSound: Bool { !findings.contains { $0.verdict == .fault } }

    /// Looks at a classifier.
    /// - Parameters:
    ///   - images: a few of the user's own, `[N, C, H, W]` in 0…1, at least four; random ones serve
    ///     where nil, which says nothing of accuracy.
    ///   - labels: the true ones, for accuracy.
    ///   - batchSizes: what the classifier takes; nil for any.
    public init(
        of classifier: any Classifier, images: Tensor? = nil, labels: [Int]? = nil,
        batchSizes: ClosedRange<Int>? = nil
    ) throws {
        let count = min(images?.shape[0] ?? 8, batchSizes?.upperBound ?? 64, 64)
        let sample = try images?.sliced(0..<count) ?? Self.noise(count, classifier.inputShape)
        let batch = try classifier.admitted(sample)
        try look(at: "values", on: batch) { try Self.values(classifier, $0) }
        try look(at: "repeatability", on: batch) { try Self.twice(classifier, $0) }
        if batchSizes.map({ $0.lowerBound <= count / 2 }) ?? true, count >= 2 {
            try look(at: "independence", on: batch) { try Self.split(classifier, $0) }
        } else {
            findings.append(
                Finding(
                    subject: "independence", verdict: .note,
                    sentence:
                        "not looked at: the program takes batches of \(count) alone. \(Self.openBatch)"
                ))
        }
        let sizes = [count, max(count / 2, batchSizes?.lowerBound ?? 1), count]
        try look(at: "input gradient", on: batch) { try Self.slope(classifier, $0, sizes: sizes) }
        try lookAtSecondOrder(classifier, batch)
        if let images, let labels {
            try look(at: "accuracy", on: images) { images in
                try Self.accuracy(classifier, images, labels, batchSizes?.upperBound ?? 128)
            }
        }
    }

    /// Adds how far the model is from what Python said of it; beyond 1e-4 is a fault.
    public mutating func add(_ comparison: ProgramComparison) {
        let gradient = comparison.gradient ?? 0
        let isNear = comparison.output <= 1e-4 && gradient <= 1e-4
        let slope = comparison.gradient.map { String(format: ", gradient by %.1e", $0) } ?? ""
        findings.append(
            Finding(
                subject: "against Python", verdict: isNear ? .fine : .fault,
                sentence: String(format: "output differs by %.1e", comparison.output) + slope
                    + (isNear
                        ? ""
                        : ": replaying gives something else; please report the model's architecture.")
            ))
    }

    private static let openBatch =
        "Export it with an open batch: dynamic_shapes=({0: torch.export.Dim(\"batch\", min=1, max=1024)},)."

    private mutating func look(
        at subject: String, on images: Tensor, _ body: (Tensor) throws -> (Verdict, String)
    ) throws {
        let (verdict, sentence) = try body(images)
        findings.append(Finding(subject: subject, verdict: verdict, sentence: sentence))
    }

    /// Images of noise around grey, the same each time.
    private static func noise(_ count: Int, _ shape: ImageShape) throws -> Tensor {
        var stream = RandomStream(seed: 0, purpose: "door check")
        return try Tensor(
            stream.uniforms(count * shape.count, in: 0...1),
            shape: [count, shape.channels, shape.height, shape.width])
    }

    // MARK: The looks

    private static func values(_ classifier: any Classifier, _ images: Tensor) throws -> (
        Verdict, String
    ) {
        let logits = try classifier.logits(of: images)
        guard logits.shape == [images.shape[0], classifier.classCount] else {
            return (
                .fault,
                "logits of shape \(logits.shape) came, and \([images.shape[0], classifier.classCount]) was expected."
            )
        }
        let values = try logits.floats()
        guard values.allSatisfy(\.isFinite) else {
            return (.fault, "some logits are infinite or no numbers.")
        }
        let largest = values.map(abs).max() ?? 0
        if largest > 1e4 {
            return (
                .note,
                "the largest logit is \(largest): float32 has few digits left for differences between classes; subtract a constant from all logits."
            )
        }
        return (
            .fine,
            String(
                format: "%d classes, logits from %.3g to %.3g", classifier.classCount,
                values.min() ?? 0, values.max() ?? 0)
        )
    }

    private static func twice(_ classifier: any Classifier, _ images: Tensor) throws -> (
        Verdict, String
    ) {
        let (first, second) = (
            try classifier.logits(of: images), try classifier.logits(of: images)
        )
        let difference = try largest(first - second)
        return difference <= 1e-6 * max(1, try largest(first))
            ? (.fine, "the same batch twice gives the same logits")
            : (
                .fault,
                "the same batch twice gives logits that differ by \(difference): dropout or noise is still on; call model.eval() before torch.export."
            )
    }

    private static func split(_ classifier: any Classifier, _ images: Tensor) throws -> (
        Verdict, String
    ) {
        let count = images.shape[0]
        let whole = try classifier.logits(of: images)
        let halves = try Tensor.concatenated([
            classifier.logits(of: images.sliced(0..<count / 2)),
            classifier.logits(of: images.sliced(count / 2..<count)),
        ])
        let difference = try largest(whole - halves)
        return difference <= 1e-3 * max(1, try largest(whole))
            ? (.fine, "images of a batch do not influence each other")
            : (
                .fault,
                "a batch in two halves gives logits that differ by \(difference): batch normalisation is in training mode; call model.eval() before torch.export."
            )
    }

    /// How far slope and gradient may lie apart: a kink inside the step, or float32's last digits, cost
    /// a few percent.
    private static let tolerance = 0.1

    /// The slope of the lead along the gradient, measured by stepping, against the gradient's own
    /// length; several calls, since a graph may be right the first time and wrong the second.
    private static func slope(
        _ classifier: any Classifier, _ images: Tensor, sizes: [Int]
    ) throws -> (Verdict, String) {
        var worst: Double?
        for size in sizes {
            let batch = try images.sliced(0..<size)
            let margin = try classifier.marginGradient(of: batch)
            let norms = try margin.gradient.rowNorms().doubles()
            guard norms.contains(where: { $0 > 0 }) else {
                return (
                    .fault,
                    "there is no gradient by the pixels: something in the model (rounding, argmax, a detached tensor, torch.no_grad) cuts it."
                )
            }
            let labels = try margin.logits.argmax(1)
            if let found = try disagreement(classifier, batch, labels, margin.gradient, norms) {
                worst = max(worst ?? 0, found)
            }
        }
        guard let worst else {
            return (
                .note,
                "cannot be judged: it is so small that float32 does not show in the logits what a small step along it changes."
            )
        }
        return worst < tolerance
            ? (
                .fine,
                String(
                    format: "agrees with the slope measured by small steps (median within %.2g)",
                    max(worst, 1e-6))
            )
            : (
                .fault,
                String(
                    format:
                        "differs from the slope measured by small steps by %.0f%% (median): a part of the model hides its gradient, and attacks would fail for no good reason.",
                    100 * worst)
            )
    }

    /// The median over images of the relative difference, at the best of several step lengths; nil
    /// where that is large, and the logits move by no more than their rounding in the smallest step:
    /// longer ones may have left the slope behind.
    private static func disagreement(
        _ classifier: any Classifier, _ images: Tensor, _ labels: Tensor, _ gradient: Tensor,
        _ norms: [Double]
    ) throws -> Double? {
        let direction = try gradient / gradient.rowNorms().clamped(min: 1e-30).perRow(rank: 4)
        var best = [Double](repeating: .infinity, count: norms.count)
        var changes = best
        var rounding = 0.0
        for step in [0.3, 0.1, 0.03, 0.01] {
            let (above, below) = (
                try classifier.logits(of: images + direction * step),
                try classifier.logits(of: images - direction * step)
            )
            let (ahead, behind) = (
                try above.to(.float64).margin(of: labels).doubles(),
                try below.to(.float64).margin(of: labels).doubles()
            )
            // Each layer's rounding adds to the logits' own.
            rounding = 64 * Double(Float(try largest(above)).ulp)
            for index in norms.indices where norms[index] > 0 {
                let change = ahead[index] - behind[index]
                let measured = change / (2 * step)
                best[index] = min(best[index], abs(measured - norms[index]) / norms[index])
                changes[index] = max(abs(change), 2 * step * norms[index])
            }
        }
        let judged = norms.indices.filter { best[$0].isFinite }
        let found = judged.map { best[$0] }.sorted()
        let median = found.isEmpty ? 1 : found[found.count / 2]
        let visible = judged.filter { changes[$0] > rounding }.count
        return median >= tolerance && visible * 2 < judged.count ? nil : median
    }

    private mutating func lookAtSecondOrder(
        _ classifier: any Classifier, _ images: Tensor
    ) throws {
        let sentence: String
        do {
            let isConstant = try Self.secondGradient(classifier, images) == nil
            secondOrder = .direct
            sentence =
                isConstant
                ? "the gradient is constant: second derivatives are 0"
                : "gradients of gradients can be taken"
        } catch let error as TorchError {
            if try Self.hasSecondOrderComposed(classifier, images) {
                secondOrder = .composed
                sentence =
                    "first-order as it is; second-order when composed of other operators (twiceDifferentiable()). \(error)"
            } else {
                sentence =
                    "first-order only: white-box evaluation is not available for this model. \(error)"
            }
        }
        findings.append(
            Finding(
                subject: "second order", verdict: secondOrder == .direct ? .fine : .note,
                sentence: sentence))
    }

    private static func hasSecondOrderComposed(
        _ classifier: any Classifier, _ images: Tensor
    ) throws -> Bool {
        guard let model = classifier as? ProgramClassifier else { return false }
        do {
            _ = try secondGradient(model.twiceDifferentiable(), images)
            return true
        } catch is TorchError {
            return false
        }
    }

    /// The gradient of the squared length of the gradient; nil where that is constant.
    private static func secondGradient(
        _ classifier: any Classifier, _ images: Tensor
    ) throws -> Tensor? {
        try Gradient.recording {
            let input = try images.watched()
            let logits = try classifier.logits(of: input)
            let margin = try logits.margin(of: logits.detached().argmax(1))
            guard
                let first = try Gradient.of(
                    [margin.sum()], towards: [input], differentiable: true)[0],
                first.requiresGradient
            else { return nil }
            return try Gradient.of([first.square().sum()], towards: [input])[0]
        }
    }

    private static func accuracy(
        _ classifier: any Classifier, _ images: Tensor, _ labels: [Int], _ batch: Int
    ) throws -> (Verdict, String) {
        var right = 0
        // Whole batches where there is one: a program may take no other.
        let all = images.shape[0]
        let count = all < batch ? all : all / batch * batch
        for start in stride(from: 0, to: count, by: batch) {
            let end = min(start + batch, count)
            let predictions = try classifier.predictions(
                for: classifier.admitted(images.sliced(start..<end))
            ).ints()
            right += zip(predictions, labels[start..<end]).filter { $0 == $1 }.count
        }
        let share = Double(right) / Double(max(count, 1))
        let text = String(format: "right on %d of %d images (%.3f)", right, count, share)
        return share > 1 / Double(classifier.classCount) + 0.05
            ? (.fine, text)
            : (
                .fault,
                text
                    + ", hardly better than chance: check mean and std, the range of the pixels, and the order of the classes."
            )
    }

    private static func largest(_ tensor: Tensor) throws -> Double {
        try tensor.floats().map { Double(abs($0)) }.max() ?? 0
    }
}
