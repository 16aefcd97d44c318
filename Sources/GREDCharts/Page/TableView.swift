/// A ``Table`` in the shape of the page's template.
struct TableView {
    let tableTitle: Markup?
    let headings: [HeadingView]
    let tableRows: [TableRowView]
    let tableNote: Markup?

    init(_ table: Table) {
        tableTitle = table.title.map { Markup($0) }
        headings = table.columns.map {
            HeadingView(headingText: Markup($0.title), alignment: Markup($0.alignment.htmlClass))
        }
        tableRows = table.rows.map { row in
            TableRowView(
                cells: zip(row, table.columns).enumerated().map { index, pair in
                    CellView(pair.0, in: pair.1, isFirst: index == 0)
                })
        }
        tableNote = table.note.map { Markup($0) }
    }
}

struct HeadingView {
    let headingText: Markup
    let alignment: Markup
}

struct TableRowView {
    let cells: [CellView]
}

struct CellView {
    let cellText: Markup
    let classes: Markup
    /// The first column names its row, unless it holds numbers.
    let isHeading: Bool

    init(_ cell: Table.Cell, in column: Table.Column, isFirst: Bool) {
        cellText = Markup(cell.text)
        classes = Markup("\(column.alignment.htmlClass) \(cell.tint.rawValue)")
        isHeading = isFirst && column.alignment == .leading
    }
}

extension Table.Alignment {
    fileprivate var htmlClass: String {
        switch self {
        case .leading: "left"
        case .center: "middle"
        case .trailing: "right"
        }
    }
}
