import Foundation
import GRED
import GREDImages
import LibTorch

extension Guard {
    /// The log-odds of every image of a set, which is read in batches.
    func scores(of set: ImageSet, observer: any WorkObserver) throws -> [Float] {
        let started = Date()
        observer.begin("calibrating on \(set.name)", total: set.count, unit: "images")
        var scores: [Float] = []
        let batchSize = try BatchSize.fitting(classifier)
        for start in stride(from: 0, to: set.count, by: batchSize) {
            let end = min(start + batchSize, set.count)
            let images = try set.tensor(start..<end).to(classifier.device)
            scores += try inspect(images, recovery: .ofNone).verdicts.map(\.logOdds)
            try observer.advance(to: end, note: "")
        }
        observer.finish(
            String(
                format: "calibrated on %@: %d clean images, %.1f s", set.name, set.count,
                Date().timeIntervalSince(started)))
        return scores
    }
}
