import Foundation

/// What a row of a ``DistributionChart`` shows of its values.
struct Distribution {
    /// The values that can be drawn, in ascending order.
    let sorted: [Double]
    /// How many were exactly 0, their logarithm being −∞.
    let zeros: Int
    /// How many were no number, or infinite.
    let strays: Int

    init(log10Values values: [Double]) {
        sorted = values.filter(\.isDrawable).sorted()
        zeros = values.count { $0 == -.infinity }
        strays = values.count - sorted.count - zeros
    }

    /// The value below which a share `q` in 0…1 lies, linear between order statistics (type 7 of
    /// Hyndman and Fan 1996, numpy's default). Nil without values.
    func quantile(_ q: Double) -> Double? {
        guard let last = sorted.indices.last else { return nil }
        let place = q * Double(last)
        let index = min(Int(place), max(0, last - 1))
        guard index < last else { return sorted[last] }
        return sorted[index] + (place - Double(index)) * (sorted[index + 1] - sorted[index])
    }

    /// A Gaussian kernel density along `domain`, its highest point 1; empty without values.
    ///
    /// Values are first dealt to the cells between which they lie, so that the cost depends on the
    /// cells rather than on the values.
    func density(over domain: ClosedRange<Double>, cells: Int = 400) -> [Double] {
        let span = domain.upperBound - domain.lowerBound
        let inside = sorted.filter(domain.contains)
        guard !inside.isEmpty, span > 0 else { return [] }
        var weights = Array(repeating: 0.0, count: cells)
        for value in inside {
            let place = (value - domain.lowerBound) / span * Double(cells - 1)
            let index = min(Int(place), cells - 2)
            let share = place - Double(index)
            weights[index] += 1 - share
            weights[index + 1] += share
        }
        let sigma = max(bandwidth / span * Double(cells - 1), 1)
        let reach = Int((sigma * 4).rounded(.up))
        var result = Array(repeating: 0.0, count: cells)
        for (source, weight) in weights.enumerated() where weight > 0 {
            for target in max(0, source - reach)...min(cells - 1, source + reach) {
                let distance = Double(target - source) / sigma
                result[target] += weight * exp(-distance * distance / 2)
            }
        }
        let peak = result.max() ?? 0
        return peak > 0 ? result.map { $0 / peak } : []
    }

    /// Silverman's rule (1986, Eq. 3.31), which a second hump far away must not widen: hence the
    /// quartiles beside the standard deviation.
    private var bandwidth: Double {
        let n = Double(sorted.count)
        let mean = sorted.reduce(0, +) / n
        let deviation = (sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n).squareRoot()
        let quartiles = ((quantile(0.75) ?? 0) - (quantile(0.25) ?? 0)) / 1.34
        let spread = quartiles > 0 ? min(deviation, quartiles) : deviation
        return 0.9 * spread * pow(n, -0.2)
    }
}
