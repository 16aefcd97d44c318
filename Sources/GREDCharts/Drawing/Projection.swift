/// Maps an interval of values to an interval of pixels, in a straight line.
struct Projection {
    let domain: ClosedRange<Double>
    let pixels: (Double, Double)

    /// A value's place, on the line's extension for values outside of the domain; at most ten
    /// times as far, so that coordinates stay small.
    func callAsFunction(_ value: Double) -> Double {
        let share = (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
        return pixels.0 + min(max(share, -10), 10) * (pixels.1 - pixels.0)
    }

    /// The interval that holds `values`, never narrower than `span` and with `margin` (a share of
    /// its length) at each end; 0…`span` if there are no values.
    static func domain(of values: [Double], span: Double, margin: Double = 0) -> ClosedRange<Double>
    {
        guard let low = values.min(), let high = values.max() else { return 0...span }
        let length = high - low
        // Around huge values the least span may vanish in rounding.
        let least = max(span, max(abs(low), abs(high)) * 1e-9)
        let more = max(length * margin, (least - length) / 2)
        return (low - more)...(high + more)
    }
}

extension Double {
    /// Whether a chart can place this: finite, and no differences of such values overflow.
    var isDrawable: Bool { abs(self) < 1e300 }
}
