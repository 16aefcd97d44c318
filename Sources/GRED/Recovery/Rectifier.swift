import Foundation
import GREDClassifiers
import LibTorch

/// Gives the right label back to adversarial images: f_rec, the classifier fine-tuned on masked
/// copies (paper, §3.2), asked about several masked copies of an image.
public final class Rectifier {
    /// f_rec, which takes the same images as the guarded classifier.
    public let network: any Classifier
    /// Which pixels a copy loses, and what replaces them (Eqs. 13 and 14).
    public let masking: RandomisedMasking
    /// K, the number of masked copies whose probabilities are averaged.
    public let copies: Int

    /// Joins a fine-tuned classifier to the masks that it was tuned for.
    /// - Parameter copies: K; less than 1 counts as 1.
    public init(network: any Classifier, masking: RandomisedMasking, copies: Int) {
        self.network = network
        self.masking = masking
        self.copies = copies
    }

    /// The recovered label of each image, `[N]` of int64, and one of the masked copies.
    ///
    /// The masks of an image follow from a keyed hash of its own pixels: the same image gets the
    /// same label, and nobody without the key can predict its masks.
    public func recover(
        _ images: Tensor, sensitivity: InputSensitivity, key: GuardKey
    ) throws -> (labels: Tensor, masked: Tensor) {
        let (probabilities, masked) = try probabilities(
            of: images, sensitivity: sensitivity, streams: key.streams(for: images))
        return (try probabilities.argmax(1), masked)
    }

    /// The mean over the masked copies of what f_rec says, `[N, L]`, and one of the copies.
    /// - Parameter streams: one an image, for the masks.
    package func probabilities(
        of images: Tensor, sensitivity: InputSensitivity, streams: [RandomStream]
    ) throws -> (probabilities: Tensor, masked: Tensor) {
        let count = max(copies, 1)
        let suspects = try SuspectPixels.above(masking.alpha, in: sensitivity)
        var streams = streams
        var masked = images
        var total: Tensor?
        for _ in 0..<count {
            masked = try masking.copies(of: images, suspects: suspects, streams: &streams)
            let probabilities = try network.logits(of: masked).softmax(1)
            total = try total.map { try $0 + probabilities } ?? probabilities
        }
        let mean = try total.map { try $0 / Double(count) }
        return (try mean ?? sensitivity.logits.softmax(1), masked)
    }
}
