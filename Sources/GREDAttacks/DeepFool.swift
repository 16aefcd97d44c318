import GREDClassifiers
import LibTorch

/// DeepFool for the L2 norm (Moosavi-Dezfooli et al. 2016): each step walks to the nearest boundary
/// of the classifier made linear at the present point.
///
/// The steps add up to r; the image tried is x + (1 + overshoot)·r, clipped to 0…1. An image is
/// finished, and leaves the batch, as soon as that is adversarial by at least `confidence`.
public struct DeepFool: Attack {
    public var name: String { "deepfool" }
    public static let canTarget = false
    public static let isMinimumNorm = true

    /// The most steps that an image takes.
    public var steps: Int
    /// The share by which r is lengthened, so that the boundary is crossed rather than reached.
    public var overshoot: Double
    /// How many of the classes likeliest at the start compete to be the nearest.
    public var candidates: Int
    /// How far past the boundary counts as adversarial, in nats of logit.
    public var confidence: Double

    /// Names all settings; the defaults are those of the authors' own code.
    public init(
        steps: Int = 50, overshoot: Double = 0.02, candidates: Int = 10, confidence: Double = 0
    ) {
        self.steps = steps
        self.overshoot = overshoot
        self.candidates = candidates
        self.confidence = confidence
    }

    public var expectedPasses: Int { 2 * min(steps, 4) }
    public func withSteps(_ steps: Int) -> any Attack { with(\.steps, steps) }

    public var limits: [AttackSetting] {
        [
            AttackSetting("steps", steps, atLeast: 0),
            AttackSetting("overshoot", overshoot, in: 0...1e6),
            AttackSetting("candidates", candidates, atLeast: 2),
            AttackSetting("confidence", confidence, in: 0...1e6),
        ]
    }

    public func search(_ batch: AttackBatch) throws -> Tensor {
        var results = batch.images
        // The images still searched for, and their state.
        var batch = batch
        var total = try batch.images.zerosLike()
        var current = batch.images
        var rivals: Tensor?

        for step in 0...steps {
            // Trying first, without a graph, costs one pass forward and spares the finished images
            // all the passes back.
            let logits = try batch.logits(of: current)
            let reached = try batch.goal.isReached(in: logits, confidence: confidence)
            let done = try reached.positions()
            if !done.isEmpty {
                results = try results.replacingRows(
                    done.map { batch.places[$0] }, with: current.rows(done))
            }
            let open = try (.!reached).positions()
            if step == steps || open.isEmpty { break }
            let competing =
                try rivals
                ?? LinearisedBoundary.rivals(
                    of: batch.goal.classes, in: logits, candidates: candidates)

            batch = try batch.rows(open)
            (current, total) = (try current.rows(open), try total.rows(open))
            let openRivals = try competing.rows(open)
            rivals = openRivals
            total = try total + toNearestBoundary(of: batch, at: current, rivals: openRivals)
            current = try (batch.images + total * (1 + overshoot)).clamped(min: 0, max: 1)
        }
        return results
    }

    /// The step to the nearest boundary of the linearised classifier, `[N, C, H, W]`.
    private func toNearestBoundary(
        of batch: AttackBatch, at current: Tensor, rivals: Tensor
    ) throws -> Tensor {
        // `confidence` moves the boundary that is walked to; a ten-thousandth crosses it.
        let beyond = confidence + 1e-4
        let boundary = try LinearisedBoundary.nearest(
            of: batch, at: current, rivals: rivals, beyond: beyond)
        let gap = try (beyond - boundary.difference).clamped(min: 0)
        let square = try boundary.gradient.rowNorms().square()
        let flat = try .!(square .> 0)
        let scale = try flat.choose(square.zerosLike(), gap / square)
        return try boundary.gradient * scale.perRow(rank: current.rank)
    }
}
