import Testing

@testable import GREDCharts

@Suite("A page as Markdown")
struct ReportMarkdownTests {
    private let chart = LineChart(
        title: "C", x: Axis("x"), y: Axis("y"),
        series: [
            .init("joined", points: [Point(x: 0, y: 0), Point(x: 1, y: 1)]),
            .init("alone", points: [Point(x: 0.2, y: 0.7)], isScattered: true),
        ])

    @Test("holds everything but galleries, in the page's order, with a link to each drawing")
    func everything() {
        let page = ReportPage(
            title: "T", subtitle: "S", cards: [Card("label", value: "1", note: "note")],
            sections: [
                Section("First", [.paragraph("words\n•\u{2002}one\n•\u{2002}two")]),
                Section(
                    "Second",
                    [
                        .chart(chart, caption: "caption"),
                        .table(Table(columns: ["a"], rows: [["b"]])),
                        .chart(chart, caption: ""), .details(title: "more", text: "text"),
                    ]),
            ], footer: "F")
        let text = page.markdown { "drawing-\($0).svg" }
        #expect(page.charts.count == 2)
        let expected = """
            # T

            S

            - label: 1 (note)

            ## First

            words
            - one
            - two

            ## Second

            ![Second](drawing-0.svg)

            caption

            | a   |
            | --- |
            | b   |

            ![Second](drawing-1.svg)

            more:

            ```
            text
            ```

            F

            """
        #expect(text == expected)
    }

    @Test("points that stand alone are not joined")
    func scatter() {
        let one = LineChart.Series(
            "one", points: (0..<40).map { Point(x: Double($0), y: 1) }, isScattered: true)
        let svg = LineChart(title: "S", x: Axis("x"), y: Axis("y"), series: [one]).svg()
        #expect(svg.components(separatedBy: "<circle").count - 1 == 40)
        #expect(!svg.contains(#"<path class="curve"#))
    }
}
