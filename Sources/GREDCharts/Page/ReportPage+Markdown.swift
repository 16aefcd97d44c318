import Foundation

extension ReportPage {
    /// The drawings of the page, from top to bottom.
    public var charts: [any Chart] {
        sections.flatMap(\.blocks).compactMap { block in
            if case .chart(let chart, _) = block { chart } else { nil }
        }
    }

    /// The page in GitHub's Markdown, tints and galleries left out.
    /// - Parameter chartFile: where the drawing of a number lies, as a link; numbers count the
    ///   ``charts`` from 0.
    public func markdown(chartFile: (Int) -> String) -> String {
        var parts = ["# \(title)"]
        if let subtitle { parts.append(subtitle) }
        if !cards.isEmpty {
            parts.append(
                cards.map { card in
                    "- \(card.label): \(card.value)" + (card.note.map { " (\($0))" } ?? "")
                }.joined(separator: "\n"))
        }
        var drawn = 0
        for section in sections {
            parts.append("## \(section.title)")
            for block in section.blocks {
                switch block {
                case .paragraph(let text):
                    // What a page shows as lines with dots is a list here.
                    parts.append(text.replacingOccurrences(of: "\n•\u{2002}", with: "\n- "))
                case .table(let table): parts.append(MarkdownTable(table).render())
                case .chart(_, let caption):
                    parts.append("![\(section.title)](\(chartFile(drawn)))")
                    if !caption.isEmpty { parts.append(caption) }
                    drawn += 1
                case .gallery: continue
                case .details(let title, let text):
                    parts.append("\(title):\n\n```\n\(text)\n```")
                }
            }
        }
        if let footer { parts.append(footer) }
        return parts.joined(separator: "\n\n") + "\n"
    }
}
