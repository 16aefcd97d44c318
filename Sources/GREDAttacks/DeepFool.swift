import GREDClassifiers
import LibTorch

/// DeepFool for the L2 norm (Moosavi-Dezfooli et al. 2016): each step walks to the nearest boundary
/// of the classifier made linear at the present point.
///
/// Each step is lengthened by the overshoot and clipped to 0…1 at once, so that the next one starts
/// from an image that can be (as adv-lib does it; the authors and foolbox keep the unclipped sum of the
/// steps, and where pixels lie at 0 and 1 they take longer ways). An image is finished, and leaves the
/// batch, as soon as it is adversarial by at least `confidence`.
public struct DeepFool: Attack {
    public var name: String { "deepfool" }
    public static let canTarget = false
    public static let isMinimumNorm = true

    /// The most steps that an image takes.
    public var steps: Int
    /// The share by which a step is lengthened, so that the boundary is crossed rather than reached.
    public var overshoot: Double
    /// How many classes compete to be the nearest, the likeliest of each step; the label is one of them.
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
        // The images still searched for, and where they are.
        var batch = batch
        var current = batch.images

        for step in 0...steps {
            var pass = try batch.recorded(at: current)
            let logits = try pass.logits.detached()
            let reached = try batch.goal.isReached(in: logits, confidence: confidence)
            let done = try reached.positions()
            if !done.isEmpty {
                results = try results.replacingRows(
                    done.map { batch.places[$0] }, with: current.rows(done))
            }
            var open = try (.!reached).positions()
            if step == steps || open.isEmpty { break }
            let openRivals = try LinearisedBoundary.rivals(
                of: batch.goal.classes, in: logits, candidates: candidates
            ).rows(open)

            // The passes back go through all images of the pass forward. Where that wastes more than
            // another pass forward costs, there is one, of those that are left.
            let rest = try batch.rows(open)
            current = try current.rows(open)
            if done.count * openRivals.shape[1] > open.count {
                pass = try rest.recorded(at: current)
                batch = rest
                open = Array(0..<rest.count)
            }
            let boundary = try LinearisedBoundary.nearest(
                of: batch, in: pass, at: open, rivals: openRivals, beyond: confidence)
            batch = rest
            current = try (current + toBoundary(boundary) * (1 + overshoot)).clamped(min: 0, max: 1)
        }
        return results
    }

    /// The step to the boundary and a little beyond, `[N, C, H, W]`; none where there is no gradient.
    private func toBoundary(_ boundary: LinearisedBoundary) throws -> Tensor {
        let norm = try boundary.gradient.rowNorms()
        let flat = try .!(norm .> 0)
        let distance = try (confidence - boundary.difference).clamped(min: 0) / norm + Self.beyond
        let scale = try flat.choose(norm.zerosLike(), distance / norm)
        return try boundary.gradient * scale.perRow(rank: boundary.gradient.rank)
    }

    /// How much farther than the boundary a step goes, as an L2 length: so that rounding cannot keep
    /// an image before it. It is that of the authors' own code.
    private static let beyond = 1e-4
}
