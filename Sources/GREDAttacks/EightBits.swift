import GREDClassifiers
import LibTorch

/// Files, cameras and requests hold 8-bit pixels: an adversarial image counts when it still is one
/// after rounding.
public enum EightBits {
    /// Each pixel of images in 0…1 at the nearest multiple of 1/255.
    public static func rounded(_ images: Tensor) throws -> Tensor {
        try (images.clamped(min: 0, max: 1) * 255).round() / 255
    }

    /// The finishing step of a minimum-norm attack: lengthens a perturbation, as little as it takes,
    /// until the *rounded* image is adversarial.
    ///
    /// The perturbation is scaled by the first factor of `factors` whose rounding keeps the goal.
    /// An image for which none does is returned rounded, as it was.
    /// - Parameters:
    ///   - adversarial: what the attack found, `[N, C, H, W]` in 0…1.
    ///   - originals: the images that it started from.
    /// - Returns: rounded images.
    public static func finished(
        _ adversarial: Tensor, from originals: Tensor, towards goal: Goal,
        against classifier: any Classifier, confidence: Double = 0
    ) throws -> Tensor {
        let batch = AttackBatch(
            originals, towards: goal, against: classifier,
            seeds: ImageSeeds(seed: 0, range: 0..<originals.shape[0]))
        let (images, open) = try Rescaling(
            factors: factors, grid: rounded, confidence: confidence
        ).applied(to: adversarial, in: batch)
        return open.isEmpty
            ? images : try images.replacingRows(open, with: rounded(adversarial.rows(open)))
    }

    /// Fine at first, where most images are rescued, then ever coarser.
    static let factors = [1, 1.01, 1.02, 1.035, 1.05, 1.075, 1.1, 1.15, 1.2, 1.3, 1.4, 1.6, 2, 3]
}
