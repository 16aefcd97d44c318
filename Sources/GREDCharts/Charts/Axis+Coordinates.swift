import Foundation

extension Axis {
    /// Where a value stands along the axis; nil where it can't be drawn.
    func coordinate(_ value: Double) -> Double? {
        guard value.isDrawable else { return nil }
        switch scale {
        case .linear: return value
        case .log10: return value > 0 ? Foundation.log10(value) : nil
        }
    }

    /// The coordinates shown.
    func domain(of coordinates: [Double], margin: Double) -> ClosedRange<Double> {
        let least = scale == .log10 ? 0.05 : 1e-9
        if let range, let low = coordinate(range.lowerBound),
            let high = coordinate(range.upperBound)
        {
            return Projection.domain(of: [low, high], span: least)
        }
        guard let first = coordinates.first, coordinates.contains(where: { $0 != first }) else {
            // One value alone, or none: a whole unit around it gives the marks round numbers.
            return Projection.domain(of: coordinates, span: 1)
        }
        let domain = Projection.domain(of: coordinates, span: least, margin: margin)
        // The margin must not suggest that a count or a norm could be negative.
        let isPositive = scale == .linear && coordinates.allSatisfy { $0 >= 0 }
        return isPositive ? max(0, domain.lowerBound)...domain.upperBound : domain
    }

    func ticks(in domain: ClosedRange<Double>) -> [Tick] {
        guard scale == .linear else { return Ticks.decades(in: domain) }
        guard format == .percent else { return Ticks.linear(in: domain) }
        let hundredfold = (domain.lowerBound * 100)...(domain.upperBound * 100)
        return Ticks.linear(in: hundredfold).map {
            Tick(position: $0.position / 100, label: $0.label + "%")
        }
    }
}
