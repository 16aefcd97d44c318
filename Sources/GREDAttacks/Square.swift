import Foundation
import GREDClassifiers
import LibTorch

/// The square attack in L∞ (Andriushchenko et al. 2020): a random search that asks for logits alone.
///
/// It starts from vertical stripes of ±ε and goes on with squares of ±ε at random places, ever smaller,
/// keeping what brings the goal nearer. An attack without gradients cannot be misled by ones that are
/// hidden: where it beats those with gradients, they were.
///
/// An image that has reached the goal is finished and leaves the batch.
public struct Square: Attack {
    public var name: String { "square" }
    public static let canTarget = true
    public static let isMinimumNorm = false

    /// The L∞ radius, for pixels in 0…1.
    public var epsilon: Double
    /// How often the classifier is asked about an image, at most.
    public var queries: Int
    /// The share of an image's pixels that the first squares cover; the paper's p.
    public var initialShare: Double

    /// Names all settings; the defaults are AutoAttack's.
    public init(epsilon: Double, queries: Int = 5_000, initialShare: Double = 0.8) {
        self.epsilon = epsilon
        self.queries = queries
        self.initialShare = initialShare
    }

    public var expectedPasses: Int { queries / 4 }
    public func withSteps(_ steps: Int) -> any Attack { with(\.queries, steps) }

    public var limits: [AttackSetting] {
        [
            AttackSetting("epsilon", epsilon, in: 0...1),
            AttackSetting("queries", queries, atLeast: 1),
            AttackSetting("initialShare", initialShare, in: 1e-6...1),
        ]
    }

    public func search(_ batch: AttackBatch) throws -> Tensor {
        let images = batch.images
        let shape = images.shape
        guard images.count > 0 else { return images }
        var streams = batch.seeds.indices.indices.map {
            batch.seeds.stream(at: $0, purpose: "square")
        }
        var result = try moved(images, by: stripes(shape, &streams).to(images.device))
        var lead = try batch.goal.lead(in: batch.logits(of: result)).floats()
        for query in 1..<max(queries, 1) {
            // NaN never leads: such an image is searched to the end.
            let open = lead.indices.filter { !(lead[$0] > 0) }
            guard !open.isEmpty else { break }
            let side = side(at: query, of: shape)
            let square = try square(side, shape, open, &streams, images.device)
            let searched = try batch.rows(open)
            let start = searched.images
            let tried = try moved(
                start, by: square.mask.choose(square.values, result.rows(open) - start))
            let found = try searched.goal.lead(in: searched.logits(of: tried)).floats()
            let better = open.indices.filter { found[$0] > lead[open[$0]] || lead[open[$0]].isNaN }
            guard !better.isEmpty else { continue }
            result = try result.replacingRows(better.map { open[$0] }, with: tried.rows(better))
            for place in better { lead[open[place]] = found[place] }
        }
        return result
    }

    private func moved(_ images: Tensor, by delta: Tensor) throws -> Tensor {
        try (images + delta.clamped(min: -epsilon, max: epsilon)).clamped(min: 0, max: 1)
    }

    /// ±ε for each column and channel, `[N, C, H, W]`.
    private func stripes(_ shape: [Int], _ streams: inout [RandomStream]) throws -> Tensor {
        let signs = streams.indices.flatMap { image in
            (0..<shape[1] * shape[3]).map { _ in sign(&streams[image]) }
        }
        return try Tensor(signs, shape: [shape[0], shape[1], 1, shape[3]]).expanded(shape)
    }

    /// A square of each image that is still searched: where it lies, and ±ε for each channel.
    private func square(
        _ side: Int, _ shape: [Int], _ open: [Int], _ streams: inout [RandomStream],
        _ device: Device
    ) throws -> (mask: Tensor, values: Tensor) {
        let (channels, height, width) = (shape[1], shape[2], shape[3])
        var rows = [Bool](repeating: false, count: open.count * height)
        var columns = [Bool](repeating: false, count: open.count * width)
        var signs: [Float] = []
        for (place, image) in open.enumerated() {
            let (tall, wide) = (min(side, height), min(side, width))
            let top = Int.random(in: 0...height - tall, using: &streams[image])
            let left = Int.random(in: 0...width - wide, using: &streams[image])
            for row in top..<top + tall { rows[place * height + row] = true }
            for column in left..<left + wide { columns[place * width + column] = true }
            for _ in 0..<channels { signs.append(sign(&streams[image])) }
        }
        let mask =
            try Tensor(rows, shape: [open.count, 1, height, 1])
            .& Tensor(columns, shape: [open.count, 1, 1, width])
        let all = [open.count, channels, height, width]
        return (
            try mask.expanded(all).to(device),
            try Tensor(signs, shape: [open.count, channels, 1, 1]).expanded(all).to(device)
        )
    }

    private func sign(_ stream: inout RandomStream) -> Float {
        Bool.random(using: &stream) ? Float(epsilon) : -Float(epsilon)
    }

    /// The squares' side in pixels: the share halves at the paper's moments, which are stretched
    /// from its 10,000 queries to as many as there are.
    private func side(at query: Int, of shape: [Int]) -> Int {
        let scaled = query * 10_000 / max(queries, 1)
        let halvings = [10, 50, 200, 500, 1_000, 2_000, 4_000, 6_000, 8_000]
            .filter { scaled > $0 }.count
        let share = initialShare / Double(1 << halvings)
        let side = (share * Double(shape[2] * shape[3])).squareRoot().rounded()
        return min(max(Int(side), 1), max(min(shape[2], shape[3]) - 1, 1))
    }
}
