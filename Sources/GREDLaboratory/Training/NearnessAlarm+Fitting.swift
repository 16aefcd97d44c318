import Foundation
import GRED
import GREDClassifiers
import GREDImages

extension NearnessAlarm {
    /// Fits an alarm to a detector.
    /// - Parameter clean: images that the detector was not trained on, the classifier's mistakes among them.
    /// - Returns: nil where there are too few, or they are too much alike, which is said.
    init?(
        for detector: UniversalDetector, on clean: ImageSet, in classifier: any Classifier,
        observer: any WorkObserver
    ) throws {
        guard clean.count >= Self.leastImages else {
            observer.say(
                "the detector has no alarm of nearness: \(clean.count) images of \(clean.name) are too few, which takes \(Self.leastImages)"
            )
            return nil
        }
        let started = Date()
        observer.begin("fitting the alarm to \(clean.name)", total: clean.count, unit: "images")
        var logOdds: [Float] = []
        var logDistances: [Float] = []
        let batchSize = try BatchSize.fitting(classifier)
        for start in stride(from: 0, to: clean.count, by: batchSize) {
            let end = min(start + batchSize, clean.count)
            let images = try clean.tensor(start..<end).to(classifier.device)
            let reading = try detector.read(
                images, sensitivity: classifier.inputSensitivity(of: images), in: classifier,
                key: .published)
            logOdds += try detector.judge(reading).logit.floats()
            logDistances += try reading.logDistance().floats()
            try observer.advance(to: end, note: "")
        }
        observer.finish(
            String(
                format: "fitted the alarm to %d clean images, %.1f s", clean.count,
                Date().timeIntervalSince(started)))
        guard let fitted = NearnessAlarm(logOdds: logOdds, logDistances: logDistances) else {
            observer.say(
                "the detector has no alarm of nearness: the rarest of \(clean.name) are all alike")
            return nil
        }
        self = fitted
    }
}
