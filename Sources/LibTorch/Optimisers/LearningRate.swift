import Foundation

/// The learning rate as a function of how far training has come.
public enum LearningRate: Sendable, Codable, Hashable {
    /// The same rate at every step.
    case constant(Double)
    /// Up to `peak` over the first `warmUp` share of the steps, then down to nearly nothing, both
    /// along a cosine (Smith and Topin 2018, in the form of `torch.optim.lr_scheduler.OneCycleLR`:
    /// it starts at peak/25 and ends at peak/250,000).
    case oneCycle(peak: Double, warmUp: Double)
    /// From `start` down to 0 along half a cosine.
    case cosine(start: Double)

    /// The rate for a step in 0 ..< total.
    public func value(step: Int, of total: Int) -> Double {
        switch self {
        case .constant(let rate):
            return rate
        case .cosine(let start):
            return start * (1 + cos(.pi * Double(step) / Double(max(total, 1)))) / 2
        case .oneCycle(let peak, let warmUp):
            let first = peak / 25
            let top = warmUp * Double(total) - 1
            let last = Double(total) - 1
            let now = Double(step)
            return now <= top
                ? Self.between(first, peak, top > 0 ? now / top : 1)
                : Self.between(peak, first / 1e4, last > top ? (now - top) / (last - top) : 1)
        }
    }

    private static func between(_ start: Double, _ end: Double, _ share: Double) -> Double {
        end + (start - end) / 2 * (1 + cos(.pi * share))
    }
}
