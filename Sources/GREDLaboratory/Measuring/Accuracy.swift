import GREDCharts
import GREDClassifiers
import GREDImages
import LibTorch

/// How often a classifier is right.
public enum Accuracy {
    /// Over all images of a set.
    public static func of(_ classifier: any Classifier, on set: ImageSet, batchSize: Int = 256)
        throws -> Proportion
    {
        var right = 0
        for start in stride(from: 0, to: set.count, by: batchSize) {
            let range = start..<min(start + batchSize, set.count)
            let labels = try classifier.predictions(
                for: set.tensor(range).to(classifier.device)
            ).ints()
            right += range.filter { labels[$0 - start] == set.labels[$0] }.count
        }
        return Proportion(successes: right, of: set.count)
    }
}
