import GREDClassifiers
import GREDImages
import LibTorch

/// A classifier that tells of every pass through it: progress, interruption and counting stay
/// outside the attacks.
struct WatchedClassifier: Classifier {
    let classifier: any Classifier
    /// Called before each pass with the number of images in it; throwing ends the attack.
    let onPass: (Int) throws -> Void

    var inputShape: ImageShape { classifier.inputShape }
    var classNames: [String] { classifier.classNames }
    var device: Device { classifier.device }

    func move(to device: Device) throws { try classifier.move(to: device) }

    func logits(of images: Tensor) throws -> Tensor {
        try onPass(images.shape[0])
        return try classifier.logits(of: images)
    }
}
