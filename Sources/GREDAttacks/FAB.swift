import GREDClassifiers
import LibTorch

/// The fast adaptive boundary attack in L2 (Croce and Hein 2020): walks along the boundary towards the
/// point of it that is nearest to the image.
///
/// Each step goes to the nearest linearised boundary, pulled towards the point of that same boundary
/// that is nearest to the image; once across, the perturbation is shortened and the walk goes on. The
/// shortest adversarial perturbation seen is returned.
public struct FAB: Attack {
    public var name: String { "fab" }
    public static let canTarget = false
    public static let isMinimumNorm = true

    /// Iterations, each a pass forward and back for every competing class, and one more forward.
    public var steps: Int
    /// How many classes compete, the likeliest at the start; the label is one of them.
    public var candidates: Int
    /// The largest share that the pull towards the image has in a step; the paper's α_max.
    public var pull: Double
    /// How much farther than the boundary a step goes; the paper's η.
    public var overshoot: Double
    /// What an adversarial perturbation is shortened to before the walk goes on; the paper's β.
    public var shortening: Double

    /// Names all settings; the defaults are the paper's, with 10 classes.
    public init(
        steps: Int = 100, candidates: Int = 10, pull: Double = 0.1, overshoot: Double = 1.05,
        shortening: Double = 0.9
    ) {
        self.steps = steps
        self.candidates = candidates
        self.pull = pull
        self.overshoot = overshoot
        self.shortening = shortening
    }

    public var expectedPasses: Int { 2 * steps }
    public func withSteps(_ steps: Int) -> any Attack { with(\.steps, steps) }

    public var limits: [AttackSetting] {
        [
            AttackSetting("steps", steps, atLeast: 1),
            AttackSetting("candidates", candidates, atLeast: 2),
            AttackSetting("pull", pull, in: 0...1),
            AttackSetting("overshoot", overshoot, in: 1...10),
            AttackSetting("shortening", shortening, in: 0...1),
        ]
    }

    public func search(_ batch: AttackBatch) throws -> Tensor {
        let (images, goal) = (batch.images, batch.goal)
        let logits = try batch.logits(of: images)
        let rivals = try LinearisedBoundary.rivals(
            of: goal.classes, in: logits, candidates: candidates)
        // An image that is adversarial already needs no perturbation.
        var best = images
        var bestNorm = try goal.isReached(in: logits).choose(
            .zeros([batch.count], device: images.device),
            .full([batch.count], .infinity, device: images.device))
        let origin = try images.flattened(from: 1)
        var current = images

        for _ in 0..<steps {
            let boundary = try LinearisedBoundary.nearest(
                of: batch, in: batch.recorded(at: current), at: Array(0..<batch.count),
                rivals: rivals)
            let place = try current.flattened(from: 1)
            let normals = try boundary.gradient.flattened(from: 1)
            let gapAtOrigin =
                try boundary.difference + (normals * (origin - place)).sum([1])
            let forward = try BoxedHyperplane.step(
                from: place, normals: normals, gaps: boundary.difference)
            let direct = try BoxedHyperplane.step(
                from: origin, normals: normals, gaps: gapAtOrigin)
            let (length, directLength) = (
                try forward.rowNorms().clamped(min: 1e-8), try direct.rowNorms().clamped(min: 1e-8)
            )
            let share = try (length / (length + directLength)).clamped(max: pull).unsqueezed(1)
            let moved =
                try (place + forward * overshoot) * (1 - share)
                + (origin + direct * overshoot) * share
            current = try moved.clamped(min: 0, max: 1).reshaped(images.shape)

            let reached = try batch.isReached(by: current)
            let norm = try (current - images).rowNorms()
            let better = try reached .& (norm .< bestNorm)
            best = try .chosen(where: better, current, best)
            bestNorm = try better.choose(norm, bestNorm)
            current = try .chosen(
                where: reached, images + (current - images) * shortening, current)
        }
        return best
    }
}
