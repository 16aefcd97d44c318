import LibTorch

/// The images that an attack turned, and what they were before, in memory. Where both have 8 bits they are kept
/// as bytes: a quarter of it.
package struct TurnedImages {
    /// Of bytes, or in 0…1 like ``adversarial``, `[N, C, H, W]`.
    package var originals: Tensor
    /// Of bytes, or in 0…1 where they are not rounded, `[N, C, H, W]`.
    package var adversarial: Tensor
    /// The true labels, `[N]`.
    package var labels: [Int]
    /// Where the originals stood among the images that were attacked, `[N]`.
    package var places: [Int]

    package var count: Int { labels.count }

    init(originals: Tensor, adversarial: Tensor, labels: [Int], places: [Int]) {
        self.originals = originals
        self.adversarial = adversarial
        self.labels = labels
        self.places = places
    }

    /// The survivors of an attack.
    package init(_ record: AttackRecord) throws {
        let survivors = record.survivors
        originals = try record.originals.rows(survivors).toBytes()
        adversarial = try record.rounded.rows(survivors).toBytes()
        labels = survivors.map { record.labels[$0] }
        places = survivors
    }

    /// Several, one after another; there must be at least one.
    package init(joining parts: [TurnedImages]) throws {
        originals = try .concatenated(parts.map(\.originals))
        adversarial = try .concatenated(parts.map(\.adversarial))
        labels = parts.flatMap(\.labels)
        places = parts.flatMap(\.places)
    }

    private func picked(_ rows: [Int]) throws -> TurnedImages {
        TurnedImages(
            originals: try originals.rows(rows), adversarial: try adversarial.rows(rows),
            labels: rows.map { labels[$0] }, places: rows.map { places[$0] })
    }

    /// Every n-th of the images that were attacked in one part, the others in the other: what several
    /// attacks made of an image is in the same part.
    func parted(every n: Int) throws -> (rest: TurnedImages, part: TurnedImages) {
        let (rest, part) = Self.parting(places, every: n)
        return (try picked(rest), try picked(part))
    }

    /// The rows of either part.
    static func parting(_ places: [Int], every n: Int) -> (rest: [Int], part: [Int]) {
        let isPart = places.map { $0 % n == n - 1 }
        return (isPart.indices.filter { !isPart[$0] }, isPart.indices.filter { isPart[$0] })
    }
}

extension Tensor {
    /// Images of 8 bits in 0…1 as bytes; nothing is lost.
    package func toBytes() throws -> Tensor { try (self * 255).round().to(.uint8) }

    /// Bytes as images in 0…1; what is in 0…1 already stays.
    package func toUnit() throws -> Tensor { dtype == .uint8 ? try to(.float32) / 255 : self }
}
