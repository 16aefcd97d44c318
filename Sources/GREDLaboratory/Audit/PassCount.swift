import GREDClassifiers
import GREDImages
import LibTorch

/// What a search costs: passes of f, of its smooth copy and of the rectifier, which is a copy of f as well, for
/// all images together. A pass forward is one, and so is a pass back.
final class PassCount {
    private(set) var total = 0

    func add(_ passes: Int) { total += passes }

    /// So many for each image.
    func add(_ passes: Int, of images: Tensor) { add(passes * images.shape[0]) }
}

/// Another classifier, whose passes are counted: forward, and where the images are watched, back as well.
struct CountedClassifier: Classifier {
    let base: any Classifier
    let count: PassCount

    var inputShape: ImageShape { base.inputShape }
    var classNames: [String] { base.classNames }
    var device: Device { base.device }

    func move(to device: Device) throws { try base.move(to: device) }

    func logits(of images: Tensor) throws -> Tensor {
        count.add(images.requiresGradient ? 2 : 1, of: images)
        return try base.logits(of: images)
    }
}
