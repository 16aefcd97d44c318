/// Collects the elements of one drawing; coordinates are pixels from the top left corner.
struct Canvas {
    enum Anchor: String {
        case start, middle, end
    }

    private var elements = ""

    mutating func line(_ from: (Double, Double), _ to: (Double, Double), _ classes: String) {
        elements += "<line class=\"\(classes)\" x1=\"\(Self.number(from.0))\" "
        elements += "y1=\"\(Self.number(from.1))\" x2=\"\(Self.number(to.0))\" "
        elements += "y2=\"\(Self.number(to.1))\"/>\n"
    }

    mutating func rectangle(_ frame: Frame, radius: Double = 0, _ classes: String) {
        let corner = radius > 0 ? " rx=\"\(Self.number(radius))\"" : ""
        elements += "<rect class=\"\(classes)\" x=\"\(Self.number(frame.left))\" "
        elements += "y=\"\(Self.number(frame.top))\" width=\"\(Self.number(frame.width))\" "
        elements += "height=\"\(Self.number(frame.height))\"\(corner)/>\n"
    }

    mutating func circle(_ centre: (Double, Double), radius: Double, _ classes: String) {
        elements += "<circle class=\"\(classes)\" cx=\"\(Self.number(centre.0))\" "
        elements += "cy=\"\(Self.number(centre.1))\" r=\"\(Self.number(radius))\"/>\n"
    }

    /// A polyline through `points`, or the area that they enclose.
    mutating func path(_ points: [(Double, Double)], isClosed: Bool = false, _ classes: String) {
        guard points.count > 1 else { return }
        var data = ""
        var previous = ""
        for point in points {
            let text = "\(Self.number(point.0)) \(Self.number(point.1))"
            // After rounding to a tenth of a pixel many neighbours coincide.
            if text == previous { continue }
            data += data.isEmpty ? "M\(text)" : "L\(text)"
            previous = text
        }
        elements += "<path class=\"\(classes)\" d=\"\(data)\(isClosed ? "Z" : "")\"/>\n"
    }

    mutating func text(
        _ text: String, at point: (Double, Double), anchor: Anchor = .start, turned: Bool = false,
        _ classes: String = ""
    ) {
        let (x, y) = (Self.number(point.0), Self.number(point.1))
        elements += "<text x=\"\(x)\" y=\"\(y)\""
        if !classes.isEmpty { elements += " class=\"\(classes)\"" }
        if anchor != .start { elements += " text-anchor=\"\(anchor.rawValue)\"" }
        if turned { elements += " transform=\"rotate(-90 \(x) \(y))\"" }
        elements += ">\(Markup(text).renderText)</text>\n"
    }

    /// Draws what `draw` draws, cut off at `frame`.
    ///
    /// An inner `svg` cuts without the identifiers that a clip path needs, which would clash
    /// between the drawings of one page.
    mutating func clipped(to frame: Frame, draw: (inout Canvas) -> Void) {
        let edges = [frame.left, frame.top, frame.width, frame.height].map(Self.number)
        elements += "<svg x=\"\(edges[0])\" y=\"\(edges[1])\" width=\"\(edges[2])\" "
        elements += "height=\"\(edges[3])\" viewBox=\"\(edges.joined(separator: " "))\" "
        elements += "overflow=\"hidden\">\n"
        draw(&self)
        elements += "</svg>\n"
    }

    /// The whole drawing as a self-contained SVG document.
    func document(width: Double, height: Double, title: String, summary: String) -> String {
        let (width, height) = (Self.number(width), Self.number(height))
        let name = Markup(title).renderText
        return """
            <svg xmlns="http://www.w3.org/2000/svg" class="gred-chart" role="img" \
            aria-label="\(name)" viewBox="0 0 \(width) \(height)" width="\(width)" \
            height="\(height)">
            <title>\(name)</title>
            <desc>\(Markup(summary).renderText)</desc>
            <style>\(ChartStyle.css)</style>
            <rect class="paper" width="\(width)" height="\(height)" rx="6"/>
            \(elements)</svg>

            """
    }

    /// A coordinate with at most one decimal, which keeps files small: `12.5`, `3`.
    static func number(_ value: Double) -> String {
        let tenths = (value * 10).rounded()
        // Charts leave out what can't be drawn; should anything slip through, the file stays valid.
        guard abs(tenths) < 1e9 else { return "0" }
        let whole = Int(tenths)
        let sign = whole < 0 ? "-" : ""
        let (quotient, rest) = whole.magnitude.quotientAndRemainder(dividingBy: 10)
        return rest == 0 ? "\(sign)\(quotient)" : "\(sign)\(quotient).\(rest)"
    }

    /// About how wide `text` is drawn at 13 pixels, there being no font at hand to measure with.
    static func width(of text: String) -> Double {
        text.unicodeScalars.reduce(0) { $0 + ($1.value < 0x1100 ? 7.2 : 13) }
    }
}

/// An upright rectangle in pixels.
struct Frame: Hashable {
    var left: Double
    var top: Double
    var width: Double
    var height: Double

    var right: Double { left + width }
    var bottom: Double { top + height }

    /// The frame with room for half a stroke or a dot that stands on its edge.
    var widened: Frame {
        Frame(left: left - 4, top: top - 4, width: width + 8, height: height + 8)
    }
}
