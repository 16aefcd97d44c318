import GREDClassifiers
import LibTorch

/// Ways to guess what an image showed before it was manipulated. The gradient that betrays an adversarial
/// image points the way back as well.
///
/// Each is evidence for a ``RecoveryChooser``, and measured beside it.
public enum RecoveryMove: Int, Sendable, CaseIterable {
    /// The classifier's own label: right where a clean image was flagged.
    case keep
    /// The classifier's second choice: nothing is computed.
    case runnerUp
    /// Its second choice in a little noise, which the detector has tried already; without noisy copies
    /// as ``runnerUp``.
    case noisyRunnerUp
    /// The other label that wins after one long step against the margin's gradient: one pass.
    case stepBack
    /// The mean of the rectifier's answers on masked copies (paper, §3.2).
    case rectifier

    /// x − 3·(m + 0.3)/‖G‖²·G: three times as far as the boundary seems to be.
    package static func steppedBack(_ images: Tensor, _ sensitivity: InputSensitivity) throws
        -> Tensor
    {
        let square = try sensitivity.gradient.rowNorms().square().clamped(min: 1e-12)
        let reach = try (sensitivity.margin + 0.3) * 3 / square
        return try (images - sensitivity.gradient * reach.perRow(rank: 4)).clamped(min: 0, max: 1)
    }
}
