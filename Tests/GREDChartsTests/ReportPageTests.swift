import Foundation
import GREDCharts
import Testing

@Suite("Report page")
struct ReportPageTests {
    private static let nasty = "<script>alert(\"x\")</script> & 'y' {{title}}"
    private static let safe =
        "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39; {{title}}"

    /// A page whose every text is `text`.
    private func page(_ text: String) -> ReportPage {
        var table = Table(title: text, columns: [.init(text), .number(text)], note: text)
        table.append([.init(text), .init(text, tint: .poor)])
        let item = Gallery.Item(
            png: [0x89, 0x50, 0x4E, 0x47], description: text, caption: text, verdict: text,
            tint: .good)
        let gallery = Gallery(columns: [text], rows: [.init(text, items: [item])], caption: text)
        return ReportPage(
            title: text, subtitle: text,
            cards: [Card(text, value: text, note: text, tint: .good)],
            sections: [
                Section(
                    text,
                    [
                        .paragraph(text), .table(table),
                        .chart(ROCChart(title: text, curves: []), caption: text),
                        .gallery(gallery),
                        .details(title: text, text: text),
                    ]), Section(text), Section(text),
            ], footer: text)
    }

    @Test("Every text is escaped wherever it stands")
    func escaping() {
        let html = page(Self.nasty).html()
        #expect(!html.contains("<script"))
        #expect(!html.contains("alert(\"x\")"))
        // Title twice, subtitle, card 3, contents 3, headings 3, paragraph, table 6, drawing's label,
        // name and title, caption, gallery 6, details 2, footer.
        #expect(html.components(separatedBy: Self.safe).count - 1 == 32)
    }

    @Test("What is not given leaves nothing behind")
    func absent() {
        let items = [nil, Gallery.Item(png: [1], description: "d")]
        let blocks: [Block] = [
            .table(Table(columns: ["a"])), .chart(ROCChart(title: "c", curves: []), caption: ""),
            .gallery(Gallery(columns: [], rows: [.init("h", items: items)])),
        ]
        let html = ReportPage(title: "t", sections: [Section("s", blocks)]).html()
        for part in [
            "class=\"subtitle\"", "class=\"cards\"", "<nav", "<figcaption", "<footer",
            "class=\"table-title",
            "class=\"captions\"", "class=\"verdict", "Optional(", "nil",
        ] {
            #expect(!html.contains(part), "\(part)")
        }
        #expect(html.components(separatedBy: "<img ").count == 2)
    }

    @Test("Every text stands in its own place")
    func places() {
        let table = Table(title: "T1", columns: ["T2"], rows: [["T3"]], note: "T4")
        let item = Gallery.Item(
            png: [1], description: "G1", caption: "G2", verdict: "G3", tint: .poor)
        let gallery = Gallery(
            columns: ["G4"], rows: [.init("G5", items: [item])], caption: "G6")
        let chart = ROCChart(title: "C1", curves: [])
        let blocks: [Block] = [
            .paragraph("B1"), .table(table), .chart(chart, caption: "C2"), .gallery(gallery),
            .details(title: "D1", text: "D2"),
        ]
        let html = ReportPage(
            title: "P1", subtitle: "P2", cards: [Card("K1", value: "K2", note: "K3", tint: .good)],
            sections: [Section("S1", blocks)], footer: "P3"
        ).html()
        for part in [
            "<title>P1</title>", "<h1>P1</h1>", "<p class=\"subtitle\">P2</p>",
            "<footer>P3</footer>", "<div class=\"card good\">", "<div class=\"label\">K1</div>",
            "<div class=\"value\">K2</div>", "<div class=\"note\">K3</div>", "<h2>S1</h2>",
            "<p>B1</p>", "<div class=\"table-title\">T1</div>", ">T2</th>", ">T3</th>",
            "<figcaption>T4</figcaption>", "<title>C1</title>", "<figcaption>C2</figcaption>",
            "alt=\"G1\"", "<tr class=\"captions\"><td>G2</td></tr>",
            "<span class=\"verdict poor\">G3</span>", "<th scope=\"col\">G4</th>",
            "<span>G5</span></th>", "<figcaption>G6</figcaption>", "<summary>D1</summary>",
            "<pre>D2</pre>",
        ] {
            #expect(html.components(separatedBy: part).count == 2, "\(part)")
        }
    }

