import GREDCharts
import GREDClassifiers
import LibTorch

/// The generalised distance of Eq. 5 to the nearest hyperplane of the last layer.
struct GeneralisedDistance {
    /// ‖w_m − w_n‖ for each pair of classes, `[L, L]`, with 1 where they are the same.
    private let spans: Tensor

    /// Nil for a classifier whose last layer is not linear.
    init?(_ classifier: any TunableClassifier) throws {
        let count = classifier.classCount
        // The last matrix with a row a class; convolutions have four dimensions.
        guard
            let weights = classifier.network.parameters.last(where: {
                $0.value.rank == 2 && $0.value.shape[0] == count
            })?.value
        else { return nil }
        let rows = try weights.detached().to(.float32)
        let spans = try (rows.unsqueezed(1) - rows.unsqueezed(0)).norm([2])
        let same = try Tensor((0..<count).map { $0 }).to(rows.device).oneHot(classes: count)
        self.spans = try spans + same.to(.float32)
    }

    /// Of each image, `[N]`: for its label m the least over n of |a_m − a_n| / ‖w_m − w_n‖; the layer's
    /// bias, which the paper leaves out, is part of a.
    func of(logits: Tensor) throws -> Tensor {
        let own = try logits.argmax(1)
        let leads = try logits.picked(own).unsqueezed(1) - logits.replacing(own, with: -.infinity)
        return try (leads / spans.rows(own.ints())).minimum(over: [1])
    }
}

/// How far two rankings agree.
enum RankCorrelation {
    /// Spearman's ρ in −1…1: the correlation of ranks, equals sharing the mean of theirs; not a number
    /// where one ranks nothing.
    static func spearman(_ a: [Float], _ b: [Float]) -> Double {
        let (x, y) = (ranks(a), ranks(b))
        let mean = Double(x.count + 1) / 2
        let products = zip(x, y).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
        func square(_ ranks: [Double]) -> Double {
            ranks.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        }
        return products / (square(x) * square(y)).squareRoot()
    }

    static func ranks(_ values: [Float]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var result = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
            for place in start...end { result[order[place]] = Double(start + end) / 2 + 1 }
            start = end + 1
        }
        return result
    }
}
