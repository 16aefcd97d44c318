import LibTorch

/// The images that an attack turned, and what they were before. Where both have 8 bits they are kept as
/// bytes: a quarter of the memory.
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

    private init(rows: [Int], of all: TurnedImages) throws {
        originals = try all.originals.rows(rows)
        adversarial = try all.adversarial.rows(rows)
        labels = rows.map { all.labels[$0] }
        places = rows.map { all.places[$0] }
    }

    /// Every n-th of the images that were attacked in one part, the others in the other: what several
    /// attacks made of an image is in the same part.
    func parted(every n: Int) throws -> (rest: TurnedImages, part: TurnedImages) {
        let isPart = places.map { $0 % n == n - 1 }
        return (
            try TurnedImages(rows: isPart.indices.filter { !isPart[$0] }, of: self),
            try TurnedImages(rows: isPart.indices.filter { isPart[$0] }, of: self)
        )
    }
}

extension Tensor {
    /// Images of 8 bits in 0…1 as bytes; nothing is lost.
    package func toBytes() throws -> Tensor { try (self * 255).round().to(.uint8) }

    /// Bytes as images in 0…1; what is in 0…1 already stays.
    package func toUnit() throws -> Tensor { dtype == .uint8 ? try to(.float32) / 255 : self }
}
