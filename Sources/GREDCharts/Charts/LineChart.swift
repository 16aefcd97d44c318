import Foundation

/// Curves of one quantity against another, such as an attack's success against the L2 norm of its
/// perturbation.
public struct LineChart: Chart {
    /// A named curve.
    public struct Series: Hashable, Sendable {
        /// What the legend calls the curve.
        public var name: String
        /// In the order in which they are joined. A point that isn't finite interrupts the curve.
        public var points: [Point]
        /// Whether the points stand alone, as in a scatter plot, rather than being joined.
        public var isScattered: Bool

        /// - Parameter points: in the order in which they are joined.
        public init(_ name: String, points: [Point], isScattered: Bool = false) {
            self.name = name
            self.points = points
            self.isScattered = isScattered
        }
    }

    /// A vertical line at a value of x, such as the paper's setting.
    public struct Marker: Hashable, Sendable {
        /// Where the line stands, in the axis's unit on either scale.
        public var x: Double
        /// Stands above the line.
        public var label: String

        /// - Parameter x: in the axis's unit, not its logarithm.
        public init(x: Double, label: String) {
            self.x = x
            self.label = label
        }
    }

    /// Stands above the legend and names the drawing for those who can't see it.
    public var title: String
    /// The horizontal axis.
    public var x: Axis
    /// The vertical axis.
    public var y: Axis
    /// The curves; where they cross, the first lies on top.
    public var series: [Series]
    /// Lines from top to bottom; those outside the horizontal axis's range are left out.
    public var markers: [Marker]

    /// Curves on two axes; colours follow from the order of the series.
    public init(title: String, x: Axis, y: Axis, series: [Series], markers: [Marker] = []) {
        self.title = title
        self.x = x
        self.y = y
        self.series = series
        self.markers = markers
    }

    public func svg() -> String {
        let runs = series.map { pieces(of: $0.points) }
        let all = runs.flatMap { $0 }.flatMap { $0 }
        let marks = markers.compactMap { marker in
            x.coordinate(marker.x).map { (place: $0, label: marker.label) }
        }
        let xDomain = x.domain(of: all.map(\.x) + marks.map(\.place), margin: 0)
        let yDomain = y.domain(
            of: all.flatMap { [$0.y, $0.low, $0.high].compactMap { $0 } }, margin: 0.05)
        let yTicks = y.ticks(in: yDomain)
        let legend = Legend(series.map(\.name), width: Self.width - 40)
        let left = 48 + (yTicks.map { Canvas.width(of: $0.label) }.max() ?? 0)
        let right = Self.width - 28
        let xScale = Projection(domain: xDomain, pixels: (left, right))
        let labels = MarkerLabels(
            marks.filter { xDomain.contains($0.place) }.map { (xScale($0.place), $0.label) },
            right: right)
        let top = 56 + legend.height + labels.height
        let plot = Frame(left: left, top: top, width: right - left, height: 300)
        let yScale = Projection(domain: yDomain, pixels: (plot.bottom, plot.top))

        var canvas = Canvas()
        canvas.text(title, at: (20, 30), "title")
        legend.draw(on: &canvas, left: 20, top: 44)
        grid(plot, xScale, yScale, yTicks, on: &canvas)
        labels.draw(on: &canvas, plot: plot)
        canvas.clipped(to: plot.widened) { canvas in
            for (index, curve) in runs.enumerated().reversed() {
                for run in curve {
                    guard !series[index].isScattered else {
                        scatter(run, index, xScale, yScale, on: &canvas)
                        continue
                    }
                    draw(run, index, xScale, yScale, on: &canvas)
                }
            }
        }
        return canvas.document(
            width: Self.width, height: plot.bottom + 58, title: title, summary: summary)
    }

    private static let width = 780.0

    private var summary: String {
        let parts = series.map { one in
            let ends = [one.points.first, one.points.last].compactMap { $0 }.map {
                "\(Figure.fixed($0.y)) at \(Figure.fixed($0.x))"
            }
            return "\(one.name): \(one.points.count) points"
                + (ends.count == 2 ? ", from \(ends[0]) to \(ends[1])" : "")
        }
        return "\(y.label) against \(x.label). " + parts.joined(separator: "; ")
    }
}

extension LineChart {
    /// A point in the axes' coordinates: logarithms where an axis is logarithmic.
    private struct Place {
        let x: Double
        let y: Double
        let low: Double?
        let high: Double?
    }

    /// The pieces of a curve between points that can't be drawn.
    private func pieces(of points: [Point]) -> [[Place]] {
        var runs: [[Place]] = [[]]
        for point in points {
            guard let px = x.coordinate(point.x), let py = y.coordinate(point.y) else {
                runs.append([])
                continue
            }
            let low = point.interval.flatMap { y.coordinate($0.lowerBound) }
            let high = point.interval.flatMap { y.coordinate($0.upperBound) }
            runs[runs.count - 1].append(Place(x: px, y: py, low: low, high: high))
        }
        return runs.filter { !$0.isEmpty }
    }

    private func draw(
        _ run: [Place], _ index: Int, _ x: Projection, _ y: Projection, on canvas: inout Canvas
    ) {
        let colour = Palette.classes(of: index)
        let held = run.filter { $0.low != nil && $0.high != nil }
        if held.count > 1 {
            let upper = held.map { (x($0.x), y($0.high ?? $0.y)) }
            let lower = held.reversed().map { (x($0.x), y($0.low ?? $0.y)) }
            canvas.path(
                Polyline.simplified(upper) + Polyline.simplified(lower), isClosed: true,
                "band \(colour)")
        }
        canvas.path(Polyline.simplified(run.map { (x($0.x), y($0.y)) }), "curve \(colour)")
        // Few points were measured one by one; many are a curve.
        if run.count <= 30 {
            for place in run where x.domain.contains(place.x) && y.domain.contains(place.y) {
                canvas.circle((x(place.x), y(place.y)), radius: 3, "fill \(colour)")
            }
        }
    }

    private func scatter(
        _ run: [Place], _ index: Int, _ x: Projection, _ y: Projection, on canvas: inout Canvas
    ) {
        let colour = Palette.classes(of: index)
        for place in run where x.domain.contains(place.x) && y.domain.contains(place.y) {
            canvas.circle((x(place.x), y(place.y)), radius: 1.8, "fill \(colour)")
        }
    }

    private func grid(
        _ plot: Frame, _ xScale: Projection, _ yScale: Projection, _ yTicks: [Tick],
        on canvas: inout Canvas
    ) {
        for tick in yTicks {
            let place = yScale(tick.position)
            canvas.line((plot.left, place), (plot.right, place), "grid")
            canvas.text(tick.label, at: (plot.left - 8, place + 4), anchor: .end, "soft")
        }
        for tick in x.ticks(in: xScale.domain) {
            let place = xScale(tick.position)
            canvas.line((place, plot.bottom), (place, plot.bottom + 5), "axis")
            canvas.text(tick.label, at: (place, plot.bottom + 20), anchor: .middle, "soft")
        }
        canvas.line((plot.left, plot.bottom), (plot.right, plot.bottom), "axis")
        canvas.text(x.label, at: ((plot.left + plot.right) / 2, plot.bottom + 42), anchor: .middle)
        canvas.text(
            y.label, at: (22, (plot.top + plot.bottom) / 2), anchor: .middle, turned: true)
    }
}
