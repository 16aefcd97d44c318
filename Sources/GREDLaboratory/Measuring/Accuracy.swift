import GREDCharts
import GREDClassifiers
import GREDImages
import LibTorch

/// How often a classifier is right.
public enum Accuracy {
    /// Over all images of a set.
    public static func of(
        _ classifier: any Classifier, on set: ImageSet, batchSize: Int = 256,
        observer: any WorkObserver = SilentObserver()
    ) throws -> Proportion {
        observer.begin("classifying \(set.name)", total: set.count, unit: "images")
        var right = 0
        for start in stride(from: 0, to: set.count, by: batchSize) {
            let range = start..<min(start + batchSize, set.count)
            let labels = try classifier.predictions(
                for: set.tensor(range).to(classifier.device)
            ).ints()
            right += range.filter { labels[$0 - start] == set.labels[$0] }.count
            try observer.advance(to: range.upperBound, note: "")
        }
        let accuracy = Proportion(successes: right, of: set.count)
        observer.finish("classified \(set.name): \(set.count) images")
        return accuracy
    }
}
