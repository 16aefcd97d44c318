/// How well a score tells adversarial images from clean ones, over all thresholds.
public struct ROC: Sendable {
    /// Scores of clean images, ascending.
    let clean: [Float]
    /// Scores of adversarial images, ascending.
    let adversarial: [Float]

    /// - Parameters: scores that are higher for images thought adversarial; not NaN.
    public init(clean: [Float], adversarial: [Float]) {
        self.clean = clean.sorted()
        self.adversarial = adversarial.sorted()
    }

    /// The probability that an adversarial image scores above a clean one; ties count half.
    public var auroc: Double {
        guard !clean.isEmpty, !adversarial.isEmpty else { return .nan }
        var below = 0
        var upTo = 0
        var sum = 0.0
        for score in adversarial {
            while below < clean.count && clean[below] < score { below += 1 }
            upTo = max(upTo, below)
            while upTo < clean.count && clean[upTo] <= score { upTo += 1 }
            sum += Double(below) + Double(upTo - below) / 2
        }
        return sum / (Double(clean.count) * Double(adversarial.count))
    }

    /// The lower and the upper 95% bound of ``auroc`` (Hanley and McNeil 1982); a point where every pair
    /// is in order.
    public var aurocInterval: [Double] {
        let (area, n, m) = (auroc, Double(adversarial.count), Double(clean.count))
        guard n > 0, m > 0 else { return [.nan, .nan] }
        let (one, other) = (area / (2 - area), 2 * area * area / (1 + area))
        let variance =
            (area * (1 - area) + (n - 1) * (one - area * area) + (m - 1) * (other - area * area))
            / (n * m)
        let reach = 1.959_963_984_540_054 * max(variance, 0).squareRoot()
        return [max(area - reach, 0), min(area + reach, 1)]
    }

    /// The curve's corners, from (0, 0) to (1, 1).
    public var points: [(falsePositiveRate: Double, truePositiveRate: Double)] {
        var points: [(Double, Double)] = [(0, 0)]
        var (c, a) = (clean.count - 1, adversarial.count - 1)
        while c >= 0 || a >= 0 {
            let score = max(c >= 0 ? clean[c] : -.infinity, a >= 0 ? adversarial[a] : -.infinity)
            while c >= 0 && clean[c] >= score { c -= 1 }
            while a >= 0 && adversarial[a] >= score { a -= 1 }
            points.append(
                (
                    Double(clean.count - 1 - c) / Double(max(clean.count, 1)),
                    Double(adversarial.count - 1 - a) / Double(max(adversarial.count, 1))
                ))
        }
        return points
    }

    /// The least threshold that at most a share `rate` of `scores` lies strictly above.
    public static func threshold(falsePositiveRate rate: Double, over scores: [Float]) -> Float {
        let sorted = scores.sorted(by: >)
        let allowed = Int((rate * Double(sorted.count)).rounded(.down))
        return allowed < sorted.count ? sorted[allowed] : -.infinity
    }
}
