/// A measured number and the interval that holds it, such as an AUROC with its 95% bounds.
public struct Estimate: Hashable, Sendable {
    /// The number measured, in any unit.
    public var value: Double
    /// The lower bound, in the value's unit.
    public var lower: Double
    /// The upper bound, in the value's unit.
    public var upper: Double

    /// An estimate from its parts; nothing is checked, so that `nan` may say "not known".
    public init(value: Double, lower: Double, upper: Double) {
        self.value = value
        self.lower = lower
        self.upper = upper
    }

    /// The number and its bounds: `0.987 (0.971–0.995)`.
    ///
    /// Bounds that aren't numbers are left out; a value that isn't one is ``Figure/missing``.
    ///
    /// - Parameter digits: decimals after the point.
    public func formatted(digits: Int = 3) -> String {
        guard !value.isNaN else { return Figure.missing }
        let number = Figure.fixed(value, digits: digits)
        guard !lower.isNaN, !upper.isNaN else { return number }
        let bounds = [lower, upper].map { Figure.fixed($0, digits: digits) }
        return "\(number) (\(bounds[0])–\(bounds[1]))"
    }
}
