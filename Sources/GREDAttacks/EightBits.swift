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
        var results = try rounded(adversarial)
        var open = Array(0..<originals.shape[0])
        for factor in factors where !open.isEmpty {
            let start = try originals.rows(open)
            let delta = try adversarial.rows(open) - start
            let candidate = try rounded(start + delta * factor)
            let reached = try goal.rows(open)
                .isReached(in: classifier.logits(of: candidate), confidence: confidence).bools()
            let done = reached.indices.filter { reached[$0] }
            if !done.isEmpty {
                results = try results.replacingRows(
                    done.map { open[$0] }, with: candidate.rows(done))
            }
            open = reached.indices.filter { !reached[$0] }.map { open[$0] }
        }
        return results
    }

    /// Fine at first, where most images are rescued, then ever coarser.
    static let factors = [1, 1.01, 1.02, 1.035, 1.05, 1.075, 1.1, 1.15, 1.2, 1.3, 1.4, 1.6, 2, 3]
}
