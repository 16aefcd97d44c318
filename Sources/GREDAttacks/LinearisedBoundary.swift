import LibTorch

/// The boundary that is nearest to each image once the classifier is taken for linear there: what
/// DeepFool walks to and FAB walks along.
struct LinearisedBoundary {
    /// f_s − f_y of the class s whose boundary is nearest, `[N]`: negative while the label wins.
    var difference: Tensor
    /// Its gradient, `[N, C, H, W]`; zero where no class has one.
    var gradient: Tensor

    /// The classes that compete, `[N, K]`: the likeliest, without the label itself.
    static func rivals(of label: Tensor, in logits: Tensor, candidates: Int) throws -> Tensor {
        let count = min(candidates, logits.shape[1]) - 1
        return try logits.replacing(label, with: -.infinity).largest(max(count, 1)).indices
    }

    /// One pass forward serves the gradients of all classes.
    /// - Parameter beyond: how many nats past equal logits the boundary lies.
    static func nearest(
        of batch: AttackBatch, at images: Tensor, rivals: Tensor, beyond: Double = 0
    ) throws -> LinearisedBoundary {
        let input = try images.watched()
        let logits = try Gradient.recording { try batch.logits(of: input) }
        let own = try Gradient.recording { try logits.picked(batch.goal.classes) }
        let count = batch.count
        var nearest = try Tensor.full([count], .infinity, device: images.device)
        var result = LinearisedBoundary(
            difference: try .zeros([count], device: images.device),
            gradient: try images.zerosLike())
        for place in 0..<rivals.shape[1] {
            let rival = try rivals.sliced(place..<place + 1, dimension: 1).squeezed(1)
            let difference = try Gradient.recording { try logits.picked(rival) - own }
            let gradient =
                try Gradient.of([difference], towards: [input], keepingGraph: true)[0]
                .map { try $0.withoutNaN() } ?? images.zerosLike()
            batch.countBackward()
            let norm = try gradient.rowNorms()
            // No gradient, no boundary this way: infinitely far rather than NaN.
            let flat = try .!(norm .> 0)
            let gap = try (beyond - difference.detached()).abs()
            let distance = try flat.choose(norm.fullLike(.infinity), gap / norm)
            let closer = try distance .< nearest
            nearest = try closer.choose(distance, nearest)
            result.difference = try closer.choose(difference.detached(), result.difference)
            result.gradient = try .chosen(where: closer, gradient, result.gradient)
        }
        return result
    }
}
