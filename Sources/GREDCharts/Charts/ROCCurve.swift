import Foundation

extension ROCChart {
    /// A detector's receiver operating characteristic.
    public struct Curve: Hashable, Sendable {
        /// What the legend calls the curve, before its AUROC.
        public var name: String
        /// False-positive rate (x) and true-positive rate (y), both in 0…1, in any order. (0, 0)
        /// and (1, 1) belong to every curve and may be left out.
        public var points: [Point]
        /// The area under the curve for the legend; nil: by the trapezoidal rule from `points`.
        public var auroc: Double?

        /// - Parameters:
        ///   - points: false-positive rate (x) and true-positive rate (y), in any order.
        ///   - auroc: the area where it is known more exactly than from `points`.
        public init(_ name: String, points: [Point], auroc: Double? = nil) {
            self.name = name
            self.points = points
            self.auroc = auroc
        }
    }
}

/// A curve made ready to draw: ascending, with both ends, only real rates.
struct RatePath {
    let points: [(Double, Double)]

    /// Nil when there is no point to draw.
    init?(_ curve: ROCChart.Curve) {
        let real = curve.points.filter { (0...1).contains($0.x) && (0...1).contains($0.y) }
        guard !real.isEmpty else { return nil }
        let ascending = real.map { ($0.x, $0.y) }.sorted { $0 < $1 }
        points = [(0, 0)] + ascending + [(1, 1)]
    }

    /// The area under the curve by the trapezoidal rule.
    var area: Double {
        zip(points, points.dropFirst()).reduce(0) { sum, pair in
            sum + (pair.1.0 - pair.0.0) * (pair.1.1 + pair.0.1) / 2
        }
    }

    /// The highest true-positive rate reached at a false-positive rate, linear between points.
    func truePositives(at rate: Double) -> Double {
        let last = points.lastIndex { $0.0 <= rate } ?? 0
        guard last + 1 < points.count else { return points[last].1 }
        let ((x0, y0), (x1, y1)) = (points[last], points[last + 1])
        return y0 + (y1 - y0) * (rate - x0) / (x1 - x0)
    }

    /// The curve from `floor` to 1 for a logarithmic axis. A straight piece is a bent one there, so
    /// places between the points are filled in.
    func logarithmic(from floor: Double) -> [(Double, Double)] {
        let start = Foundation.log10(floor)
        let between = (0...120).map { pow(10, start * (1 - Double($0) / 120)) }
        let filled = between.map { ($0, truePositives(at: $0)) }
        let own = points.filter { $0.0 >= floor }
        return (filled + own).sorted { $0 < $1 }
    }
}