    @Test("Images are inside the page, sharp when asked for")
    func images() {
        let item = Gallery.Item(png: [0x89, 0x50, 0x4E, 0x47], description: "a 7")
        let gallery = Gallery(
            columns: ["original"], rows: [.init("ddn · label 7", items: [item])], size: 96)
        let html = ReportPage(title: "t", sections: [Section("s", [.gallery(gallery)])]).html()
        #expect(
            html.contains(
                "<img src=\"data:image/png;base64,iVBORw==\" alt=\"a 7\" "
                    + "width=\"96\" height=\"96\">"))
        #expect(html.contains("<table class=\"pixelated\">"))
        var smooth = gallery
        smooth.isPixelated = false
        #expect(
            ReportPage(title: "t", sections: [Section("s", [.gallery(smooth)])]).html()
                .contains("<table class=\"smooth\">"))
    }

    @Test("The page refers to nothing outside of itself")
    func selfContained() {
        let html = page("x").html()
            .replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "")
        for word in ["http:", "https:", "url(", "<link", "@import", "<script", "javascript:"] {
            #expect(!html.contains(word), "\(word)")
        }
        #expect(html.contains("default-src 'none'"))
    }

    @Test("Tints and alignment reach the cells; the first column names its row")
    func cells() {
        let table = Table(
            columns: ["attack", .number("n")],
            rows: [["ddn", .init("0.99", tint: .good)], ["cw", .init("0.40", tint: .poor)]])
        let html = ReportPage(title: "t", sections: [Section("s", [.table(table)])]).html()
        #expect(
            html.contains(
                "<tr><th scope=\"row\" class=\"left neutral\">ddn</th>"
                    + "<td class=\"right good\">0.99</td></tr>"))
        #expect(html.contains("<td class=\"right poor\">0.40</td>"))
        #expect(html.contains("<th scope=\"col\" class=\"right\">n</th>"))
    }

    @Test("An empty line begins a paragraph; preformatted text keeps its lines and blanks")
    func text() {
        let blocks: [Block] = [
            .paragraph("one\n\n\n\ntwo"), .details(title: "d", text: "a\n   b\n\nc"),
        ]
        let html = ReportPage(title: "t", sections: [Section("s", blocks)]).html()
        #expect(html.contains("<p>one</p>\n<p>two</p>"))
        #expect(html.contains("<pre>a\n   b\n\nc</pre>"))
    }

    @Test("Blocks stand in the order given, sections with anchors of their own")
    func order() throws {
        let html = page("x").html()
        let parts = [
            "<p>x</p>", "<figure class=\"table\">", "<figure class=\"chart\">",
            "<figure class=\"gallery\">", "<details>", "id=\"section-2\"", "id=\"section-3\"",
            "<footer>",
        ]
        let places = try parts.map { try #require(html.range(of: $0), "\($0)").lowerBound }
        #expect(places == places.sorted())
        #expect(html.contains("<a href=\"#section-3\">x</a>"))
    }

    @Test("The same values give the same bytes")
    func deterministic() {
        #expect(page("x").html() == page("x").html())
    }

    @Test("Every element that opens closes")
    func balanced() {
        let html = page("x").html()
        for tag in [
            "html", "head", "body", "main", "section", "figure", "div", "table", "thead", "tbody",
            "tr", "th", "td", "details", "pre", "p", "header", "footer", "nav", "svg", "style",
            "figcaption",
        ] {
            let opened = html.matches(of: try! Regex("<\(tag)[ >]")).count
            let closed = html.components(separatedBy: "</\(tag)>").count - 1
            #expect(opened == closed && opened > 0, "\(tag)")
        }
    }
}
