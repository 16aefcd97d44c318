import Foundation
import GREDClassifiers
import LibTorch

/// Decoupled direction and norm (Rony et al. 2019): a perturbation whose direction follows the
/// gradient and whose L2 norm shrinks by γ while the image is adversarial and grows while it is not.
///
/// Every iterate is quantised, so what it finds survives being saved as 8-bit pixels. The smallest
/// adversarial perturbation seen is returned, whenever that was.
public struct DDN: Attack {
    public var name: String { "ddn" }
    public static let canTarget = true
    public static let isMinimumNorm = true

    /// The iterations, each one pass forward and back; one more pass forward tries the last image.
    public var steps: Int
    /// γ, the share by which the norm shrinks or grows in a step.
    public var gamma: Double
    /// The L2 norm that the search starts from, for pixels in 0…1.
    public var initialNorm: Double
    /// The number of values that a pixel may take (256 for 8 bits), or nil for no quantisation.
    public var levels: Int?
    /// How far past the boundary counts as adversarial, in nats of logit.
    public var confidence: Double

    /// Names all settings; the defaults are those of Rony et al. with 100 steps.
    public init(
        steps: Int = 100, gamma: Double = 0.05, initialNorm: Double = 1, levels: Int? = 256,
        confidence: Double = 0
    ) {
        self.steps = steps
        self.gamma = gamma
        self.initialNorm = initialNorm
        self.levels = levels
        self.confidence = confidence
    }

    public var expectedPasses: Int { steps + 1 }
    public func withSteps(_ steps: Int) -> any Attack { with(\.steps, steps) }

    public var limits: [AttackSetting] {
        [
            AttackSetting("steps", steps, atLeast: 1), AttackSetting("gamma", gamma, in: 0...1),
            AttackSetting("initialNorm", initialNorm, in: AttackSetting.positive),
            AttackSetting("levels", levels ?? 256, atLeast: 2),
            AttackSetting("confidence", confidence, in: 0...1e6),
        ]
    }

    public func search(_ batch: AttackBatch) throws -> Tensor {
        try descended(
            batch, from: batch.images.zerosLike(),
            norm: .full([batch.count], initialNorm, device: batch.images.device),
            through: 0..<steps)
    }

    /// The last quarter of the steps, whose strides are short, once more.
    public func refined(_ batch: AttackBatch, from found: Tensor) throws -> Tensor? {
        let delta = try found - batch.images
        return try descended(
            batch, from: delta, norm: delta.rowNorms(), through: (steps * 3 / 4)..<steps)
    }

    private func descended(
        _ batch: AttackBatch, from start: Tensor, norm first: Tensor, through range: Range<Int>
    ) throws -> Tensor {
        let (images, goal) = (batch.images, batch.goal)
        // No perturbation within 0…1 is longer than to the farther end of every pixel.
        let longest = try images.maximum(1 - images).rowNorms()
        var (delta, norm) = (start, first)
        var best = try images.zerosLike()
        var bestNorm = try Tensor.full([batch.count], .infinity, device: images.device)

        for step in range {
            let (gradient, logits) = try batch.ascent(at: images + delta)
            let reached = try goal.isReached(in: logits, confidence: confidence)
            let length = try delta.rowNorms()
            let better = try reached .& (length .< bestNorm)
            best = try .chosen(where: better, delta, best)
            bestNorm = try better.choose(length, bestNorm)

            let rate = 0.01 + 0.99 * (1 + cos(.pi * Double(step) / Double(steps))) / 2
            delta = try delta + normalised(gradient, seeds: batch.seeds) * rate
            norm = try reached.choose(
                norm * (1 - gamma), (norm * (1 + gamma)).minimum(longest))
            delta = try rescaled(delta, to: norm)
            delta = try quantised(delta, around: images)
        }
        // The last perturbation has not been tried yet.
        let better =
            try batch.isReached(by: images + delta, confidence: confidence)
            .& (delta.rowNorms() .< bestNorm)
        best = try .chosen(where: better, delta, best)
        return try (images + best).clamped(min: 0, max: 1)
    }

    /// Each image's gradient at length 1. Where there is none, the image's own random direction.
    private func normalised(_ gradient: Tensor, seeds: ImageSeeds) throws -> Tensor {
        let norms = try gradient.rowNorms()
        let flat = try .!(norms .> 0)
        var direction = gradient
        if try flat.anyTrue() {
            let noise = try seeds.uniformNoise(like: gradient, purpose: "ddn direction")
            direction = try .chosen(where: flat, noise, gradient)
        }
        return try direction / direction.rowNorms().perRow(rank: gradient.rank)
    }

    private func rescaled(_ delta: Tensor, to norm: Tensor) throws -> Tensor {
        let present = try delta.rowNorms().clamped(min: 1e-12)
        return try delta * (norm / present).perRow(rank: delta.rank)
    }

    private func quantised(_ delta: Tensor, around images: Tensor) throws -> Tensor {
        var moved = try (images + delta).clamped(min: 0, max: 1)
        if let levels {
            let top = Double(levels - 1)
            moved = try (moved * top).round() / top
        }
        return try moved - images
    }
}
