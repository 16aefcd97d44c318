import Foundation

/// Receiver operating characteristics of several detectors, the area under each in the legend.
///
/// Good detectors' curves all hug the upper left corner; the second panel shows them at few false
/// positives, where a guard works, on a logarithmic axis with guides at 1% and 5%.
public struct ROCChart: Chart {
    /// On which axes of false-positive rates the curves are drawn.
    public enum Panels: Hashable, Sendable {
        /// False-positive rates from 0 to 1, linear.
        case linear
        /// False-positive rates from ``ROCChart/smallestRate`` to 1, logarithmic.
        case logarithmic
        /// Both, side by side.
        case both
    }

    /// Stands above the panels and names the drawing for those who can't see it.
    public var title: String
    /// The detectors; where curves cross, the first lies on top.
    public var curves: [Curve]
    /// The linear axis, the logarithmic one, or both.
    public var panels: Panels
    /// Where the logarithmic axis begins, in 1e-12…0.1.
    public var smallestRate: Double

    /// Both panels by default, the logarithmic one from a rate of 0.1%.
    public init(
        title: String, curves: [Curve], panels: Panels = .both, smallestRate: Double = 1e-3
    ) {
        self.title = title
        self.curves = curves
        self.panels = panels
        self.smallestRate = smallestRate
    }

    public func svg() -> String {
        let paths = curves.map { RatePath($0) }
        let names = zip(curves, paths).map { curve, path in
            curve.name + "  " + Figure.fixed(curve.auroc ?? path?.area ?? .nan, digits: 3)
        }
        let count = panels == .both ? 2.0 : 1.0
        let width = 72 + count * 300 + (count - 1) * 72 + 36
        let legend = Legend(names, width: width - 40)
        var canvas = Canvas()
        canvas.text(title, at: (20, 30), "title")
        var left = 72.0
        if panels != .logarithmic {
            draw(paths, in: panel(left), isLogarithmic: false, on: &canvas)
            left += 372
        }
        if panels != .linear {
            draw(paths, in: panel(left), isLogarithmic: true, on: &canvas)
        }
        let top = panel(left).bottom + 58
        canvas.text("AUROC", at: (20, top + 4), "soft")
        legend.draw(on: &canvas, left: 20, top: top + 10)
        return canvas.document(
            width: width, height: top + 24 + legend.height, title: title,
            summary: summary(of: paths))
    }

    private func panel(_ left: Double) -> Frame {
        Frame(left: left, top: 52, width: 300, height: 300)
    }

    private var floor: Double {
        smallestRate.isNaN ? 1e-3 : min(max(smallestRate, 1e-12), 0.1)
    }

    private func summary(of paths: [RatePath?]) -> String {
        let parts = zip(curves, paths).map { curve, path in
            guard let path else { return "\(curve.name): no points" }
            let rates = [0.01, 0.05].map { Figure.fixed(path.truePositives(at: $0), digits: 3) }
            let area = Figure.fixed(curve.auroc ?? path.area, digits: 3)
            return "\(curve.name): AUROC \(area), true-positive rate \(rates[0]) at 1% and "
                + "\(rates[1]) at 5% false positives"
        }
        return "Receiver operating characteristics. " + parts.joined(separator: "; ")
    }
}

extension ROCChart {
    private func draw(
        _ paths: [RatePath?], in plot: Frame, isLogarithmic: Bool, on canvas: inout Canvas
    ) {
        let start = Foundation.log10(floor)
        let x = Projection(
            domain: isLogarithmic ? start...0 : 0...1, pixels: (plot.left, plot.right))
        let y = Projection(domain: 0...1, pixels: (plot.bottom, plot.top))
        grid(plot, x, y, isLogarithmic: isLogarithmic, on: &canvas)
        func place(_ points: [(Double, Double)]) -> [(Double, Double)] {
            points.map { (x(isLogarithmic ? Foundation.log10($0.0) : $0.0), y($0.1)) }
        }
        let chance =
            isLogarithmic
            ? (0...120).map { pow(10, start * (1 - Double($0) / 120)) }.map { ($0, $0) }
            : [(0, 0), (1, 1)]
        canvas.path(Polyline.simplified(place(chance)), "guide")
        // The first curve is drawn last, so that it lies on top of those that it coincides with.
        for (index, path) in paths.enumerated().reversed() {
            guard let path else { continue }
            let points = isLogarithmic ? path.logarithmic(from: floor) : path.points
            canvas.path(
                Polyline.simplified(place(points)), "curve \(Palette.classes(of: index))")
        }
    }

    private func grid(
        _ plot: Frame, _ x: Projection, _ y: Projection, isLogarithmic: Bool,
        on canvas: inout Canvas
    ) {
        for tick in [0, 0.2, 0.4, 0.6, 0.8, 1] {
            canvas.line((plot.left, y(tick)), (plot.right, y(tick)), "grid")
            canvas.text(
                Figure.fixed(tick, digits: 1), at: (plot.left - 8, y(tick) + 4), anchor: .end,
                "soft")
        }
        let ticks =
            isLogarithmic
            ? Ticks.decades(in: x.domain, count: 5).map(asShare)
            : Ticks.linear(in: 0...1, count: 5)
        for tick in ticks {
            let place = x(tick.position)
            canvas.line((place, plot.top), (place, plot.bottom), "grid")
            canvas.text(tick.label, at: (place, plot.bottom + 18), anchor: .middle, "soft")
        }
        if isLogarithmic {
            for rate in [0.01, 0.05] where rate > floor {
                let place = x(Foundation.log10(rate))
                canvas.line((place, plot.top), (place, plot.bottom), "guide")
                let label = Figure.percent(rate, digits: 0)
                canvas.text(label, at: (place, plot.top - 5), anchor: .middle, "soft")
            }
        }
        canvas.line((plot.left, plot.bottom), (plot.right, plot.bottom), "axis")
        canvas.line((plot.left, plot.top), (plot.left, plot.bottom), "axis")
        let middle = (plot.left + plot.right) / 2
        canvas.text(
            "false-positive rate" + (isLogarithmic ? ", logarithmic" : ""),
            at: (middle, plot.bottom + 40), anchor: .middle)
        canvas.text(
            "true-positive rate", at: (plot.left - 42, (plot.top + plot.bottom) / 2),
            anchor: .middle, turned: true)
    }

    /// A decade's mark as a share: `0.1%`, `10%`; far below that as a power of ten.
    private func asShare(_ tick: Tick) -> Tick {
        let exponent = Int(tick.position.rounded())
        let digits = max(0, -exponent - 2)
        return Tick(
            position: tick.position,
            label: exponent < -5
                ? Figure.power(of: exponent)
                : Figure.percent(pow(10, tick.position), digits: digits))
    }
}
