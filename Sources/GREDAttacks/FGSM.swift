import GREDClassifiers
import LibTorch

/// The fast gradient sign method (Goodfellow et al. 2015): one step of ε along the sign of the
/// gradient, which is the largest that an L∞ ball allows to first order.
public struct FGSM: Attack {
    public var name: String { "fgsm" }
    public static let canTarget = false
    public static let isMinimumNorm = false

    /// The L∞ radius, for pixels in 0…1.
    public var epsilon: Double

    /// - Parameter epsilon: the L∞ radius, for pixels in 0…1.
    public init(epsilon: Double) { self.epsilon = epsilon }

    public var expectedPasses: Int { 1 }

    public var limits: [AttackSetting] { [AttackSetting("epsilon", epsilon, in: 0...1)] }

    public func perturb(
        _ images: Tensor, towards goal: Goal, against classifier: any Classifier, seeds: ImageSeeds
    ) throws -> Tensor {
        try checkSettings()
        guard !goal.isTargeted else { throw AttackFault.cannotTarget(attack: name) }
        let (gradient, _) = try classifier.ascent(of: goal, at: images)
        return try (images + gradient.sign() * epsilon).clamped(min: 0, max: 1)
    }
}
