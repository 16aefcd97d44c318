import Foundation

/// A ``Table`` in characters of one width, for a terminal or a log.
public struct TerminalTable: Sendable {
    /// What parts the columns.
    public enum Style: Sendable {
        /// One thin rule below the titles.
        case rules
        /// A box around every cell.
        case box
    }

    /// What ``render()`` draws.
    public var table: Table
    /// Whether a rule or boxes part the cells.
    public var style: Style
    /// Whether tints and titles are coloured by ANSI escapes. The caller knows whether the output
    /// is a terminal; this type never looks.
    public var isColoured: Bool

    /// By default with one rule and no colours, as suits a log.
    public init(_ table: Table, style: Style = .rules, isColoured: Bool = false) {
        self.table = table
        self.style = style
        self.isColoured = isColoured
    }

    /// The table's lines, without a newline after the last.
    public func render() -> String {
        let widths = table.widths(of: Self.printable)
        var lines: [String] = []
        if let title = table.title { lines.append(paint(Self.printable(title), .bold)) }
        if !table.columns.isEmpty {
            let titles = line(table.columns.map { Table.Cell($0.title) }, widths, ink: .bold)
            let rows = table.rows.map { line($0, widths, ink: nil) }
            switch style {
            case .rules:
                let rule = widths.map { String(repeating: "─", count: $0) }
                lines += [titles, rule.joined(separator: "  ")] + rows
            case .box:
                lines += [edge("┌", "┬", "┐", widths), titles, edge("├", "┼", "┤", widths)]
                lines += rows + [edge("└", "┴", "┘", widths)]
            }
        }
        if let note = table.note { lines.append(paint(Self.printable(note), .faint)) }
        return lines.joined(separator: "\n")
    }

    private func line(_ cells: [Table.Cell], _ widths: [Int], ink: Ink?) -> String {
        let texts = zip(zip(cells, table.columns), widths).map { pair, width in
            let (cell, column) = pair
            let text = column.alignment.pad(Self.printable(cell.text), to: width)
            return paint(text, ink ?? Ink(cell.tint))
        }
        switch style {
        case .rules:
            var line = texts.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        case .box:
            return "│ " + texts.joined(separator: " │ ") + " │"
        }
    }

    private func edge(_ left: String, _ cross: String, _ right: String, _ widths: [Int]) -> String {
        let strokes = widths.map { String(repeating: "─", count: $0 + 2) }
        return left + strokes.joined(separator: cross) + right
    }

    /// A cell is one line, and a name read from a file must not be able to steer the terminal.
    private static func printable(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.replacingOccurrences(of: "\r\n", with: "\n").unicodeScalars {
            switch scalar {
            case "\n", "\t": result.append(" ")
            case _ where scalar.properties.generalCategory == .control: result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}

extension TerminalTable {
    /// ANSI "select graphic rendition" codes.
    private enum Ink: String {
        case bold = "1"
        case faint = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"

        init?(_ tint: Tint) {
            switch tint {
            case .neutral: return nil
            case .good: self = .green
            case .fair: self = .yellow
            case .poor: self = .red
            }
        }
    }

    private func paint(_ text: String, _ ink: Ink?) -> String {
        guard isColoured, let ink, !text.isEmpty else { return text }
        return "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m"
    }
}
