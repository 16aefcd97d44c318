// /work/main/Sources/GREDAttacks/Documentation.docc/Writing-an-attack.md
import GREDAttacks
import GREDClassifiers
import LibTorch

/// One step of a given L2 length along the gradient.
struct FastGradient: Attack {
    var name: String { "fast-gradient" }
    static let canTarget = true
    static let isMinimumNorm = false

    /// The length of the step, for pixels in 0…1.
    var length = 1.0

    var expectedPasses: Int { 1 }

    func perturb(
        _ images: Tensor, towards goal: Goal, against classifier: any Classifier, seeds: ImageSeeds
    ) throws -> Tensor {
        let (_, gradient) = try Gradient.valueAndGradient(at: images) {
            try goal.objective(in: classifier.logits(of: $0))
        }
        let norms = try gradient.rowNorms().clamped(min: 1e-12).perRow(rank: gradient.rank)
        return try (images + gradient / norms * length).clamped(min: 0, max: 1)
    }
}
