/// Vertical lines through a chart with labels on top, on so many rows that no label covers another
/// or is crossed by another's line.
struct MarkerLabels {
    private struct Label {
        let x: Double
        let text: String
        let width: Double
        /// Whether it stands to the right of its line; one close to the edge stands to the left.
        let isAfter: Bool
        var row = 0
    }

    private static let rowHeight = 18.0
    private var labels: [Label]

    /// - Parameters:
    ///   - marks: the lines' places in pixels, and their labels.
    ///   - right: where the chart ends.
    init(_ marks: [(Double, String)], right: Double) {
        labels = marks.sorted { $0.0 < $1.0 }.map { x, text in
            let width = Canvas.width(of: text) + 10
            return Label(x: x, text: text, width: width, isAfter: x + width < right)
        }
        // A label rises above the one that its end would cover; its line, further left, meets none.
        for index in labels.indices.dropLast().reversed() {
            let (own, next) = (labels[index], labels[index + 1])
            if own.isAfter, own.x + own.width > next.x { labels[index].row = next.row + 1 }
        }
        // One that reaches back rises above all that it reaches.
        for index in labels.indices where !labels[index].isAfter {
            let start = labels[index].x - labels[index].width
            let reached = labels[..<index].filter { $0.x + ($0.isAfter ? $0.width : 0) > start }
            if let highest = reached.map(\.row).max() { labels[index].row = highest + 1 }
        }
    }

    /// The room that the labels need above the chart.
    var height: Double {
        labels.map { Double($0.row + 1) * Self.rowHeight }.max() ?? 0
    }

    func draw(on canvas: inout Canvas, plot: Frame) {
        for label in labels {
            let level = plot.top - 6 - Double(label.row) * Self.rowHeight
            canvas.line((label.x, level - 10), (label.x, plot.bottom), "guide")
            canvas.text(
                label.text, at: (label.x + (label.isAfter ? 5 : -5), level),
                anchor: label.isAfter ? .start : .end, "soft")
        }
    }
}
