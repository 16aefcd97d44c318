/// How several groups of positive values are spread along one logarithmic axis: for each group the
/// density, the quartiles (box), the median (gap in the box) and the 5% to 95% range (line).
///
/// Made for the input sensitivities of clean and adversarial images (Fig. 2 of the paper), which
/// reach from 1e-170 to 1e1. Values come as decimal logarithms, since a `Double` or a `Float` may
/// not hold them.
public struct DistributionChart: Chart {
    /// A named group of values.
    public struct Group: Hashable, Sendable {
        /// Stands to the left of the group's row.
        public var name: String
        /// Decimal logarithms; `-infinity` stands for the value 0. Zeros and what isn't finite are
        /// not drawn but counted beside the name.
        public var log10Values: [Double]

        /// - Parameter log10Values: decimal logarithms in any order; `-infinity` for the value 0.
        public init(_ name: String, log10Values: [Double]) {
            self.name = name
            self.log10Values = log10Values
        }
    }

    /// Stands above the rows and names the drawing for those who can't see it.
    public var title: String
    /// What is measured, and its unit.
    public var axisLabel: String
    /// The rows, from top to bottom.
    public var groups: [Group]
    /// The decimal logarithms shown; nil: all. Values outside stay in medians and quartiles.
    public var log10Range: ClosedRange<Double>?

    /// A row for each group, in this order; by default the axis reaches from the least value to
    /// the largest.
    public init(
        title: String, axisLabel: String, groups: [Group], log10Range: ClosedRange<Double>? = nil
    ) {
        self.title = title
        self.axisLabel = axisLabel
        self.groups = groups
        self.log10Range = log10Range
    }

    public func svg() -> String {
        let rows = groups.map { Distribution(log10Values: $0.log10Values) }
        let names = groups.map { Canvas.width(of: $0.name) } + rows.map { noteWidth($0) }
        let left = min(max(names.max() ?? 0, 60), 200) + 32
        let plot = Frame(
            left: left, top: 66, width: Self.width - left - 96,
            height: Double(max(1, groups.count)) * Self.rowHeight)
        let domain =
            log10Range.map { Projection.domain(of: [$0.lowerBound, $0.upperBound], span: 0.1) }
            ?? Projection.domain(of: rows.flatMap(\.sorted), span: 1, margin: 0.03)
        let scale = Projection(domain: domain, pixels: (plot.left, plot.right))

        var canvas = Canvas()
        canvas.text(title, at: (20, 30), "title")
        canvas.text("median", at: (Self.width - 20, 56), anchor: .end, "soft")
        let ticks = Ticks.decades(in: domain, count: 10)
        for tick in ticks {
            let x = scale(tick.position)
            canvas.line((x, plot.top), (x, plot.bottom), "grid")
            canvas.text(tick.label, at: (x, plot.bottom + 20), anchor: .middle, "soft")
        }
        canvas.line((plot.left, plot.bottom), (plot.right, plot.bottom), "axis")
        canvas.text(
            axisLabel, at: ((plot.left + plot.right) / 2, plot.bottom + 42), anchor: .middle)
        for (index, row) in rows.enumerated() {
            let top = plot.top + Double(index) * Self.rowHeight
            label(row, index: index, top: top, on: &canvas)
            canvas.clipped(to: plot.widened) { canvas in
                draw(row, index: index, top: top, scale: scale, on: &canvas)
            }
        }
        return canvas.document(
            width: Self.width, height: plot.bottom + 58, title: title, summary: summary(of: rows))
    }

    private static let width = 780.0
    private static let rowHeight = 62.0
}

extension DistributionChart {
    private func label(
        _ row: Distribution, index: Int, top: Double, on canvas: inout Canvas
    ) {
        canvas.text(groups[index].name, at: (20, top + 32), "name")
        canvas.text(note(on: row), at: (20, top + 49), "soft")
        let median = row.quantile(0.5).map { Figure.magnitude(log10: $0) } ?? Figure.missing
        canvas.text(median, at: (Self.width - 20, top + 40), anchor: .end)
    }

