// /work/main/Sources/GREDCharts/Documentation.docc/GREDCharts.md
import Foundation
import GREDCharts
func snippet8() throws {

    var table = Table(columns: ["attack", .number("|A|"), .number("detected (95%)")])
    let detected = Proportion(successes: 485, of: 500)
    table.append(texts: ["ddn", Figure.count(detected.trials), detected.formatted()])
    print(TerminalTable(table).render())

    let curve = ROCChart.Curve("ddn", points: [Point(x: 0.01, y: 0.8), Point(x: 0.05, y: 0.95)])
    let page = ReportPage(
        title: "A guard on MNIST",
        sections: [
            Section(
                "Detection",
                [
                    .table(table),
                    .chart(ROCChart(title: "All thresholds", curves: [curve]), caption: "Test images."),
                ])
        ])
    try page.html().write(to: URL(filePath: "report.html"), atomically: true, encoding: .utf8)
}
