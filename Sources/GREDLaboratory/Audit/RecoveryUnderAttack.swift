import GRED
import GREDAttacks
import GREDClassifiers
import LibTorch

/// The guard's ways back to a label, as somebody sees them who does not mind being seen by the detector as
/// long as the label that is given back is wrong.
///
/// Three must be led away from the truth: f's label, its second choice, and the rectifier's answer on
/// masked copies. The masks follow from the sensitivity, are drawn anew at each step and taken as given
/// there (expectation over transformation); the gradient goes through the pixels that they leave.
struct RecoveryUnderAttack {
    private let classifier: any Classifier
    private let rectifier: any Classifier
    private let masking: RandomisedMasking

    init(_ sentry: Guard) throws {
        classifier = try sentry.classifier.frozen()
        rectifier = try sentry.rectifier.network.frozen()
        masking = sentry.rectifier.masking
    }

    /// Where to go from here; the score is by how much the truth leads in the better of both ways, in nats.
    /// - Parameters:
    ///   - goal: untargeted.
    ///   - draws: streams for the masks, one an image in each draw.
    func direction(
        at images: Tensor, _ goal: Goal, draws: [[RandomStream]]
    ) throws -> AdaptiveAttack.Direction {
        let sensitivity = try classifier.inputSensitivity(of: images)
        let (_, (logits, score), gradient) = try Gradient.valueAndGradient(at: images) { watched in
            let logits = try classifier.logits(of: watched)
            let own = try Self.leadOfSecond(in: logits, over: goal)
            let given = try Tensor.stacked(
                draws.map { streams in
                    var streams = streams
                    let masked = try masking.copies(
                        of: watched, sensitivity: sensitivity, streams: &streams)
                    return try goal.lead(in: rectifier.logits(of: masked))
                }
            ).mean([0])
            // An aim that is reached loses its weight to the one that is not.
            let aims = try -(-own).softplus() - (-given).softplus()
            return (aims, (logits, try -own.minimum(given)))
        }
        return AdaptiveAttack.Direction(
            direction: try gradient.withoutNaN(),
            fooled: try goal.isReached(in: logits.detached()), score: try score.detached())
    }

    /// By how much the second-best of the other labels leads over the truth, `[N]`: where it is positive,
    /// the truth is neither f's label nor its second choice. Of two classes, that of the only other.
    private static func leadOfSecond(in logits: Tensor, over goal: Goal) throws -> Tensor {
        let lead = try goal.lead(in: logits)
        guard logits.shape[1] > 2 else { return lead }
        let others = try logits.replacing(goal.classes, with: -.infinity).largest(2).values
        return try lead
            + (others.sliced(1..<2, dimension: 1) - others.sliced(0..<1, dimension: 1)).squeezed(1)
    }
}
