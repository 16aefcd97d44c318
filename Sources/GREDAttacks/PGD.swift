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

    public var expectedPasses: Int { steps + 1 }
    public func withSteps(_ steps: Int) -> any Attack { with(\.steps, steps) }

    public var limits: [AttackSetting] {
        [
            AttackSetting("epsilon", epsilon, in: 0...1),
            AttackSetting("stepSize", stepSize, in: 0...1),
            AttackSetting("steps", steps, atLeast: 0),
        ]
    }

    public func search(_ batch: AttackBatch) throws -> Tensor {
        guard startsAtRandom else { return try search(batch, from: batch.images) }
        let noise = try batch.seeds.uniformNoise(like: batch.images, purpose: "pgd start")
        return try search(batch, from: batch.images + noise * epsilon)
    }

    /// The same search from any start, brought into the ball.
    package func search(_ batch: AttackBatch, from start: Tensor) throws -> Tensor {
        let lower = try (batch.images - epsilon).clamped(min: 0)
        let upper = try (batch.images + epsilon).clamped(max: 1)
        let inside = try start.maximum(lower).minimum(upper)
        return try batch.climb(from: inside, steps: steps) { current, gradient in
            try (current + gradient.sign() * stepSize).maximum(lower).minimum(upper)
        }
    }
}

extension AttackBatch {
    /// Projected ascent, whatever the ball: the last iterate, or where that is not adversarial and an
    /// earlier one was, the latest of those.
    /// - Parameter step: from the present point and the gradient there to the next point of the ball.
    func climb(
        from start: Tensor, steps: Int,
        step: (_ current: Tensor, _ gradient: Tensor) throws -> Tensor
    ) throws -> Tensor {
        var current = start
        var adversarial = current
        var everReached = try Tensor.zeros([count], device: current.device) .> 0
        for _ in 0..<steps {
            let (gradient, logits) = try ascent(at: current)
            let reached = try goal.isReached(in: logits)
            adversarial = try .chosen(where: reached, current, adversarial)
            everReached = try (everReached .| reached)
            current = try step(current, gradient)
        }
        let reached = try isReached(by: current)
        return try .chosen(where: reached .| (.!everReached), current, adversarial)
    }
}
