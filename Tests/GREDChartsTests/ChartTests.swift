import Foundation
import Testing

@testable import GREDCharts

/// What holds for every chart, however odd its values.
@Suite("Charts")
struct ChartTests {
    private static let odd: [Double] = [
        .nan, .infinity, -.infinity, 0, -0.0, 1e308, -1e308, .leastNonzeroMagnitude, 1, -1, 0.5,
    ]

    static let charts: [any Chart] = {
        let points = odd.flatMap { x in odd.map { Point(x: x, y: $0) } }
        let held = odd.filter { !$0.isNaN }.map {
            Point(x: 1, y: $0, interval: min(0, $0)...max(0, $0))
        }
        let distributions = [
            [], [[]], [[], [1]], [[-170.2]], [[.nan]], [[-.infinity, .infinity, .nan]], [odd],
            [[0, 0, 0], [1, 1]], [[-170, 1], Array(repeating: -3, count: 500)],
        ].map { groups in
            DistributionChart(
                title: "t", axisLabel: "a",
                groups: groups.enumerated().map { .init("g\($0.offset)", log10Values: $0.element) })
        }
        let lines = [Axis.Scale.linear, .log10].flatMap { scale in
            [[], points, held, [Point(x: 1e299, y: -1e299)], [Point(x: 3, y: 3)]].map { points in
                LineChart(
                    title: "t", x: Axis("x", scale: scale), y: Axis("y", scale: scale),
                    series: [.init("s", points: points)],
                    markers: odd.map { .init(x: $0, label: "m") })
            }
        }
        let rocs = [ROCChart.Panels.linear, .logarithmic, .both].flatMap { panels in
            [[], points, [Point(x: 0.5, y: 0.5)], [Point(x: 0, y: 1)]].map { points in
                ROCChart(
                    title: "t",
                    curves: [.init("c", points: points, auroc: points.isEmpty ? .nan : nil)],
                    panels: panels, smallestRate: points.count > 1 ? .nan : 0)
            }
        }
        let nothing: [any Chart] = [
            ROCChart(title: "", curves: []),
            LineChart(title: "", x: Axis(""), y: .share(""), series: []),
            LineChart(
                title: "", x: Axis("", scale: .log10, range: 0...1), y: Axis("", range: 2...2),
                series: [.init("", points: [Point(x: 0.1, y: 2), Point(x: 1, y: 3)])]),
            DistributionChart(
                title: "", axisLabel: "", groups: [.init("", log10Values: [-3, 5])],
                log10Range: -1...(-1)),
        ]
        return distributions + lines + rocs + nothing
    }()

    @Test("Odd values give well-formed SVG with sane coordinates", arguments: charts.indices)
    func sane(index: Int) {
        let svg = Self.charts[index].svg()
        let reader = SVGReader(svg)
        #expect(reader.fault == nil)
        #expect(reader.faultyCoordinates == [])
        #expect(svg.range(of: "nan", options: .caseInsensitive) == nil)
        #expect(reader.all("title").count == 1 && reader.all("desc").count == 1)
    }

    @Test("The same values give the same bytes", arguments: charts.indices)
    func deterministic(index: Int) {
        #expect(Self.charts[index].svg() == Self.charts[index].svg())
    }

    @Test("Text from outside stays text")
    func escaping() {
        let nasty = "</text></title><script>alert(\"1\")</script> & '"
        let charts: [any Chart] = [
            DistributionChart(
                title: nasty, axisLabel: nasty, groups: [.init(nasty, log10Values: [1, 2])]),
            ROCChart(title: nasty, curves: [.init(nasty, points: [Point(x: 0.1, y: 0.9)])]),
            LineChart(
                title: nasty, x: Axis(nasty), y: Axis(nasty),
                series: [.init(nasty, points: [Point(x: 0, y: 1), Point(x: 2, y: 3)])],
                markers: [.init(x: 1, label: nasty)]),
        ]
        for chart in charts {
            let reader = SVGReader(chart.svg())
            #expect(reader.fault == nil)
            #expect(reader.all("script").isEmpty)
            #expect(reader.all("title").first?.text == nasty)
            #expect(reader.all("svg").first?.attributes["aria-label"] == nasty)
            #expect(reader.texts.contains { $0.hasPrefix(nasty) })
        }
    }

    @Test("A drawing refers to nothing outside of itself and runs nothing")
    func selfContained() {
        for chart in Self.charts {
            let svg = chart.svg().replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "")
            for word in ["http", "url(", "href", "<script", "@import", " id="] {
                #expect(!svg.contains(word))
            }
        }
    }
}
