import Foundation
import Testing

@testable import GREDCharts

@Suite("Distributions")
struct DistributionChartTests {
    private static let values = [-3, -1, -0.5, 0, 2.5, -0.7, 0.2, -1.4]

    /// From numpy 2.4: `quantile(values, q)`.
    @Test(
        "Quantiles agree with numpy",
        arguments: [(0.05, -2.44), (0.25, -1.1), (0.5, -0.6), (0.75, 0.05), (0.95, 1.695)])
    func quantiles(q: Double, expected: Double) throws {
        let row = Distribution(log10Values: Self.values)
        #expect(abs(try #require(row.quantile(q)) - expected) < 1e-9)
    }

    @Test("Quantiles of one value are that value, of none nothing")
    func fewValues() {
        #expect(Distribution(log10Values: [4]).quantile(0.05) == 4)
        #expect(Distribution(log10Values: [.nan]).quantile(0.5) == nil)
    }

    /// From numpy: Gaussian kernels of width 0.9·min(σ, IQR/1.34)·n^(−1/5) = 0.50959 summed on
    /// `linspace(-6, 6, 400)`, divided by the largest.
    @Test(
        "The density agrees with kernels summed one by one",
        arguments: [
            (100, 0.26667), (150, 0.5558), (180, 1.0), (200, 0.81172), (220, 0.35218),
            (280, 0.26143), (300, 0.15638),
        ])
    func density(cell: Int, expected: Double) {
        let density = Distribution(log10Values: Self.values).density(over: -6...6, cells: 400)
        #expect(abs(density[cell] - expected) < 0.005)
    }

    @Test("A density is 1 at its highest and ends where the values end")
    func densityShape() {
        let density = Distribution(log10Values: [-5, -5, -5]).density(over: -10...0, cells: 101)
        #expect(density.max() == 1)
        #expect(density.firstIndex(of: 1) == 50)
        #expect(density[40] == 0 && density[60] == 0)
    }

    @Test("Zeros and values that are not finite are counted, not drawn")
    func counts() {
        let chart = DistributionChart(
            title: "t", axisLabel: "a",
            groups: [.init("g", log10Values: [-.infinity, -.infinity, .nan, 1, 2, 3])])
        #expect(SVGReader(chart.svg()).texts.contains("n = 6 · 2 zero · 1 not finite"))
    }

    @Test("Values outside of the range shown are counted and still weigh in the median")
    func outside() {
        let chart = DistributionChart(
            title: "t", axisLabel: "a", groups: [.init("g", log10Values: [-9, 1, 1])],
            log10Range: 0...2)
        let texts = SVGReader(chart.svg()).texts
        #expect(texts.contains("n = 3 · 1 outside"))
        #expect(texts.contains("10"))
    }

    @Test("All groups share one axis: smaller values stand further left")
    func sharedAxis() {
        let spread = (0..<100).map { Double($0) / 50 }
        let chart = DistributionChart(
            title: "t", axisLabel: "a",
            groups: [
                .init("far", log10Values: spread.map { $0 - 100 }),
                .init("near", log10Values: spread),
            ])
        let reader = SVGReader(chart.svg())
        let peaks = (0...1).map { index in
            reader.points(ofPath: index, class: "wash").min { $0.y < $1.y }!.x
        }
        #expect(peaks[1] - peaks[0] > 300)
        #expect(reader.texts.contains("10⁻¹⁰⁰") && reader.texts.contains("10⁰"))
        #expect(reader.all("desc")[0].text.contains("far: n = 100, median 9.8×10⁻¹⁰⁰"))
    }

    @Test("Up to 30 values are shown one by one")
    func strip() {
        func dots(_ count: Int) -> Int {
            let values = (0..<count).map { Double($0) }
            let chart = DistributionChart(
                title: "t", axisLabel: "a", groups: [.init("g", log10Values: values)])
            return SVGReader(chart.svg()).all("circle").count
        }
        #expect(dots(30) == 30)
        #expect(dots(31) == 0)
    }
}
