import Foundation
import GRED
import GREDImages
import LibTorch

extension Guard {
    /// The log-odds of every image of a set, in several renditions: under this key and others, since whoever
    /// deploys the guard has another one, and mirrored where photographs may be.
    ///
    /// Which images are above a threshold that one in a hundred exceeds is to a good part chance; measured on
    /// CIFAR-10, thresholds from one rendition of 2,000 images flagged 0.9% to 1.8% of the test images, and one
    /// from four of each 1.3%.
    func renditions(
        of set: ImageSet, mirrored: Bool, observer: any WorkObserver
    ) throws -> [[Float]] {
        let started = Date()
        let sides = mirrored ? [false, true] : [false]
        // Keys change the noise of a detector's copies, and nothing else that it reads.
        let keys = detection.noiseStrengths > 0 ? 4 / sides.count : 1
        let renditions = (0..<keys).flatMap { key in sides.map { (key, $0) } }
        observer.begin(
            "calibrating on \(set.name)", total: set.count * renditions.count, unit: "images")
        let batchSize = try BatchSize.fitting(classifier)
        let scores = try renditions.enumerated().map { number, rendition in
            let (key, isMirrored) = rendition
            let sentry = key == 0 ? self : with(GuardKey("calibration \(key)"), threshold)
            return try sentry.scores(of: set, batchSize: batchSize) { images, range in
                try observer.advance(to: number * set.count + range.upperBound, note: "")
                return try isMirrored ? images.flipped([3]) : images
            }
        }
        observer.finish(
            String(
                format: "calibrated on %@: %d clean images, %d renditions of each, %.1f s",
                set.name, set.count, renditions.count, Date().timeIntervalSince(started)))
        return scores
    }

    /// The log-odds of every image of a set after each of some harmless changes.
    func scores(
        of set: ImageSet, changedBy changes: [Corruption], seed: UInt64,
        observer: any WorkObserver
    ) throws -> [[Float]] {
        let started = Date()
        observer.begin(
            "calibrating on harmless changes of \(set.name)", total: set.count * changes.count,
            unit: "images")
        let batchSize = try BatchSize.fitting(classifier)
        let scores = try changes.enumerated().map { number, change in
            try self.scores(of: set, batchSize: batchSize) { images, range in
                try observer.advance(to: number * set.count + range.upperBound, note: "")
                var streams = range.map {
                    RandomStream(seed: seed, purpose: "calibration, changed", index: $0)
                }
                return try change.applied(to: images, streams: &streams)
            }
        }
        observer.finish(
            String(
                format: "calibrated on %d harmless changes of %@, %.1f s",
                changes.count, set.name, Date().timeIntervalSince(started)))
        return scores
    }

    private func scores(
        of set: ImageSet, batchSize: Int, changed: (Tensor, Range<Int>) throws -> Tensor
    ) throws -> [Float] {
        var scores: [Float] = []
        for start in stride(from: 0, to: set.count, by: batchSize) {
            let range = start..<min(start + batchSize, set.count)
            scores += try inspect(changed(set.tensor(range), range), recovery: .ofNone)
                .verdicts.map(\.logOdds)
        }
        return scores
    }

    /// The same guard under another key and threshold.
    func with(_ key: GuardKey, _ threshold: Threshold) -> Guard {
        Guard(
            classifier: classifier, detection: detection, threshold: threshold,
            rectifier: rectifier, chooser: chooser, key: key)
    }
}
