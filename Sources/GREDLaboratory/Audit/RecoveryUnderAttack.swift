import GRED
import GREDAttacks
import GREDClassifiers
import LibTorch

/// The guard's way back to a label, as somebody sees it who wants a wrong answer whatever the detector says:
/// f is to be wrong, the label that is given back as well, and the detector calm.
///
/// The gradient goes through all that a ``RecoveryChooser`` weighs: f on the image, on noisy copies and after
/// the step back, the detector's log-odds, and the rectifier on masked copies. Noise and masks are drawn anew
/// at each step (expectation over transformation); which pixels are masked is taken as given there.
struct RecoveryUnderAttack {
    private let rectifier: Rectifier
    private let chooser: RecoveryChooser?
    private let thresholds: [Double]

    /// - Parameter thresholds: log-odds from which on the guard gives a label back: at each the answer is to be
    ///   wrong.
    init(_ sentry: Guard, _ thresholds: [Double], counting count: PassCount) throws {
        self.thresholds = thresholds
        rectifier = Rectifier(
            network: CountedClassifier(
                base: try sentry.rectifier.network.frozen(), count: count),
            masking: sentry.rectifier.masking, copies: sentry.rectifier.copies)
        chooser = sentry.chooser
    }

    /// Where to go from here; the score is how far the guard's answer is from being wrong, in nats: silent
    /// and f wrong, or flagged and what is given back wrong, at the threshold where it is farthest.
    /// - Parameters:
    ///   - goal: untargeted.
    ///   - draws: streams for noise and masks, one an image; the first draw is enough, as it has many copies.
    func direction(
        at images: Tensor, _ goal: Goal, _ subject: GuardUnderAttack, _ draws: [[RandomStream]]
    ) throws -> AdaptiveAttack.Direction {
        let (_, (logits, score), gradient) = try Gradient.valueAndGradient(at: images) { watched in
            let answer = try subject.answer(for: watched, draws: Array(draws.prefix(1)))
            let leads = try self.leads(at: watched, goal, answer, subject, draws.first ?? [])
            // An aim that is reached loses its weight to those that are not. The rectifier stays an aim of
            // its own where a chooser weighs it: it is what moves slowest.
            let calm = try (thresholds.min() ?? 0) - answer.logOdds
            let aims = [calm, leads.own, leads.rectified] + (chooser == nil ? [] : [leads.given])
            let sum = try Tensor.stacked(aims.map { try -(-$0).softplus() }).sum([0])
            let wrong = try wrongness(leads.own, leads.given, answer.logOdds)
            return (sum, (answer.logits, try -wrong.minimum(over: [0])))
        }
        return AdaptiveAttack.Direction(
            direction: try gradient.withoutNaN(), logits: try logits.detached(),
            score: try score.detached(), worst: try score.detached())
    }

    /// In which share of the draws and at which of the thresholds the guard's answer is wrong, `[N]`; of equal
    /// ones the surer is higher.
    func wrong(
        at images: Tensor, _ goal: Goal, _ subject: GuardUnderAttack, _ draws: [[RandomStream]]
    ) throws -> Tensor {
        let all = try Tensor.stacked(
            draws.map { draw in
                let answer = try subject.values(for: images, draws: [draw])
                let leads = try leads(at: images, goal, answer, subject, draw)
                return try wrongness(leads.own, leads.given, answer.logOdds)
            })
        let sure = try all.minimum(over: [1]).mean([0]).sigmoid()
        return try (all .> 0).to(.float32).mean([0, 1]) + sure * 1e-3
    }

    /// At each threshold, `[T, N]`.
    private func wrongness(_ own: Tensor, _ given: Tensor, _ logOdds: Tensor) throws -> Tensor {
        try .stacked(
            thresholds.map { threshold in
                let excess = try logOdds - threshold
                return try own.minimum(-excess).maximum(given.minimum(excess))
            })
    }

    /// By how much another label leads over the truth: by f, by the rectifier, and in what is given back.
    private func leads(
        at images: Tensor, _ goal: Goal, _ answer: GuardUnderAttack.Answer,
        _ subject: GuardUnderAttack, _ draw: [RandomStream]
    ) throws -> (own: Tensor, rectified: Tensor, given: Tensor) {
        let rectified = try rectifier.probabilities(
            of: images, sensitivity: answer.sensitivity,
            streams: draw.map { stream in
                var stream = stream
                return RandomStream(seed: stream.next(), purpose: "masks")
            }
        ).probabilities
        let own = try goal.lead(in: answer.logits)
        let masked = try goal.lead(in: rectified.clamped(min: 1e-30).log())
        guard let chooser else { return (own, masked, masked) }
        let given = try goal.lead(
            in: chooser.logits(
                RecoveryEvidence(
                    of: images, sensitivity: answer.sensitivity, logOdds: answer.logOdds,
                    noise: answer.noise, rectified: rectified, classifier: subject.exact)))
        return (own, masked, given)
    }
}
