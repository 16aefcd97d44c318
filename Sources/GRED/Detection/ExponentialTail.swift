import Foundation

/// How rare a high score is among clean images: beyond the highest twentieth of them the share that exceeds a
/// score is taken to fall exponentially, so that also a score which no clean image had has a rarity.
package struct ExponentialTail {
    /// One clean image in so many lies in the tail.
    private static let part = 20
    /// So many in the tail tell its length within a third.
    package static let leastImages = 10 * part

    /// Where the tail begins.
    let start: Float
    /// By how much those in the tail exceed ``start`` on average.
    let mean: Float

    /// - Parameter clean: the scores of clean images.
    /// - Returns: nil for fewer than ``leastImages``, or where all in the tail have one score.
    package init?(over clean: [Float]) {
        let sorted = clean.filter(\.isFinite).sorted()
        guard sorted.count >= Self.leastImages else { return nil }
        let tail = sorted.suffix(sorted.count / Self.part)
        start = sorted[tail.startIndex - 1]
        mean = tail.reduce(0) { $0 + ($1 - sorted[tail.startIndex - 1]) } / Float(tail.count)
        guard mean > 0 else { return nil }
    }

    /// -ln of the share of clean images that exceed a score.
    package func surprise(_ score: Float) -> Float {
        log(Float(Self.part)) + (score - start) / mean
    }
}
