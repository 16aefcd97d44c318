/// Maps an interval of values to an interval of pixels, in a straight line.
struct Scale {
    let domain: ClosedRange<Double>
    let pixels: (Double, Double)

    /// A value's place; values outside of the domain land at its end.
    func callAsFunction(_ value: Double) -> Double {
        let clamped = min(max(value, domain.lowerBound), domain.upperBound)
        let share = (clamped - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
        return pixels.0 + share * (pixels.1 - pixels.0)
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
