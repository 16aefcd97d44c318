/// A pen: how lines become ink.
struct Pen {
    /// Half the width of a stroke at its beginning and at its end, in pixels.
    private let radii: ClosedRange<Double>
    private let thinsOut: Bool
    /// The width of the soft edge, in pixels.
    private let softness: Double
    /// The brightest value, 0…255.
    private let brightness: Double

    /// Draws a pen by chance.
    init(_ chance: inout Chance) {
        let radius = chance.uniform(0.75...1.75)
        let change = chance.uniform(0...0.35) * radius
        radii = (radius - change / 2)...(radius + change / 2)
        thinsOut = chance.unit() < 0.5
        softness = chance.uniform(0.9...1.6)
        brightness = chance.uniform(235...255)
    }

    /// The `[28, 28]` values of strokes given in pixels.
    func ink(_ strokes: [[Point]]) -> [UInt8] {
        let (height, width) = (HandDrawnDigits.shape.height, HandDrawnDigits.shape.width)
        var depth = [Double](repeating: 0, count: height * width)
        for stroke in strokes {
            for index in stroke.indices.dropLast() {
                let way = Double(index) / Double(stroke.count)
                let radius =
                    radii.lowerBound
                    + (thinsOut ? 1 - way : way) * (radii.upperBound - radii.lowerBound)
                let (from, to) = (stroke[index], stroke[index + 1])
                let reach = radius + softness
                let columns = pixels(from.x, to.x, reach, width)
                for row in pixels(from.y, to.y, reach, height) {
                    for column in columns {
                        let distance = Self.distance(
                            of: Point(Double(column), Double(row)), from: from, to: to)
                        let ink = (radius + softness / 2 - distance) / softness
                        let place = row * width + column
                        depth[place] = max(depth[place], min(ink, 1))
                    }
                }
            }
        }
        // Smoothstep, so that edges look scanned.
        return depth.map { UInt8(brightness * $0 * $0 * (3 - 2 * $0) + 0.5) }
    }

    /// The rows or columns that ink between two coordinates can reach.
    private func pixels(_ a: Double, _ b: Double, _ reach: Double, _ size: Int) -> Range<Int> {
        let limit = Double(size)
        let low = Int(max(0, min(limit, min(a, b) - reach)))
        let high = Int(max(0, min(limit, max(a, b) + reach + 1)))
        return low..<max(low, high)
    }

    private static func distance(of point: Point, from: Point, to: Point) -> Double {
        let (line, offset) = (to - from, point - from)
        let length = (line * line).sum()
        let along = length > 0 ? max(0, min(1, (line * offset).sum() / length)) : 0
        let gap = offset - along * line
        return (gap * gap).sum().squareRoot()
    }
}
