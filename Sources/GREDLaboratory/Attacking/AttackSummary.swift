import Foundation
import GREDAttacks
import GREDCharts

/// The figures of one attack on one classifier.
public struct AttackSummary: Codable, Sendable {
    /// The attack's name without its goal, such as `ddn`.
    public var name: String
    /// Whether each image was given a class to be turned into.
    public var targeted: Bool
    /// The attack's settings, their names in snake case; those that are not set are left out.
    public var settings: [String: Double]
    /// How many images were attacked.
    public var attempted: Int
    /// The share that the attack turned, with its 95% bounds (Wilson).
    public var success: Double
    /// The lower and the upper bound of ``success``, in 0…1.
    public var successInterval: [Double]
    /// The same after rounding to 8 bits.
    public var successRounded: Double
    /// How many of the images that were not turned have no gradient to follow: an attack that goes by
    /// gradients has shown nothing of them.
    public var withoutGradient: Int
    /// How many verdicts change with the size of the batch in which the classifier is asked: so near
    /// to the boundary that rounding decides.
    public var undecided: Int
    /// Over the successes; nil where there are none.
    public var medianL2: Double?
    /// The same at 8 bits, over those that succeed there.
    public var medianL2Rounded: Double?
    /// The largest change of a value, for pixels in 0…1: the median over the successes.
    public var medianLinf: Double?
    /// How many values of an image change at 8 bits: the median over those that succeed there.
    public var medianL0: Double?
    /// Passes forward, the mean of all images.
    public var forwardPasses: Double
    /// Passes back, the mean of all images.
    public var backwardPasses: Double
    /// How long the search took.
    public var seconds: Double
    /// The share of all images that is turned by no more than an L2 norm, at norms that rise.
    public var securityCurve: [CurvePoint]
    /// The median over all images of the shortest perturbation so far, after a number of passes
    /// forward; it begins where half the images have one.
    public var progressCurve: [CurvePoint]

    /// The name in tables, such as `ddn` or `ddn (targeted)`.
    public var title: String { targeted ? "\(name) (targeted)" : name }

    /// A point of a curve, written as a pair.
    public struct CurvePoint: Codable, Sendable, Hashable {
        /// The L2 norm, or the number of passes.
        public var x: Double
        /// The share, or the L2 norm.
        public var y: Double

        init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }

        public init(from decoder: any Decoder) throws {
            var pair = try decoder.unkeyedContainer()
            self.init(try pair.decode(Double.self), try pair.decode(Double.self))
        }

        public func encode(to encoder: any Encoder) throws {
            var pair = encoder.unkeyedContainer()
            try pair.encode(x)
            try pair.encode(y)
        }
    }

    /// Measures what a plan led to: rates over all images, norms before rounding.
    public init(_ plan: AttackPlan, _ outcome: AttackOutcome) throws {
        name = plan.attack.name
        targeted = plan.isTargeted
        settings = try plan.settings()
        attempted = outcome.count
        let winners = outcome.succeeded.indices.filter { outcome.succeeded[$0] }
        let survivors = outcome.succeeded.indices.filter { outcome.succeededRounded[$0] }
        let share = Proportion(successes: winners.count, of: outcome.count)
        success = share.value
        successInterval = share.bounds
        successRounded = Statistics.share(outcome.succeededRounded)
        withoutGradient = outcome.withoutGradient.count { $0 }
        undecided = outcome.undecided.count { $0 }
        medianL2 = Statistics.median(winners.map { outcome.norms[$0] })
        medianLinf = Statistics.median(winners.map { outcome.largestChanges[$0] })
        medianL2Rounded = Statistics.median(survivors.map { outcome.normsRounded[$0] })
        medianL0 = Statistics.median(survivors.map { outcome.changedValues[$0] })
        forwardPasses = Statistics.mean(outcome.cost.forward)
        backwardPasses = Statistics.mean(outcome.cost.backward)
        seconds = outcome.cost.seconds
        securityCurve = Self.securityCurve(winners.map { outcome.norms[$0] }, of: outcome.count)
        progressCurve = outcome.cost.medianNorms().map { CurvePoint(Double($0.passes), $0.norm) }
    }

    /// At most a hundred points, at the norms of the successes.
    private static func securityCurve(_ norms: [Float], of count: Int) -> [CurvePoint] {
        let sorted = norms.sorted()
        let stride = max((sorted.count + 99) / 100, 1)
        return sorted.indices
            .filter { ($0 + 1).isMultiple(of: stride) || $0 + 1 == sorted.count }
            .map { CurvePoint(Double(sorted[$0]), Double($0 + 1) / Double(count)) }
    }
}
