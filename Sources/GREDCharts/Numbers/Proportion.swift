/// A share of a sample: `successes` out of `trials`.
///
/// ```swift
/// Proportion(successes: 485, of: 500).formatted()  // "0.970 (0.951–0.982)"
/// ```
public struct Proportion: Hashable, Sendable {
    /// How many succeeded, in 0…`trials`.
    public let successes: Int
    /// How many were tried, 0 or more.
    public let trials: Int

    /// - Precondition: `0 ≤ successes ≤ trials`.
    public init(successes: Int, of trials: Int) {
        precondition(
            successes >= 0 && successes <= trials,
            "\(successes) of \(trials) is no proportion: expected 0 ≤ successes ≤ trials")
        self.successes = successes
        self.trials = trials
    }

    /// The share, in 0…1; `nan` when nothing was tried.
    public var value: Double {
        trials == 0 ? .nan : Double(successes) / Double(trials)
    }

    /// Wilson's score interval at 95% (Wilson 1927), within 0…1; all of 0…1 when nothing was tried.
    ///
    /// It stays honest at shares near 0 and 1, where detectors are measured and where the usual
    /// `p ± 1.96·√(p(1−p)/n)` shrinks to nothing.
    public var wilson95: ClosedRange<Double> {
        guard trials > 0 else { return 0...1 }
        let n = Double(trials)
        let z = 1.959_963_984_540_054
        let centre = value + z * z / (2 * n)
        let reach = z * (value * (1 - value) / n + z * z / (4 * n * n)).squareRoot()
        let scale = 1 + z * z / n
        // The ends are exact in theory; rounding must not turn 0 into −1e-17.
        let lower = successes == 0 ? 0 : (centre - reach) / scale
        let upper = successes == trials ? 1 : (centre + reach) / scale
        return lower...upper
    }

    /// The share with its Wilson bounds.
    public var estimate: Estimate {
        Estimate(value: value, lower: wilson95.lowerBound, upper: wilson95.upperBound)
    }

    /// The share and its 95% interval: `0.970 (0.951–0.982)`; a dash when nothing was tried.
    public func formatted(digits: Int = 3) -> String {
        estimate.formatted(digits: digits)
    }
}
