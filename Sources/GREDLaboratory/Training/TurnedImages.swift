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

    package var count: Int { labels.count }

    init(originals: Tensor, adversarial: Tensor, labels: [Int]) {
        self.originals = originals
        self.adversarial = adversarial
        self.labels = labels
    }

    /// The survivors of an attack.
    package init(_ record: AttackRecord) throws {
        let survivors = record.survivors
        originals = try record.originals.rows(survivors).toBytes()
        adversarial = try record.rounded.rows(survivors).toBytes()
        labels = survivors.map { record.labels[$0] }
    }

    /// Several, one after another; there must be at least one.
    package init(joining parts: [TurnedImages]) throws {
        originals = try .concatenated(parts.map(\.originals))
        adversarial = try .concatenated(parts.map(\.adversarial))
        labels = parts.flatMap(\.labels)
    }

    private init(rows places: [Int], of all: TurnedImages) throws {
        originals = try all.originals.rows(places)
        adversarial = try all.adversarial.rows(places)
        labels = places.map { all.labels[$0] }
    }

    /// Every n-th image in one part, the others in the other.
    func parted(every n: Int) throws -> (rest: TurnedImages, part: TurnedImages) {
        (
            try TurnedImages(rows: (0..<count).filter { $0 % n != n - 1 }, of: self),
            try TurnedImages(rows: (0..<count).filter { $0 % n == n - 1 }, of: self)
        )
    }
}

extension Tensor {
    /// Images of 8 bits in 0…1 as bytes; nothing is lost.
    package func toBytes() throws -> Tensor { try (self * 255).round().to(.uint8) }

    /// Bytes as images in 0…1; what is in 0…1 already stays.
    package func toUnit() throws -> Tensor { dtype == .uint8 ? try to(.float32) / 255 : self }
}
