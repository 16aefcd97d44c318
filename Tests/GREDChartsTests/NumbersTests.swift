import Foundation
import GREDCharts
import Testing

@Suite("Numbers")
struct NumbersTests {
    /// From scipy 1.17: `binomtest(k, n).proportion_ci(0.95, "wilson")`.
    @Test(
        "Wilson's interval agrees with scipy",
        arguments: [
            (0, 10, 0.0, 0.27753279986288926),
            (5, 10, 0.236593090512564, 0.7634069094874361),
            (10, 10, 0.7224672001371109, 1.0),
            (485, 500, 0.9510963331640543, 0.9817367868020865),
            (9, 12, 0.46769466506643426, 0.9110583316059453),
            (0, 1, 0.0, 0.7934506856227626),
            (8921, 10000, 0.8858678696561468, 0.8980309988215687),
        ])
    func wilson(successes: Int, trials: Int, lower: Double, upper: Double) {
        let interval = Proportion(successes: successes, of: trials).wilson95
        #expect(abs(interval.lowerBound - lower) < 1e-12)
        #expect(abs(interval.upperBound - upper) < 1e-12)
    }

    @Test("An interval reaches 0 and 1 exactly, never beyond")
    func wilsonEnds() {
        #expect(Proportion(successes: 0, of: 7).wilson95.lowerBound == 0)
        #expect(Proportion(successes: 7, of: 7).wilson95.upperBound == 1)
    }

    @Test("A proportion is written with its interval")
    func formattedProportion() {
        #expect(Proportion(successes: 485, of: 500).formatted() == "0.970 (0.951–0.982)")
        #expect(Proportion(successes: 0, of: 10).formatted(digits: 2) == "0.00 (0.00–0.28)")
    }

    @Test("Nothing tried is a dash and an interval that knows nothing")
    func emptyProportion() {
        let none = Proportion(successes: 0, of: 0)
        #expect(none.value.isNaN)
        #expect(none.wilson95 == 0...1)
        #expect(none.formatted() == "–")
    }

    @Test("Bounds that are not known are left out")
    func estimateWithoutBounds() {
        #expect(Estimate(value: 0.9, lower: .nan, upper: 1).formatted() == "0.900")
        #expect(
            Estimate(value: 0.987, lower: 0.971, upper: 0.995).formatted()
                == "0.987 (0.971–0.995)")
    }

    @Test(
        "Fixed decimals never say nan, inf or -0",
        arguments: [
            (0.98712, 3, "0.987"), (-0.0001, 3, "0.000"), (-1.5, 1, "−1.5"), (2.0, 0, "2"),
            (Double.nan, 3, "–"), (.infinity, 3, "∞"), (-.infinity, 3, "−∞"),
        ])
    func fixed(value: Double, digits: Int, text: String) {
        #expect(Figure.fixed(value, digits: digits) == text)
    }

    @Test(
        "Magnitudes far outside of Double are written by their logarithm",
        arguments: [
            (-170.3, "5.0×10⁻¹⁷¹"), (0.0, "1.0"), (2.0, "100"), (-2.0, "0.010"), (3.0, "1.0×10³"),
            (-5.0, "1.0×10⁻⁵"), (0.9999, "10"), (-.infinity, "0"), (.nan, "–"),
            (5.9999, "1.0×10⁶"), (-400.0, "1.0×10⁻⁴⁰⁰"),
        ])
    func magnitude(log10: Double, text: String) {
        #expect(Figure.magnitude(log10: log10) == text)
    }

    @Test("Counts have their thousands apart")
    func counts() {
        #expect(Figure.count(0) == "0")
        #expect(Figure.count(999) == "999")
        #expect(Figure.count(1_000) == "1,000")
        #expect(Figure.count(-12_345_678) == "−12,345,678")
        #expect(Figure.percent(0.9871) == "98.7%")
    }
}
