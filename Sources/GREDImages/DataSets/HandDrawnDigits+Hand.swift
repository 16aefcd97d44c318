/// One writer's habits: how a glyph is bent before it meets the paper.
struct Hand {
    private let xAxis: Point
    private let yAxis: Point
    /// Coefficients of a smooth displacement over the glyph, one a power of x and y.
    private let wobble: [Point]
    /// Standard deviation of each point's own displacement, in sides of the glyph.
    private let tremor: Double
    /// The longer side of the drawing, in pixels.
    private let size: Double
    /// The middle of the drawing, in pixels.
    private let middle: Point

    /// Draws habits by chance.
    init(_ chance: inout Chance) {
        // Half the angle's tangent gives sine and cosine by arithmetic alone.
        let tangent = 0.055 * chance.bell()
        let cosine = (1 - tangent * tangent) / (1 + tangent * tangent)
        let sine = 2 * tangent / (1 + tangent * tangent)
        let slant = 0.12 + 0.2 * chance.bell()
        let narrow = chance.uniform(0.6...1.05)
        xAxis = Point(cosine, sine) * narrow
        yAxis = Point(-sine, cosine) - slant * Point(cosine, sine)
        wobble = (0..<5).map { _ in chance.bellPoint() * Point(0.22, 0.18) }
        tremor = chance.uniform(0.01...0.04)
        size = chance.uniform(16.5...20.5)
        middle = Point(14, 14) + chance.bellPoint() * Point(0.9, 0.9)
    }

    /// The glyph's strokes as lines of points, in pixels.
    func draw(_ glyph: HandDrawnDigits.Glyph, _ chance: inout Chance) -> [[Point]] {
        let bent = glyph.map { stroke -> [Point] in
            var previous: (plain: Point, drawn: Point)?
            let points = stroke.map { point -> Point in
                // A corner is a point given twice: both move together.
                if let previous, previous.plain == point { return previous.drawn }
                let drawn = bend(point - 0.5) + chance.bellPoint() * tremor
                previous = (point, drawn)
                return drawn
            }
            return smooth(points)
        }
        return fit(bent)
    }

    private func bend(_ point: Point) -> Point {
        let (x, y) = (point.x, point.y)
        let powers = [x * x, x * y, y * y, x * x * y, y * y * y * 2]
        let moved = zip(wobble, powers).reduce(point) { $0 + $1.0 * $1.1 }
        return moved.x * xAxis + moved.y * yAxis
    }

    /// A Catmull-Rom spline through the points, as short lines.
    private func smooth(_ points: [Point]) -> [Point] {
        let steps = 6
        var line: [Point] = []
        for index in points.indices.dropLast() {
            let (from, to) = (points[index], points[index + 1])
            if from == to { continue }
            let before = index > 0 ? points[index - 1] : from
            let after = index + 2 < points.count ? points[index + 2] : to
            for step in 0..<steps {
                let t = Double(step) / Double(steps)
                let linear = (to - before) * t
                let square = (2 * before - 5 * from + 4 * to - after) * (t * t)
                let cube = (3 * from - before - 3 * to + after) * (t * t * t)
                line.append(from + 0.5 * (linear + square + cube))
            }
        }
        if let last = points.last { line.append(last) }
        return line
    }

    /// Scales so that the longer side has the hand's size, and puts the middle in its place.
    private func fit(_ strokes: [[Point]]) -> [[Point]] {
        let points = strokes.joined()
        guard let first = points.first else { return strokes }
        let low = points.reduce(first) { pointwiseMin($0, $1) }
        let high = points.reduce(first) { pointwiseMax($0, $1) }
        let scale = size / max((high - low).max(), 0.1)
        return strokes.map { $0.map { ($0 - 0.5 * (low + high)) * scale + middle } }
    }
}
