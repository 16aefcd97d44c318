import GREDAttacks
import LibTorch

/// What an attack on a series of images took, and how it got on.
public struct AttackCost: Sendable, Hashable {
    /// The passes forward of each image, those that judged it among them.
    public var forward: [Int]
    /// The passes back of each image.
    public var backward: [Int]
    /// How long the search took: what was read from the store took none.
    public var seconds: Double
    /// When each image got nearer: those of the first image, of the second, and so on.
    public var improvements: [AttackMeter.Improvement]

    init(_ meter: AttackMeter, seconds: Double) {
        forward = meter.forward
        backward = meter.backward
        improvements = meter.improvements.enumerated().sorted {
            ($0.element.image, $0.offset) < ($1.element.image, $1.offset)
        }.map(\.element)
        self.seconds = seconds
    }

    /// Several series, one after another.
    init(joining parts: [AttackCost]) {
        forward = parts.flatMap(\.forward)
        backward = parts.flatMap(\.backward)
        seconds = parts.map(\.seconds).reduce(0, +)
        improvements = []
        var first = 0
        for part in parts {
            improvements += part.improvements.map {
                AttackMeter.Improvement(image: first + $0.image, passes: $0.passes, norm: $0.norm)
            }
            first += part.forward.count
        }
    }

    // MARK: As tensors

    /// For a file: by the names that ``init(tensors:)`` asks for. Those of several series, joined
    /// along their first dimension, are those of the series one after another.
    func tensors() throws -> [(String, Tensor)] {
        var counts = [Int](repeating: 0, count: forward.count)
        for improvement in improvements { counts[improvement.image] += 1 }
        return [
            ("forward_passes", try Tensor(forward)), ("backward_passes", try Tensor(backward)),
            ("seconds", try Tensor([seconds])), ("improvements", try Tensor(counts)),
            ("improved_passes", try Tensor(improvements.map(\.passes))),
            ("improved_norm", try Tensor(improvements.map(\.norm))),
        ]
    }

    init(tensors: (String) throws -> Tensor) throws {
        forward = try tensors("forward_passes").ints()
        backward = try tensors("backward_passes").ints()
        seconds = try tensors("seconds").doubles().reduce(0, +)
        let images = try tensors("improvements").ints().enumerated().flatMap { image, count in
            [Int](repeating: image, count: max(count, 0))
        }
        let passes = try tensors("improved_passes").ints()
        let norms = try tensors("improved_norm").floats()
        improvements = zip(zip(images, passes), norms).map {
            AttackMeter.Improvement(image: $0.0, passes: $0.1, norm: $1)
        }
    }

    // MARK: Figures

    /// The median over all images of the shortest adversarial perturbation after so many passes
    /// forward, for passes from 1 on; it begins where half the images have one.
    public func medianNorms() -> [(passes: Int, norm: Double)] {
        var best = [Float](repeating: .infinity, count: forward.count)
        var result: [(passes: Int, norm: Double)] = []
        let byPasses = Dictionary(grouping: improvements, by: \.passes)
        for passes in byPasses.keys.sorted() {
            for improvement in byPasses[passes]! {
                best[improvement.image] = min(best[improvement.image], improvement.norm)
            }
            if let median = Statistics.median(best), median.isFinite {
                result.append((passes, Double(median)))
            }
        }
        return result
    }
}