    private func draw(
        _ row: Distribution, index: Int, top: Double, scale: Projection, on canvas: inout Canvas
    ) {
        let colour = Palette.classes(of: index)
        let ground = top + 42
        ridge(row, ground: ground, scale: scale, colour, on: &canvas)
        guard let box = Box(row) else { return }
        let middle = ground + 9
        canvas.line((scale(box.p5), middle), (scale(box.p95), middle), "thin \(colour)")
        let frame = Frame(
            left: scale(box.p25), top: middle - 4, width: scale(box.p75) - scale(box.p25), height: 8
        )
        canvas.rectangle(frame, radius: 1, "box \(colour)")
        // A box too narrow for a gap in it is a dot.
        if frame.width > 6 {
            let x = scale(box.median)
            canvas.line((x, middle - 4), (x, middle + 4), "median")
        } else {
            canvas.circle((scale(box.median), middle), radius: 4, "fill \(colour)")
        }
        // A density of few values promises more than they can tell: show them too.
        if row.sorted.count <= 30 {
            for value in row.sorted where scale.domain.contains(value) {
                canvas.circle((scale(value), ground - 3), radius: 1.8, "fill \(colour)")
            }
        }
    }

    private func ridge(
        _ row: Distribution, ground: Double, scale: Projection, _ colour: String,
        on canvas: inout Canvas
    ) {
        let heights = row.density(over: scale.domain)
        let step = (scale.pixels.1 - scale.pixels.0) / Double(max(1, heights.count - 1))
        // Where nothing is, no outline either: it would look like few values rather than none.
        let isVisible = heights.map { $0 > 0.003 }
        var start = 0
        while let first = isVisible[start...].firstIndex(of: true) {
            let end = isVisible[first...].firstIndex(of: false) ?? isVisible.count
            let outline = (max(0, first - 1)..<min(end + 1, heights.count)).map { cell in
                (
                    scale.pixels.0 + Double(cell) * step,
                    ground - (isVisible[cell] ? heights[cell] * 34 : 0)
                )
            }
            let thinned = Polyline.simplified(outline, tolerance: 0.1)
            let base = [(outline[outline.count - 1].0, ground), (outline[0].0, ground)]
            canvas.path(thinned + base, isClosed: true, "wash \(colour)")
            canvas.path(thinned, "thin \(colour)")
            start = end
        }
    }

    private func note(on row: Distribution) -> String {
        var parts = ["n = " + Figure.count(row.sorted.count + row.zeros + row.strays)]
        if row.zeros > 0 { parts.append("\(Figure.count(row.zeros)) zero") }
        if row.strays > 0 { parts.append("\(Figure.count(row.strays)) not finite") }
        if let range = log10Range {
            let outside = row.sorted.count { !range.contains($0) }
            if outside > 0 { parts.append("\(Figure.count(outside)) outside") }
        }
        return parts.joined(separator: " · ")
    }

    private func noteWidth(_ row: Distribution) -> Double {
        Canvas.width(of: note(on: row)) * 12 / 13
    }

    private func summary(of rows: [Distribution]) -> String {
        let parts = zip(groups, rows).map { group, row in
            guard let box = Box(row) else { return "\(group.name): \(note(on: row))" }
            let ends = [box.p5, box.median, box.p95].map { Figure.magnitude(log10: $0) }
            return "\(group.name): \(note(on: row)), median \(ends[1]), "
                + "5% to 95% from \(ends[0]) to \(ends[2])"
        }
        return "\(axisLabel), logarithmic axis. " + parts.joined(separator: "; ")
    }
}

/// The five figures of a box: 5%, quartiles, median, 95%.
private struct Box {
    let p5: Double
    let p25: Double
    let median: Double
    let p75: Double
    let p95: Double

    init?(_ row: Distribution) {
        guard
            let p5 = row.quantile(0.05), let p25 = row.quantile(0.25),
            let median = row.quantile(0.5), let p75 = row.quantile(0.75),
            let p95 = row.quantile(0.95)
        else { return nil }
        (self.p5, self.p25, self.median, self.p75, self.p95) = (p5, p25, median, p75, p95)
    }
}
