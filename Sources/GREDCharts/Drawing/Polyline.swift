/// Thins a polyline out (Ramer 1972; Douglas and Peucker 1973): what remains is nowhere further
/// than `tolerance` pixels from what was there. A measured curve of 10,000 points becomes one of a
/// few hundred.
enum Polyline {
    static func simplified(
        _ points: [(Double, Double)], tolerance: Double = 0.3
    ) -> [(Double, Double)] {
        guard points.count > 2 else { return points }
        var keep = Array(repeating: false, count: points.count)
        keep[0] = true
        keep[points.count - 1] = true
        // A stack rather than recursion: a long curve must not exhaust the thread's.
        var pieces = [(0, points.count - 1)]
        while let (first, last) = pieces.popLast() {
            guard last - first > 1 else { continue }
            var (farthest, index) = (0.0, first)
            for candidate in (first + 1)..<last {
                let distance = distance(points[candidate], points[first], points[last])
                if distance > farthest { (farthest, index) = (distance, candidate) }
            }
            guard farthest > tolerance else { continue }
            keep[index] = true
            pieces += [(first, index), (index, last)]
        }
        return points.indices.filter { keep[$0] }.map { points[$0] }
    }

    /// From a point to the segment a–b.
    private static func distance(
        _ point: (Double, Double), _ a: (Double, Double), _ b: (Double, Double)
    ) -> Double {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1)
        let square = dx * dx + dy * dy
        let along = square > 0 ? ((point.0 - a.0) * dx + (point.1 - a.1) * dy) / square : 0
        let t = min(1, max(0, along))
        let (ex, ey) = (point.0 - a.0 - t * dx, point.1 - a.1 - t * dy)
        return (ex * ex + ey * ey).squareRoot()
    }
}
