import GREDClassifiers
import LibTorch

/// How many images are attacked or inspected at once: it changes no figure, only the memory that it
/// takes.
public enum BatchSize {
    /// More of a small classifier's images make a pass no faster.
    static let most = 128
    /// What the passes of one batch may keep.
    static let bytes = 2 << 30

    /// What batches a classifier takes.
    static func accepted(by classifier: any Classifier) -> ClosedRange<Int> {
        (classifier as? ProgramClassifier)?.program.batchSizes ?? 1...Int.max
    }

    /// The largest power of two of at most 128 whose passes, forward and back, keep to 2 GiB, and that
    /// an exported program takes.
    public static func fitting(_ classifier: any Classifier) throws -> Int {
        let accepted = accepted(by: classifier)
        // A gradient for each value that is kept.
        let each = 2 * max(try classifier.bytesPerImage() ?? 0, 1)
        let room = min(most, max(bytes / each, 1))
        var size = 1
        while size * 2 <= room { size *= 2 }
        return min(max(size, accepted.lowerBound, 1), accepted.upperBound)
    }
}
