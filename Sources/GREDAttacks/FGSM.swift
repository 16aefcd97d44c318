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

    public func search(_ batch: AttackBatch) throws -> Tensor {
        let (gradient, _) = try batch.ascent(at: batch.images)
        return try (batch.images + gradient.sign() * epsilon).clamped(min: 0, max: 1)
    }
}
