import GREDClassifiers
import LibTorch

/// A way back that no guard takes, since it costs more than all the others but the rectifier together:
/// what recovery is measured beside.
public enum RecoveryDescent {
    /// Steps of an image's descent, each a pass forth and back.
    static let steps = 4

    /// The first other label on the way down the margin. A step is as long as the boundary seems far,
    /// within an L2 of 0.1 to 0.6 for an image of 3×32×32 pixels; where no label changes, the second
    /// choice at the end counts.
    /// - Parameter images: `[N, C, H, W]` in 0…1.
    /// - Returns: `[N]`, of int64.
    public static func labels(
        of images: Tensor, _ sensitivity: InputSensitivity, in classifier: any Classifier
    ) throws -> Tensor {
        let own = sensitivity.labels
        let scale = (Double(images.count / max(images.shape[0], 1)) / 3072).squareRoot()
        var (points, gradient, margin) = (images, sensitivity.gradient, sensitivity.margin)
        var found = try own.ints()
        var open = Array(found.indices)
        for step in 0..<steps where !open.isEmpty {
            let norm = try gradient.rowNorms().clamped(min: 1e-12)
            let length = try ((margin + 0.05) / norm).clamped(min: 0.1 * scale, max: 0.6 * scale)
            points = try (points - gradient * (length / norm).perRow(rank: 4))
                .clamped(min: 0, max: 1)
            let labels = try own.rows(open)
            let pair = try classifier.marginGradient(of: points, at: labels)
            let next = try pair.logits.argmax(1).ints()
            let second = try pair.logits.replacing(labels, with: -.infinity).argmax(1).ints()
            let before = try labels.ints()
            let isLast = step == steps - 1
            for place in open.indices where isLast || next[place] != before[place] {
                found[open[place]] = second[place]
            }
            let left = open.indices.filter { next[$0] == before[$0] }
            (points, gradient, margin) = (
                try points.rows(left), try pair.gradient.rows(left), try pair.margin.rows(left)
            )
            open = left.map { open[$0] }
        }
        return try Tensor(found).to(images.device)
    }
}
