import GREDClassifiers
import LibTorch

/// Ways to guess what an image showed before it was manipulated. The gradient that betrays an adversarial
/// image points the way back as well.
public enum RecoveryMove: Int, Sendable, CaseIterable {
    /// The classifier's own label: right where a clean image was flagged.
    case keep
    /// The classifier's second choice: nothing is computed.
    case runnerUp
    /// Its second choice in a little noise, which the detector has tried already; without noisy copies
    /// as ``runnerUp``.
    case noisyRunnerUp
    /// The other label that wins after one long step against the margin's gradient: one pass.
    case stepBack
    /// The mean of the rectifier's answers on masked copies (paper, §3.2).
    case rectifier
}

/// What each move says of images, and the evidence by which one is chosen.
package struct RecoveryCandidates {
    /// A label for each image, by ``RecoveryMove``.
    var labels: [[Int]]
    /// What speaks for the moves, `[N, E]`.
    var evidence: Tensor
    /// A masked copy of each image, as the rectifier saw it.
    var masked: Tensor

    /// How many numbers of evidence there are.
    static let evidenceCount = InputSensitivity.scalarCount + 5 + pairs.count

    /// Moves that may agree.
    private static let pairs = RecoveryMove.allCases.flatMap { one in
        RecoveryMove.allCases.filter { $0.rawValue > one.rawValue }.map { (one, $0) }
    }

    /// - Parameter finding: the detector's.
    init(
        of images: Tensor, sensitivity: InputSensitivity, finding: Detection.Finding,
        classifier: any Classifier, rectifier: Rectifier, key: GuardKey
    ) throws {
        let own = sensitivity.labels
        let others = try sensitivity.logits.replacing(own, with: -.infinity)
        let runnerUp = try others.argmax(1)

        let back = try classifier.logits(of: Self.steppedBack(images, sensitivity))
        let stepBack = try back.replacing(own, with: -.infinity).argmax(1)
        let (probabilities, masked) = try rectifier.probabilities(
            of: images, sensitivity: sensitivity, key: key)
        let rectified = try probabilities.argmax(1)

        let logOdds = finding.opinion.logit
        let moves = [own, runnerUp, finding.noisyRunnerUp ?? runnerUp, stepBack, rectified]
        labels = try moves.map { try $0.ints() }
        self.masked = masked
        let agreements = try Self.pairs.map { one, other in
            try (moves[one.rawValue] .== moves[other.rawValue]).to(.float32)
        }
        evidence = try .concatenated(
            [
                sensitivity.scalars(),
                .stacked(
                    [
                        // A score that is no number says nothing; a saturated one no more than this.
                        logOdds.isNaN().choose(logOdds.zerosLike(), logOdds)
                            .clamped(min: -30, max: 30),
                        (sensitivity.logits.picked(own) - others.maximum(over: [1]))
                            .clamped(min: 0, max: 50),
                        back.lead(of: stepBack).clamped(min: -30, max: 30),
                        probabilities.picked(rectified), probabilities.picked(own),
                    ] + agreements, dimension: 1),
            ], dimension: 1)
    }

    /// x − 3·(m + 0.3)/‖G‖²·G: three times as far as the boundary seems to be.
    package static func steppedBack(_ images: Tensor, _ sensitivity: InputSensitivity) throws
        -> Tensor
    {
        let square = try sensitivity.gradient.rowNorms().square().clamped(min: 1e-12)
        let reach = try (sensitivity.margin + 0.3) * 3 / square
        return try (images - sensitivity.gradient * reach.perRow(rank: 4)).clamped(min: 0, max: 1)
    }
}
