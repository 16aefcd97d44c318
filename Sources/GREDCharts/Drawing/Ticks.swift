import Foundation

/// One mark of an axis: where it stands (in the axis's own coordinate) and what it says.
struct Tick: Hashable {
    var position: Double
    var label: String
}

/// Round places for an axis's marks.
enum Ticks {
    /// Marks at multiples of 1, 2 or 5 times a power of ten, about `count` of them.
    static func linear(in range: ClosedRange<Double>, count: Int = 6) -> [Tick] {
        let raw = (range.upperBound - range.lowerBound) / Double(max(1, count))
        guard raw.isFinite, raw > 0 else { return [] }
        let exponent = Int(Foundation.log10(raw).rounded(.down))
        let unit = pow(10, Double(exponent))
        let step = ([1, 2, 5].first { $0 * unit >= raw * 0.999 } ?? 10) * unit
        let digits = max(0, -Int(Foundation.log10(step * 1.001).rounded(.down)))
        let largest = max(abs(range.lowerBound), abs(range.upperBound))
        let first = (range.lowerBound / step - 1e-6).rounded(.up)
        let last = (range.upperBound / step + 1e-6).rounded(.down)
        guard last - first < 100 else { return [] }
        return stride(from: first, through: last, by: 1).map { multiple in
            let value = multiple * step
            let plain = largest < 1e6 && digits <= 6
            return Tick(
                position: value, label: plain ? Figure.fixed(value, digits: digits) : short(value))
        }
    }

    /// Marks of a logarithmic axis, `range` and positions being decimal logarithms: whole powers of
    /// ten, a round number of decades apart; 1, 2 and 5 between them where the range is short.
    static func decades(in range: ClosedRange<Double>, count: Int = 8) -> [Tick] {
        let span = range.upperBound - range.lowerBound
        guard span.isFinite, abs(range.lowerBound) < 1e9, abs(range.upperBound) < 1e9 else {
            return []
        }
        if span * 3 <= Double(count + 1) { return withinDecades(range) }
        let steps = (0...8).flatMap { power in [1, 2, 5].map { $0 * Int(pow(10, Double(power))) } }
        let step = steps.first { span / Double($0) <= Double(count) } ?? 1_000_000_000
        let first = Int((range.lowerBound / Double(step) - 1e-9).rounded(.up))
        let last = Int((range.upperBound / Double(step) + 1e-9).rounded(.down))
        guard first <= last else { return [] }
        let exponents = (first...last).map { $0 * step }
        let isShort = exponents.allSatisfy { (-3...4).contains($0) }
        return exponents.map {
            Tick(position: Double($0), label: isShort ? decimal(1, $0) : Figure.power(of: $0))
        }
    }

    private static func withinDecades(_ range: ClosedRange<Double>) -> [Tick] {
        let exponents =
            Int(range.lowerBound.rounded(.down))...Int(range.upperBound.rounded(.up))
        let marks = exponents.flatMap { exponent in
            [1, 2, 5].map { mantissa in
                Tick(
                    position: Double(exponent) + Foundation.log10(Double(mantissa)),
                    label: decimal(mantissa, exponent))
            }
        }.filter { ((range.lowerBound - 1e-9)...(range.upperBound + 1e-9)).contains($0.position) }
        guard marks.count < 2, range.lowerBound > -300, range.upperBound < 300 else { return marks }
        // Less than from 2 to 5: the axis is all but linear.
        return linear(in: pow(10, range.lowerBound)...pow(10, range.upperBound), count: 6).map {
            Tick(position: Foundation.log10($0.position), label: $0.label)
        }
    }

    private static func decimal(_ mantissa: Int, _ exponent: Int) -> String {
        guard (-4...5).contains(exponent) else {
            return (mantissa == 1 ? "" : "\(mantissa)×") + Figure.power(of: exponent)
        }
        let value = Double(mantissa) * pow(10, Double(exponent))
        return exponent < 0
            ? Figure.fixed(value, digits: -exponent) : Figure.count(Int(value.rounded()))
    }

    private static func short(_ value: Double) -> String {
        guard value != 0 else { return "0" }
        return (value < 0 ? "−" : "") + Figure.magnitude(log10: Foundation.log10(abs(value)))
    }
}
