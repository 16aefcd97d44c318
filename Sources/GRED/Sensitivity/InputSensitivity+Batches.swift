import GREDClassifiers
import LibTorch

extension Classifier {
    /// The input sensitivity of more images than should pass at once.
    /// - Parameter progress: told after each batch how many images are done; what it throws ends
    ///   the work.
    public func inputSensitivity(
        ofMany images: Tensor, batchSize: Int = 256, progress: (Int) throws -> Void = { _ in }
    ) throws -> InputSensitivity {
        let count = images.shape[0]
        let parts = try stride(from: 0, to: count, by: batchSize).map { start in
            let end = min(start + batchSize, count)
            let part = try inputSensitivity(of: images.sliced(start..<end))
            try progress(end)
            return part
        }
        guard parts.count > 1 else { return try parts.first ?? inputSensitivity(of: images) }
        return try InputSensitivity(joining: parts)
    }
}

extension InputSensitivity {
    init(joining parts: [InputSensitivity]) throws {
        gradient = try .concatenated(parts.map(\.gradient))
        map = try .concatenated(parts.map(\.map))
        logScale = try .concatenated(parts.map(\.logScale))
        labels = try .concatenated(parts.map(\.labels))
        margin = try .concatenated(parts.map(\.margin))
        logits = try .concatenated(parts.map(\.logits))
    }

    /// The sensitivities of some of the images.
    public func rows(_ indices: [Int]) throws -> InputSensitivity {
        try InputSensitivity(rows: indices, of: self)
    }

    private init(rows indices: [Int], of all: InputSensitivity) throws {
        gradient = try all.gradient.rows(indices)
        map = try all.map.rows(indices)
        logScale = try all.logScale.rows(indices)
        labels = try all.labels.rows(indices)
        margin = try all.margin.rows(indices)
        logits = try all.logits.rows(indices)
    }
}
