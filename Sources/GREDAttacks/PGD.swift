import GREDClassifiers
import LibTorch

/// Projected gradient descent (Madry et al. 2018): steps along the sign of the gradient, each
/// projected back to the L∞ ball around the image, from a random start in it.
///
/// The last iterate is returned; where it is not adversarial and an earlier one was, that one.
public struct PGD: Attack {
    public var name: String { "pgd" }
    public static let canTarget = true
    public static let isMinimumNorm = false

    /// The L∞ radius, for pixels in 0…1.
    public var epsilon: Double
    /// The length of a step in each pixel, for pixels in 0…1.
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

    public var expectedPasses: Int { steps + 2 }
    public func withSteps(_ steps: Int) -> any Attack { with(\.steps, steps) }

    public var limits: [AttackSetting] {
        [
            AttackSetting("epsilon", epsilon, in: 0...1),
            AttackSetting("stepSize", stepSize, in: 0...1),
            AttackSetting("steps", steps, atLeast: 0),
        ]
    }

    public func perturb(
        _ images: Tensor, towards goal: Goal, against classifier: any Classifier, seeds: ImageSeeds
    ) throws -> Tensor {
        try checkSettings()
        let lower = try (images - epsilon).clamped(min: 0)
        let upper = try (images + epsilon).clamped(max: 1)
        var current = images
        if startsAtRandom {
            let noise = try seeds.uniformNoise(like: images, purpose: "pgd start")
            current = try (images + noise * epsilon).maximum(lower).minimum(upper)
        }

        var adversarial = current
        for _ in 0..<steps {
            let (gradient, logits) = try classifier.ascent(of: goal, at: current)
            adversarial = try .chosen(where: goal.isReached(in: logits), current, adversarial)
            current = try (current + gradient.sign() * stepSize).maximum(lower).minimum(upper)
        }
        let reached = try goal.isReached(in: classifier.logits(of: current))
        let everReached = try goal.isReached(in: classifier.logits(of: adversarial))
        return try .chosen(where: reached .| (.!everReached), current, adversarial)
    }
}
