import GREDClassifiers
import LibTorch

extension LayeredNetwork {
    /// How much each place of the middle layers counts for the network's own label ŷ: |∂a_ŷ/∂h|, the
    /// largest over a layer's channels, resized to the image (after Zhang et al. 2018).
    /// - Parameter images: `[N, C, H, W]` in 0…1.
    /// - Returns: a map a layer, `[N, layers, H, W]`.
    public func middleSaliency(of images: Tensor) throws -> Tensor {
        let (height, width) = (images.shape[2], images.shape[3])
        let gradients = try Gradient.recording {
            let (outputs, logits) = try middleLayers(of: images.watched())
            let own = try logits.picked(logits.detached().argmax(1))
            return try Gradient.of([own], towards: outputs)
        }
        return try .concatenated(
            gradients.map { gradient in
                guard let gradient else {
                    throw TorchError.noGradient(
                        reason: "the label does not depend on a middle layer.")
                }
                return try gradient.detached().abs()
                    .maximum(over: [1], keepDimensions: true)
                    .resized(height: height, width: width)
            }, dimension: 1)
    }

    /// The same of more images than should pass at once.
    package func middleSaliency(ofMany images: Tensor, batchSize: Int = 256) throws -> Tensor {
        try .concatenated(
            stride(from: 0, to: images.shape[0], by: batchSize).map { start in
                try middleSaliency(
                    of: images.sliced(start..<min(start + batchSize, images.shape[0])))
            })
    }
}
