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

    /// The lower and the upper 95% bound of ``auroc``: the areas less than 1.96 of their own standard
    /// deviations from it (Newcombe 2006, method 5).
    ///
    /// As Wilson's interval of a share does, it leaves something open where every pair is in order.
    public var aurocInterval: [Double] {
        let area = auroc
        return [lowerBound(of: area), 1 - lowerBound(of: 1 - area)]
    }

    /// The least area of which another one is less than 1.96 deviations away; NaN for NaN.
    private func lowerBound(of area: Double) -> Double {
        guard area > 0 else { return area }
        var (below, above) = (0.0, area)
        // Sixty halvings are all that a Double holds.
        for _ in 0..<60 {
            let middle = (below + above) / 2
            let reach = 1.959_963_984_540_054 * variance(at: middle).squareRoot()
            if area - middle > reach { below = middle } else { above = middle }
        }
        return above
    }

    /// Of an area that is found where this one is the true one: Hanley and McNeil's (1982), with the mean
    /// of both numbers of images in place of each.
    private func variance(at area: Double) -> Double {
        let others = Double(clean.count + adversarial.count) / 2 - 1
        return area * (1 - area)
            * (1 + others * ((1 - area) / (2 - area) + area / (1 + area)))
            / (Double(clean.count) * Double(adversarial.count))
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
