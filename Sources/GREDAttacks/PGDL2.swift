import GREDClassifiers
import LibTorch

/// Projected gradient descent in L2 (Madry et al. 2018): steps of a fixed length along the gradient,
/// each projected back to the L2 ball around the image and to 0…1, from a random start in the ball.
///
/// The last iterate is returned; where it is not adversarial and an earlier one was, that one. A pixel
/// step along a gradient of zero length goes nowhere: such an image stays where it is.
public struct PGDL2: Attack {
    public var name: String { "pgd-l2" }
    public static let canTarget = true
    public static let isMinimumNorm = false

    /// The L2 radius, for pixels in 0…1.
    public var epsilon: Double
    /// The L2 length of a step, for pixels in 0…1.
    public var stepSize: Double
    /// How many steps every image takes, adversarial already or not.
    public var steps: Int
    /// Whether the search starts at a random point of the ball, cut to 0…1, or at the image.
    public var startsAtRandom: Bool

    /// Names all settings; ``AttackCatalogue/Budget`` has the usual ones.
    public init(epsilon: Double, stepSize: Double, steps: Int, startsAtRandom: Bool = true) {
        self.epsilon = epsilon
        self.stepSize = stepSize
        self.steps = steps
        self.startsAtRandom = startsAtRandom
    }

    public var expectedPasses: Int { steps + 1 }
    public func withSteps(_ steps: Int) -> any Attack { with(\.steps, steps) }

    public var limits: [AttackSetting] {
        [
            AttackSetting("epsilon", epsilon, in: 0...1e6),
            AttackSetting("stepSize", stepSize, in: 0...1e6),
            AttackSetting("steps", steps, atLeast: 0),
        ]
    }

    public func search(_ batch: AttackBatch) throws -> Tensor {
        let images = batch.images
        var start = images
        if startsAtRandom {
            let noise = try batch.seeds.uniformNoise(like: images, purpose: "pgd-l2 start")
            let radius = try batch.seeds.uniformShares(purpose: "pgd-l2 radius").to(images.device)
            let factor = try radius * epsilon / noise.rowNorms().clamped(min: 1e-12)
            start = try (images + noise * factor.perRow(rank: images.rank)).clamped(min: 0, max: 1)
        }
        return try batch.climb(from: start, steps: steps) { current, gradient in
            let factor = try stepSize / gradient.rowNorms().clamped(min: 1e-30)
            return try projected(
                current + gradient * factor.perRow(rank: images.rank), around: images)
        }
    }

    /// The nearest point of the ball, then of 0…1, which lies in the ball still.
    private func projected(_ moved: Tensor, around images: Tensor) throws -> Tensor {
        let delta = try moved - images
        let factor = try (epsilon / delta.rowNorms().clamped(min: 1e-30)).clamped(max: 1)
        return try (images + delta * factor.perRow(rank: images.rank)).clamped(min: 0, max: 1)
    }
}
