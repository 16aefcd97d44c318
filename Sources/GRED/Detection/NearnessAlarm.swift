import Foundation
import LibTorch

/// Speaks up where an image lies nearer to another class than almost any clean image does.
///
/// An attack that takes the shortest way, and stops there, is seen by that alone: no network must have met the
/// attack in training. The alarm gives an image the log-odds that are as rare among clean images as its
/// nearness is, and the higher of these and the network's decide. False positives that it has are no longer the
/// network's to have, so it is given a small share of them.
public struct NearnessAlarm: Sendable, Hashable, Codable {
    /// Of an image at a distance of 1: the log-odds, in nats.
    public var offset: Float
    /// By how much the log-odds rise where the distance is less by a factor of e.
    public var slope: Float

    /// Names both.
    public init(offset: Float, slope: Float) {
        self.offset = offset
        self.slope = slope
    }

    /// The share of the network's false positives that an alarm has by default. Measured on CIFAR-10
    /// (`Benchmarks/Results/detectors-attempts.md`): DDN at κ 0, to a detector that never saw its family, goes from
    /// an AUROC of 0.960 to 0.996, and nothing else changes by more than chance; with a tenth other attacks
    /// are seen less often by up to 0.04.
    public static let usualShare = 0.02

    /// Fits an alarm to what a network says of clean images and to how near these are.
    /// - Parameters:
    ///   - logOdds: the network's, of clean images that it was not trained on.
    ///   - logDistances: of the same images, ``UniversalDetector/Reading/logDistance()``.
    ///   - share: of the network's false positives, above 0.
    /// - Returns: nil where there are fewer than ``leastImages``, or the scores of the rarest do not differ.
    public init?(logOdds: [Float], logDistances: [Float], share: Double = usualShare) {
        guard let network = ExponentialTail(over: logOdds),
            let nearness = ExponentialTail(over: logDistances.map { -$0 })
        else { return nil }
        slope = network.mean / nearness.mean
        offset = network.start + network.mean * Float(log(share)) - slope * nearness.start
        guard offset.isFinite, slope.isFinite else { return nil }
    }

    /// The clean images that an alarm is fitted to at the least.
    public static let leastImages = ExponentialTail.leastImages

    /// The log-odds of images by their nearness.
    func logOdds(logDistance: Tensor) throws -> Tensor {
        try logDistance * Double(-slope) + Double(offset)
    }
}
