import Foundation
import GRED
import GREDClassifiers
import GREDImages
import LibTorch

/// Whether a classifier was trained on the images that are to guard it.
///
/// It is surer of what it was trained on, so that a threshold from such images flags far more of others
/// than was asked for: on CIFAR-10 a rate of 1% on the training images was one of 8% on new ones.
struct Familiarity {
    /// How often an image of the guard's is one that the classifier is surer of than a test image: 0.5
    /// where both are as new to it.
    let area: Double
    /// The 95% bounds of ``area``.
    let bounds: [Double]
    /// The classifier's accuracy on the guard's images and on test images.
    let accuracies: (guarding: Double, test: Double)

    /// Images of each set that are looked at.
    private static let most = 1_000

    /// Compares up to a thousand images of each.
    init(of classifier: any Classifier, guarding: ImageSet, test: ImageSet) throws {
        try classifier.checkTakes(guarding)
        try classifier.checkTakes(test)
        let (ours, theirs) = (
            try Self.look(classifier, guarding.prefix(Self.most)),
            try Self.look(classifier, test.prefix(Self.most))
        )
        // ℓ is the lower the surer the classifier is.
        let roc = ROC(clean: ours.logScales, adversarial: theirs.logScales)
        area = roc.auroc
        bounds = roc.aurocInterval
        accuracies = (ours.accuracy, theirs.accuracy)
    }

    /// A sentence where the difference is more than chance and more than a trifle; nil otherwise.
    var warning: String? {
        guard let lower = bounds.first, lower > 0.5, area > 0.53 else { return nil }
        return String(
            format:
                "The classifier is surer of the images that are to guard it than of test images (in %.0f%% of pairs; accuracy %.3f and %.3f), as if it had been trained on them. Then more clean images will be flagged than asked for: give images that it was not trained on.",
            area * 100, accuracies.guarding, accuracies.test)
    }

    /// The warning where there is one, kept in the store: whoever trains a guard, describes it and measures
    /// it asks for the same.
    static func warnings(
        of classifier: any TunableClassifier, guarding: ImageSet, test: ImageSet, bench: Workbench
    ) throws -> [String] {
        let (guarding, test) = (guarding.prefix(most), test.prefix(most))
        let name = "warnings.json"
        return try bench.result(
            of: "familiarity",
            Configuration(
                classifier: classifier.contentHash(), guarding: guarding.contentHash,
                test: test.contentHash),
            make: { folder in
                let warning = try Familiarity(of: classifier, guarding: guarding, test: test)
                    .warning
                try AtomicFile.write(
                    JSONEncoder().encode([warning].compactMap { $0 }),
                    to: folder.appending(component: name))
            },
            read: {
                try JSONDecoder().decode(
                    [String].self, from: Data(contentsOf: $0.appending(component: name)))
            })
    }

    private struct Configuration: Encodable {
        var version = 1
        var classifier: String
        var guarding: String
        var test: String
    }

    private static func look(_ classifier: any Classifier, _ set: ImageSet) throws -> (
        logScales: [Float], accuracy: Double
    ) {
        var logScales: [Float] = []
        var isRight: [Bool] = []
        for start in stride(from: 0, to: set.count, by: 256) {
            let range = start..<min(start + 256, set.count)
            let logits = try classifier.logits(of: set.tensor(range).to(classifier.device))
            let labels = try logits.argmax(1)
            logScales += try (-logits.margin(of: labels).softplus()).floats()
            isRight += zip(try labels.ints(), set.labels[range]).map { $0 == $1 }
        }
        return (logScales, Statistics.share(isRight))
    }
}
