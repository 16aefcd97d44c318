import GREDCharts
import Testing

@Suite("Tables")
struct TableTests {
    private let table = Table(
        title: "Accuracy",
        columns: ["attack", .number("n"), .init("κ", alignment: .center)],
        rows: [
            ["ddn", "1,000", .init("0", tint: .good)],
            ["größer é|", "7", .init("40.0", tint: .poor)],
        ],
        note: "grey-box")

    @Test("Rules: columns are as wide as their longest text, in characters")
    func rules() {
        #expect(
            TerminalTable(table).render() == """
                Accuracy
                attack         n   κ
                ─────────  ─────  ────
                ddn        1,000   0
                größer é|      7  40.0
                grey-box
                """)
    }

    @Test("Box: every cell is framed")
    func box() {
        #expect(
            TerminalTable(table, style: .box).render() == """
                Accuracy
                ┌───────────┬───────┬──────┐
                │ attack    │     n │  κ   │
                ├───────────┼───────┼──────┤
                │ ddn       │ 1,000 │  0   │
                │ größer é| │     7 │ 40.0 │
                └───────────┴───────┴──────┘
                grey-box
                """)
    }

    @Test("Colour comes when asked for, and only then; it does not shift a column")
    func colour() {
        #expect(!TerminalTable(table).render().contains("\u{1B}"))
        let lines = TerminalTable(table, style: .box, isColoured: true).render()
            .split(separator: "\n")
        #expect(lines[4] == "│ ddn       │ 1,000 │ \u{1B}[32m 0  \u{1B}[0m │")
        #expect(lines[5] == "│ größer é| │     7 │ \u{1B}[31m40.0\u{1B}[0m │")
    }

    @Test("A combining accent is no column of its own")
    func combining() {
        let table = Table(columns: ["a", "b"], rows: [["e\u{301}e\u{301}e\u{301}", "x"]])
        #expect(
            TerminalTable(table, style: .box).render().split(separator: "\n")[1] == "│ a   │ b │")
    }

    @Test("Text can neither steer the terminal nor break its line")
    func control() {
        let table = Table(columns: ["a\u{1B}[2J"], rows: [["x\r\ny\tz\u{9B}"]])
        #expect(
            TerminalTable(table).render() == """
                a\u{FFFD}[2J
                ──────
                x y z\u{FFFD}
                """)
    }

    @Test("A short row is filled, a long one widens the table")
    func ragged() {
        let table = Table(columns: ["a", "b"], rows: [["1"], ["1", "2", "3"]])
        #expect(table.columns.map(\.title) == ["a", "b", ""])
        #expect(table.rows == [["1", "", ""], ["1", "2", "3"]])
    }

    @Test("A table without rows or columns still renders")
    func empty() {
        #expect(TerminalTable(Table(columns: [])).render() == "")
        #expect(TerminalTable(Table(columns: ["a"])).render() == "a\n─")
        let box = TerminalTable(Table(columns: ["a"]), style: .box).render()
        #expect(box == "┌───┐\n│ a │\n├───┤\n└───┘")
        #expect(MarkdownTable(Table(columns: [])).render() == "")
    }

    @Test("Markdown: alignment in the rule, borders and mark-up escaped")
    func markdown() {
        #expect(
            MarkdownTable(table).render() == """
                **Accuracy**

                | attack     |     n |  κ   |
                | ---------- | ----: | :--: |
                | ddn        | 1,000 |  0   |
                | größer é\\| |     7 | 40.0 |

                grey-box
                """)
    }

    @Test("Markdown: text reads as itself")
    func markdownEscapes() {
        let table = Table(columns: ["<b>"], rows: [["DET_GRED _x_ *y* `z` [a](b) c\\d\ne & f"]])
        #expect(
            MarkdownTable(table).render().split(separator: "\n").last
                == "| DET_GRED \\_x\\_ \\*y\\* \\`z\\` \\[a\\](b) c\\\\d e &amp; f |")
        #expect(MarkdownTable(table).render().hasPrefix("| &lt;b> "))
    }
}
