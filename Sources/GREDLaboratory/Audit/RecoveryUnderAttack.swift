import GRED
import GREDAttacks
import GREDClassifiers
import LibTorch

/// The guard's way back to a label, as somebody sees it who does not mind being seen by the detector as long
/// as the label that is given back is wrong.
///
/// The gradient goes through all that a ``RecoveryChooser`` weighs: f on the image, on noisy copies and after
/// the step back, the detector's log-odds, and the rectifier on masked copies. Noise and masks are drawn anew
/// at each step (expectation over transformation); which pixels are masked is taken as given there.
struct RecoveryUnderAttack {
    private let rectifier: Rectifier
    private let chooser: RecoveryChooser?

    init(_ sentry: Guard) throws {
        rectifier = Rectifier(
            network: try sentry.rectifier.network.frozen(), masking: sentry.rectifier.masking,
            copies: sentry.rectifier.copies)
        chooser = sentry.chooser
    }

    /// Where to go from here; the score is by how much the truth leads in f or in what is given back,
    /// whichever is more, in nats.
    /// - Parameters:
    ///   - goal: untargeted.
    ///   - draws: streams for noise and masks, one an image; the first draw is enough, as it has many copies.
    func direction(
        at images: Tensor, _ goal: Goal, _ subject: GuardUnderAttack, _ draws: [[RandomStream]]
    ) throws -> AdaptiveAttack.Direction {
        let draw = Array(draws.prefix(1))
        let (_, (logits, score), gradient) = try Gradient.valueAndGradient(at: images) { watched in
            let answer = try subject.answer(for: watched, draws: draw)
            let rectified = try rectifier.probabilities(
                of: watched, sensitivity: answer.sensitivity,
                streams: (draw.first ?? []).map { stream in
                    var stream = stream
                    return RandomStream(seed: stream.next(), purpose: "masks")
                }
            ).probabilities
            let own = try goal.lead(in: answer.logits)
            let masked = try goal.lead(in: rectified.clamped(min: 1e-30).log())
            var aims = [own, masked]
            var given = masked
            if let chooser {
                given = try goal.lead(
                    in: chooser.logits(
                        RecoveryEvidence(
                            of: watched, sensitivity: answer.sensitivity,
                            logOdds: answer.logOdds, noise: answer.noise, rectified: rectified,
                            classifier: subject.exact)))
                // The rectifier stays an aim of its own: the evidence of it has bounds, beyond which there
                // is no gradient.
                aims.append(given)
            }
            // An aim that is reached loses its weight to those that are not.
            let sum = try Tensor.stacked(aims.map { try -(-$0).softplus() }).sum([0])
            return (sum, (answer.logits, try -own.minimum(given)))
        }
        return AdaptiveAttack.Direction(
            direction: try gradient.withoutNaN(),
            fooled: try goal.isReached(in: logits.detached()), score: try score.detached())
    }
}
