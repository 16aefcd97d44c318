import Foundation

/// A ``Table`` in GitHub's Markdown; tints are dropped.
public struct MarkdownTable: Sendable {
    /// What ``render()`` writes.
    public var table: Table

    /// - Parameter table: taken as text; what would be mark-up is escaped when it is written.
    public init(_ table: Table) {
        self.table = table
    }

    /// The table's lines, without a newline after the last. A title becomes a bold paragraph above,
    /// a note a paragraph below.
    public func render() -> String {
        var parts: [String] = []
        if let title = table.title { parts.append("**\(Self.escaped(title))**") }
        if !table.columns.isEmpty { parts.append(body()) }
        if let note = table.note { parts.append(Self.escaped(note)) }
        return parts.joined(separator: "\n\n")
    }

    private func body() -> String {
        // Three dashes are the least that every Markdown reader takes for a rule.
        let widths = table.widths(of: Self.escaped).map { max(3, $0) }
        let rules = zip(table.columns, widths).map { column, width in
            switch column.alignment {
            case .leading: String(repeating: "-", count: width)
            case .center: ":" + String(repeating: "-", count: width - 2) + ":"
            case .trailing: String(repeating: "-", count: width - 1) + ":"
            }
        }
        let titles = line(table.columns.map(\.title), widths)
        let rows = table.rows.map { line($0.map(\.text), widths) }
        let rule = "| " + rules.joined(separator: " | ") + " |"
        return ([titles, rule] + rows).joined(separator: "\n")
    }

    private func line(_ texts: [String], _ widths: [Int]) -> String {
        let cells = zip(zip(texts, table.columns), widths).map { pair, width in
            pair.1.alignment.pad(Self.escaped(pair.0), to: width)
        }
        return "| " + cells.joined(separator: " | ") + " |"
    }

    /// Text that reads as itself: no mark-up, no cell border, no line break.
    private static func escaped(_ text: String) -> String {
        var result = ""
        let scalars = Array(text.replacingOccurrences(of: "\r\n", with: "\n").unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            // Within a word, as in DET_GRED, it marks nothing up.
            case "_" where isWord(scalars, index - 1) && isWord(scalars, index + 1): result += "_"
            case "\\", "|", "*", "_", "`", "[", "]", "~": result += "\\" + String(scalar)
            case "<": result += "&lt;"
            case "&": result += "&amp;"
            case "\n", "\r": result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func isWord(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
        scalars.indices.contains(index) && scalars[index].properties.isAlphabetic
            || scalars.indices.contains(index) && ("0"..."9").contains(scalars[index])
    }
}
