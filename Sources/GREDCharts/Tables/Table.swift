/// A table as a value: titled columns and rows of text.
///
/// The same value is drawn for a terminal (``TerminalTable``), in Markdown (``MarkdownTable``) and
/// on a page (``Block/table(_:)``).
///
/// ```swift
/// var table = Table(columns: ["attack", .number("accuracy")])
/// table.append(["ddn", .init("0.987", tint: .good)])
/// print(TerminalTable(table).render())
/// ```
public struct Table: Hashable, Sendable {
    /// Where a column's text stands.
    public enum Alignment: Hashable, Sendable {
        /// Flush left, in the middle, flush right, in this order.
        case leading, center, trailing
    }

    /// A column's title and where its text stands.
    public struct Column: Hashable, Sendable, ExpressibleByStringLiteral {
        /// Stands at the head of the column; may be empty.
        public var title: String
        /// Where the title and the cells below it stand.
        public var alignment: Alignment

        /// A column that is flush left unless it is told otherwise.
        public init(_ title: String, alignment: Alignment = .leading) {
            self.title = title
            self.alignment = alignment
        }

        /// A column of text.
        public init(stringLiteral title: String) {
            self.init(title)
        }

        /// A column of numbers, flush right.
        public static func number(_ title: String) -> Column {
            Column(title, alignment: .trailing)
        }
    }

    /// One cell's text, and how it is to be taken.
    public struct Cell: Hashable, Sendable, ExpressibleByStringLiteral {
        /// Plain text on one line; what would be mark-up is escaped when it is drawn.
        public var text: String
        /// How the text is to be taken; Markdown drops it.
        public var tint: Tint

        /// A cell that is not coloured unless it is told otherwise.
        public init(_ text: String, tint: Tint = .neutral) {
            self.text = text
            self.tint = tint
        }

        public init(stringLiteral text: String) {
            self.init(text)
        }
    }

    /// Stands above the table, if given.
    public var title: String?
    /// From left to right; ``append(_:)`` adds untitled ones for longer rows.
    public private(set) var columns: [Column]
    /// Every row has as many cells as there are columns.
    public private(set) var rows: [[Cell]] = []
    /// Stands below the table, if given: what was counted, and how.
    public var note: String?

    /// A table; rows may also come later, by ``append(_:)``.
    public init(
        title: String? = nil, columns: [Column], rows: [[Cell]] = [], note: String? = nil
    ) {
        self.title = title
        self.columns = columns
        self.note = note
        for row in rows { append(row) }
    }

    /// Adds a row. A short one is filled with empty cells; a long one widens the table by untitled
    /// columns, so that no figure is ever lost.
    public mutating func append(_ row: [Cell]) {
        while columns.count < row.count {
            columns.append(Column(""))
            for index in rows.indices { rows[index].append("") }
        }
        rows.append(row + Array(repeating: Cell(""), count: columns.count - row.count))
    }

    /// Adds a row of untinted text; see ``append(_:)``.
    public mutating func append(texts: [String]) {
        append(texts.map { Cell($0) })
    }
}

extension Table {
    /// Each column's width in characters, `text` having prepared what is to be shown.
    func widths(of text: (String) -> String) -> [Int] {
        columns.indices.map { column in
            rows.reduce(text(columns[column].title).count) {
                max($0, text($1[column].text).count)
            }
        }
    }
}

extension Table.Alignment {
    /// `text` filled with spaces up to `width` characters.
    func pad(_ text: String, to width: Int) -> String {
        let room = max(0, width - text.count)
        let before =
            switch self {
            case .leading: 0
            case .center: room / 2
            case .trailing: room
            }
        return String(repeating: " ", count: before) + text
            + String(repeating: " ", count: room - before)
    }
}
