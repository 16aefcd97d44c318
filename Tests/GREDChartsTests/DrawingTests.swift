import Foundation
import Testing

@testable import GREDCharts

@Suite("Drawing")
struct DrawingTests {
    @Test(
        "Marks of a logarithmic axis stand a round number of decades apart",
        arguments: [
            (-170.0, 1.0, 10, "10⁻¹⁶⁰ 10⁻¹⁴⁰ 10⁻¹²⁰ 10⁻¹⁰⁰ 10⁻⁸⁰ 10⁻⁶⁰ 10⁻⁴⁰ 10⁻²⁰ 10⁰"),
            (-170.0, 1.0, 8, "10⁻¹⁵⁰ 10⁻¹⁰⁰ 10⁻⁵⁰ 10⁰"),
            (-3.0, 0.0, 5, "0.001 0.01 0.1 1"),
            (-9.2, 2.1, 8, "10⁻⁸ 10⁻⁶ 10⁻⁴ 10⁻² 10⁰ 10²"),
            (-1.0, 1.0, 8, "0.1 0.2 0.5 1 2 5 10"),
            (-1e6, 0.0, 4, "10⁻¹⁰⁰⁰⁰⁰⁰ 10⁻⁵⁰⁰⁰⁰⁰ 10⁰"),
        ])
    func decades(lower: Double, upper: Double, count: Int, labels: String) {
        let ticks = Ticks.decades(in: lower...upper, count: count)
        #expect(ticks.map(\.label).joined(separator: " ") == labels)
    }

    @Test("A decade's mark stands at its exponent")
    func decadePlaces() {
        #expect(
            Ticks.decades(in: -170...1, count: 8).map(\.position) == [-150, -100, -50, 0])
    }

    @Test("A short logarithmic axis has at least two marks, each at its own logarithm")
    func shortDecades() {
        for start in stride(from: -7.0, to: 7, by: 0.13) {
            let ticks = Ticks.decades(in: start...(start + 0.1))
            #expect(ticks.count >= 2, "from \(start)")
            #expect(ticks.allSatisfy { (start - 1e-6...start + 0.1 + 1e-6).contains($0.position) })
        }
    }

    @Test(
        "Marks of a linear axis are round and say where they stand",
        arguments: [
            (0.0, 1.0, 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
            (-3.0, 17.0, 6, ["0", "5", "10", "15"]),
            (0.9, 1.0, 5, ["0.90", "0.92", "0.94", "0.96", "0.98", "1.00"]),
            (0.0, 0.0003, 3, ["0.0000", "0.0001", "0.0002", "0.0003"]),
            (0.0, 4e7, 4, ["0", "1.0×10⁷", "2.0×10⁷", "3.0×10⁷", "4.0×10⁷"]),
        ])
    func linear(lower: Double, upper: Double, count: Int, labels: [String]) {
        #expect(Ticks.linear(in: lower...upper, count: count).map(\.label) == labels)
    }

    @Test("Coordinates have one decimal at most")
    func numbers() {
        let cases = [(1.0, "1"), (1.26, "1.3"), (-0.04, "0"), (-2.55, "-2.6"), (.nan, "0")]
        for (value, text) in cases { #expect(Canvas.number(value) == text) }
    }

    @Test("Escaping works on scalars: an accent does not hide a quotation mark")
    func escaping() {
        #expect(
            Markup("<a b='c'> & \"d\"").renderText
                == "&lt;a b=&#39;c&#39;&gt; &amp; &quot;d&quot;")
        #expect(Markup("\"\u{301}<\u{338}").renderText == "&quot;\u{301}&lt;\u{338}")
        #expect(Markup("a\0b\u{1B}c\n").renderText == "a\u{FFFD}b\u{FFFD}c\n")
    }

    @Test("A thinned curve keeps its ends and stays within the tolerance")
    func thinning() throws {
        let curve = (0...2000).map { (Double($0) / 4, 100 * sin(Double($0) / 200)) }
        let thin = Polyline.simplified(curve, tolerance: 0.15)
        #expect(thin.count > 10 && thin.count < 120)
        #expect(thin.first! == curve.first! && thin.last! == curve.last!)
        for point in curve {
            let next = try #require(thin.firstIndex { $0.0 >= point.0 })
            let (a, b) = (thin[max(0, next - 1)], thin[next])
            let share = b.0 > a.0 ? (point.0 - a.0) / (b.0 - a.0) : 0
            // The steepest slope is 2, where a distance d is a vertical gap of √5·d.
            #expect(abs(a.1 + share * (b.1 - a.1) - point.1) < 0.15 * 2.3)
        }
    }

    @Test("Straight and tiny curves survive thinning")
    func degenerateThinning() {
        #expect(Polyline.simplified([]).isEmpty)
        #expect(Polyline.simplified([(1, 1)]).count == 1)
        #expect(Polyline.simplified((0...99).map { (Double($0), 3) }).count == 2)
        #expect(Polyline.simplified([(0, 0), (5, 5), (0, 0)]).count == 3)
    }

    @Test("Labels of neighbouring lines stand on rows of their own")
    func markers() {
        #expect(MarkerLabels([], right: 700).height == 0)
        #expect(MarkerLabels([(100, "one"), (300, "two")], right: 700).height == 18)
        let close = [(100.0, "one"), (105, "two"), (110, "three")]
        #expect(MarkerLabels(close, right: 700).height == 54)
        #expect(MarkerLabels([(660, "before"), (699, "at the edge")], right: 700).height == 36)
    }
}
