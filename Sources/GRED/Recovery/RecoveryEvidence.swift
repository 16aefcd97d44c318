import GREDClassifiers
import LibTorch

/// What speaks for each class of being what an image showed before it was manipulated.
///
/// An attack that raises one class's logit leaves the others' order next to untouched, or pushes the true
/// one down so far that it betrays itself; and noise, a step back and masks each undo something else. So
/// all logits are kept, not only whose is the largest.
package struct RecoveryEvidence {
    /// What each class's logit is over the mean of all, by f on the image, on noisy copies at each strength,
    /// and after the step back, and so for the logarithm of what the rectifier says; whether it is f's own
    /// class; and of the whole image the three numbers and the detector's log-odds, `[N, E, L, 1]`.
    var classes: Tensor
    /// A label for each image, by ``RecoveryMove``.
    var labels: [[Int]]

    /// E, for a detector that asks about noisy copies at so many strengths.
    static func count(strengths: Int) -> Int { strengths + 4 + InputSensitivity.scalarCount + 1 }

    /// - Parameters:
    ///   - logOdds: the detector's, `[N]`.
    ///   - noise: what noisy copies say, where the detector asked about any.
    ///   - rectified: the rectifier's probabilities, `[N, L]`.
    package init(
        of images: Tensor, sensitivity: InputSensitivity, logOdds: Tensor,
        noise: NoisyCopies.Labelling?, rectified: Tensor, classifier: any Classifier
    ) throws {
        let own = sensitivity.labels
        let back = try classifier.logits(of: RecoveryMove.steppedBack(images, sensitivity))

        func other(_ logits: Tensor) throws -> Tensor {
            try logits.replacing(own, with: -.infinity).argmax(1)
        }
        let runnerUp = try other(sensitivity.logits)
        labels = try [
            own, runnerUp, noise?.runnerUp ?? runnerUp, other(back), rectified.argmax(1),
        ].map { try $0.ints() }

        let given = try rectified.clamped(min: 1e-6).log()
            .followed(by: rectified.clamped(min: 1e-30).log())
        let said = [sensitivity.logits, back, given] + (noise?.logits ?? [])
        // A score that is no number says nothing; a saturated one no more than this.
        let known = try logOdds.isNaN().choose(logOdds.zerosLike(), logOdds)
        let certain = try known.clamped(min: -30, max: 30).followed(by: known)
        let ofTheImage = try Tensor.concatenated(
            [sensitivity.scalars(), certain.unsqueezed(1)], dimension: 1)
        let (count, classCount) = (images.shape[0], sensitivity.logits.shape[1])
        classes = try .concatenated(
            [
                .stacked(
                    said.map { try $0 - $0.mean([1], keepDimensions: true) }
                        + [own.oneHot(classes: classCount).to(.float32)], dimension: 1),
                ofTheImage.unsqueezed(2).expanded([count, ofTheImage.shape[1], classCount]),
            ], dimension: 1
        ).unsqueezed(3)
    }
}
