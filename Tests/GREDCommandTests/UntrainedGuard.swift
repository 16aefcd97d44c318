import Foundation
import GRED
import GREDClassifiers
import GREDImages
import LibTorch

/// Networks with fresh weights: enough for everything but figures, and made in no time.
enum Untrained {
    static func classifier(
        shape: ImageShape = ImageShape(channels: 1, height: 28, width: 28), classes: Int = 10,
        seed: UInt64 = 1
    ) throws -> NetworkClassifier {
        try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: 1.0 / 32), inputShape: shape,
                classNames: (0..<classes).map(String.init)), seed: seed)
    }

    /// Writes a bundle for images of 1×28×28, or of 3×28×28.
    /// - Parameter flagsAll: whether every image or none is flagged; nil leaves that to chance.
    static func writeBundle(
        to folder: URL, channels: Int = 1, flagsAll: Bool? = nil
    ) throws {
        let classifier = try classifier(
            shape: ImageShape(channels: channels, height: 28, width: 28))
        func detector(_ reading: Detector.Reading, seed: UInt64) throws -> Detector {
            try Detector(
                Detector.Description(
                    reading: reading, architecture: Architecture(.vgg11, width: 1.0 / 32),
                    imageShape: classifier.inputShape,
                    standardisation: .identity(planes: reading.planes(channels: channels))),
                seed: seed)
        }
        let sentry = try Guard(
            classifier: classifier,
            detection: .paper(
                org: detector(.image, seed: 2), sen: detector(.sensitivity(.logarithmic), seed: 3)),
            threshold: flagsAll.map { flagsAll in
                try Threshold(
                    falsePositiveRate: 0.5, over: Array(repeating: flagsAll ? -1e6 : 1e6, count: 9))
            } ?? .evenOdds,
            rectifier: Rectifier(
                network: self.classifier(shape: classifier.inputShape, seed: 4),
                masking: RandomisedMasking(alpha: 0.2), copies: 2))
        try GuardBundle.write(sentry, training: [], madeBy: "test", to: folder)
    }
}
