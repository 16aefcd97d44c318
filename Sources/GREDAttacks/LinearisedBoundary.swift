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
    /// - Parameters:
    ///   - pass: of the batch's images.
    ///   - open: the positions in the batch that are asked about.
    ///   - rivals: of these, `[N, K]`.
    ///   - beyond: how many nats past equal logits the boundary lies.
    static func nearest(
        of batch: AttackBatch, in pass: RecordedPass, at open: [Int], rivals: Tensor,
        beyond: Double = 0
    ) throws -> LinearisedBoundary {
        let label = try batch.goal.classes.rows(open)
        let (logits, own) = try Gradient.recording {
            let logits = open.count == batch.count ? pass.logits : try pass.logits.rows(open)
            return (logits, try logits.picked(label))
        }
        let images = try pass.images.detached().rows(open)
        var nearest = try Tensor.full([open.count], .infinity, device: images.device)
        var result = LinearisedBoundary(
            difference: try .zeros([open.count], device: images.device),
            gradient: try images.zerosLike())
        for place in 0..<rivals.shape[1] {
            let rival = try rivals.sliced(place..<place + 1, dimension: 1).squeezed(1)
            let difference = try Gradient.recording { try logits.picked(rival) - own }
            let gradient =
                try Gradient.of([difference], towards: [pass.images], keepingGraph: true)[0]
                .map { try $0.rows(open).withoutNaN() } ?? images.zerosLike()
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

/// A pass forward that gradients can be taken of.
struct RecordedPass {
    /// What the gradients are of, `[N, C, H, W]`.
    let images: Tensor
    /// `[N, L]`.
    let logits: Tensor
}

extension AttackBatch {
    /// The logits of what was made of the images, ready for gradients.
    func recorded(at tried: Tensor) throws -> RecordedPass {
        let input = try tried.watched()
        return RecordedPass(
            images: input, logits: try Gradient.recording { try logits(of: input) })
    }
}
