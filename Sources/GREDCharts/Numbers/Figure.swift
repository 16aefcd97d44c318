import Foundation

/// Numbers as people read them: the same text on every machine, whatever its locale.
///
/// What isn't a number is written as a dash, so that no table ever says "nan".
public enum Figure {
    /// What stands where there is no number.
    public static let missing = "–"

    /// A number with a fixed count of decimals: `fixed(0.98712)` is `0.987`.
    ///
    /// - Parameters:
    ///   - value: any value; `nan` gives ``missing``, an infinity `∞` or `−∞`.
    ///   - digits: decimals after the point, 0 or more.
    public static func fixed(_ value: Double, digits: Int = 3) -> String {
        guard !value.isNaN else { return missing }
        guard value.isFinite else { return value > 0 ? "∞" : "−∞" }
        let text = String(format: "%.\(max(0, digits))f", value)
        let isZero = !text.contains { ("1"..."9").contains($0) }
        return isZero && text.hasPrefix("-")
            ? String(text.dropFirst()) : text.replacingOccurrences(of: "-", with: "−")
    }

    /// A fraction in 0…1 as a percentage: `percent(0.9871)` is `98.7%`.
    public static func percent(_ fraction: Double, digits: Int = 1) -> String {
        guard fraction.isFinite else { return fixed(fraction) }
        return fixed(fraction * 100, digits: digits) + "%"
    }

    /// A count with its thousands apart: `count(12500)` is `12,500`.
    public static func count(_ number: Int) -> String {
        var groups: [String] = []
        var rest = String(number.magnitude)
        while rest.count > 3 {
            groups.insert(String(rest.suffix(3)), at: 0)
            rest.removeLast(3)
        }
        return (number < 0 ? "−" : "") + ([rest] + groups).joined(separator: ",")
    }

    /// A power of ten: `power(of: -17)` is `10⁻¹⁷`.
    public static func power(of exponent: Int) -> String {
        "10" + String(String(exponent).map { superscripts[$0] ?? $0 })
    }

    /// A positive number given by its decimal logarithm, which may lie far outside what a `Double`
    /// holds: `magnitude(log10: -170.3)` is `5.0×10⁻¹⁷¹`, `magnitude(log10: 0)` is `1.0`.
    ///
    /// - Parameter log10: the decimal logarithm; `-infinity` stands for the value 0.
    public static func magnitude(log10 value: Double) -> String {
        if value == -.infinity { return "0" }
        guard value.isFinite, abs(value) < 1e9 else { return fixed(value) }
        var exponent = Int(value.rounded(.down))
        var mantissa = pow(10, value - Double(exponent))
        // 9.96 is written 10.0 with one decimal; carry it into the exponent.
        if mantissa >= 9.95 { (mantissa, exponent) = (1, exponent + 1) }
        switch exponent {
        case 0...2: return fixed(pow(10, value), digits: exponent == 0 ? 1 : 0)
        case -3 ... -1: return fixed(pow(10, value), digits: 1 - exponent)
        default: return fixed(mantissa, digits: 1) + "×" + power(of: exponent)
        }
    }

    private static let superscripts: [Character: Character] = [
        "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴",
        "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
    ]
}
