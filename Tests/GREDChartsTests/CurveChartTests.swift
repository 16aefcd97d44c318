import Foundation
import Testing

@testable import GREDCharts

@Suite("ROC curves")
struct ROCChartTests {
    private let points = [Point(x: 0.4, y: 0.9), Point(x: 0.1, y: 0.6)]

    @Test("The area is the trapezoidal rule's, whatever the points' order")
    func area() throws {
        // ½·0.1·0.6 + 0.3·0.75 + 0.6·0.95
        let path = try #require(RatePath(.init("c", points: points)))
        #expect(abs(path.area - 0.825) < 1e-12)
        let perfect = try #require(RatePath(.init("c", points: [Point(x: 0, y: 1)])))
        #expect(perfect.area == 1)
    }

    @Test("Between points a rate is interpolated, at a step it is the higher one")
    func rates() throws {
        let path = try #require(
            RatePath(.init("c", points: points + [Point(x: 0.1, y: 0.2)])))
        #expect(abs(path.truePositives(at: 0.25) - 0.75) < 1e-12)
        #expect(abs(path.truePositives(at: 0.05) - 0.1) < 1e-12)
        #expect(path.truePositives(at: 0.1) == 0.6)
        #expect(path.truePositives(at: 1) == 1)
    }

    @Test("A given AUROC goes before the computed one")
    func given() {
        let computed = ROCChart(title: "t", curves: [.init("ddn", points: points)])
        let given = ROCChart(title: "t", curves: [.init("ddn", points: points, auroc: 0.5)])
        #expect(SVGReader(computed.svg()).texts.contains("ddn  0.825"))
        #expect(SVGReader(given.svg()).texts.contains("ddn  0.500"))
    }

    @Test("On the logarithmic axis the chance line passes through (10%, 0.1)")
    func logarithmic() throws {
        let chart = ROCChart(
            title: "t", curves: [.init("chance", points: [Point(x: 0.5, y: 0.5)])],
            panels: .logarithmic)
        let curve = SVGReader(chart.svg()).points(ofPath: 0, class: "curve")
        // Of the panel's 300 pixels, 10% stands at two thirds of three decades.
        let (left, right) = (curve[0].x, curve[curve.count - 1].x)
        #expect(abs(right - left - 300) < 0.2)
        let next = try #require(curve.firstIndex { $0.x >= left + 200 })
        let (a, b) = (curve[next - 1], curve[next])
        let y = a.y + (b.y - a.y) * (left + 200 - a.x) / (b.x - a.x)
        #expect(abs(y - (352 - 30)) < 0.5)
    }

    @Test("Guides stand at 1% and 5%, where the axis reaches them")
    func guides() {
        let chart = ROCChart(title: "t", curves: [], panels: .logarithmic)
        // Two of them are guides, and the chance curve is a path.
        #expect(SVGReader(chart.svg()).all("line", class: "guide").count == 2)
        let short = ROCChart(title: "t", curves: [], panels: .logarithmic, smallestRate: 0.02)
        #expect(SVGReader(short.svg()).all("line", class: "guide").count == 1)
    }

    @Test("Ten thousand points make a small file")
    func small() {
        let many = (0...10_000).map { index in
            let x = Double(index) / 10_000
            return Point(x: x, y: pow(x, 0.1) + 0.0004 * sin(Double(index)))
        }
        let svg = ROCChart(title: "t", curves: [.init("c", points: many)]).svg()
        #expect(svg.utf8.count < 16_000)
    }

    @Test("A ninth curve takes the first colour, dashed")
    func ninth() {
        let curves = (0..<9).map { ROCChart.Curve("\($0)", points: points) }
        let reader = SVGReader(ROCChart(title: "t", curves: curves, panels: .linear).svg())
        #expect(reader.all("path", class: "c0").count == 2)
        #expect(reader.all("path", class: "d1").count == 1)
    }
}

@Suite("Line charts")
struct LineChartTests {
    @Test("A point that is no number interrupts the curve")
    func gap() {
        let values = [1, 2, .nan, 3, 2, 1]
        let points = values.enumerated().map { Point(x: Double($0.offset), y: $0.element) }
        let reader = SVGReader(chart(points).svg())
        #expect(reader.all("path", class: "curve").count == 2)
        #expect(reader.all("circle").count == 5)
    }

    @Test("On a logarithmic axis factors are distances, and 0 has no place")
    func logarithmic() {
        let points = [0, 0.1, 1, 10].map { Point(x: $0, y: $0 == 1 ? 1 : 0) }
        let reader = SVGReader(chart(points, x: Axis("L2", scale: .log10)).svg())
        let curve = reader.points(ofPath: 0, class: "curve")
        #expect(curve.count == 3)
        #expect(abs((curve[1].x - curve[0].x) - (curve[2].x - curve[1].x)) < 0.15)
    }

    @Test("Intervals are drawn as a band that holds the curve")
    func band() {
        let points = (0...3).map { Point(x: Double($0), y: 0.5, interval: 0.4...0.7) }
        let reader = SVGReader(chart(points).svg())
        let band = reader.points(ofPath: 0, class: "band").map(\.y)
        let curve = reader.points(ofPath: 0, class: "curve").map(\.y)
        #expect(band.min()! < curve.min()! && band.max()! > curve.max()!)
        #expect(abs((curve[0] - band.min()!) - 2 * (band.max()! - curve[0])) < 0.4)
    }

    @Test("A share is written in percent on an axis from 0 to 1")
    func percent() {
        let points = [Point(x: 0, y: 0.2), Point(x: 1, y: 0.4)]
        let chart = LineChart(
            title: "t", x: Axis("x"), y: .share("y"), series: [.init("s", points: points)])
        let texts = SVGReader(chart.svg()).texts
        #expect(texts.contains("0%") && texts.contains("100%"))
    }

    @Test("The margin of an axis does not reach below 0 where no value does")
    func positive() {
        #expect(Axis("x").domain(of: [0, 10], margin: 0.05) == 0...10.5)
        #expect(Axis("x").domain(of: [-1, 9], margin: 0.1).lowerBound == -2)
    }

    @Test("A marker is drawn at its place")
    func marker() throws {
        let points = [Point(x: 0, y: 0), Point(x: 10, y: 1)]
        let chart = LineChart(
            title: "t", x: Axis("x"), y: Axis("y"), series: [.init("s", points: points)],
            markers: [.init(x: 5, label: "half"), .init(x: 2, label: "fifth")])
        let reader = SVGReader(chart.svg())
        let curve = reader.points(ofPath: 0, class: "curve")
        let guides = reader.all("line", class: "guide").compactMap { Double($0.attributes["x1"]!) }
        let (left, right) = (curve[0].x, curve[1].x)
        #expect(abs(guides[0] - (left + 0.2 * (right - left))) < 0.11)
        #expect(abs(guides[1] - (left + 0.5 * (right - left))) < 0.11)
        #expect(reader.texts.contains("half") && reader.texts.contains("fifth"))
    }

    private func chart(_ points: [Point], x: Axis = Axis("x")) -> LineChart {
        LineChart(title: "t", x: x, y: Axis("y"), series: [.init("s", points: points)])
    }
}
