import LibTorch

/// The margin of a label and its gradient, which everything in GRED is made of.
///
/// With the margin m = a_y − ln Σ_{i≠y} exp a_i, the cross entropy is L = softplus(−m) and its
/// gradient ∂L/∂x = −σ(−m)·G, where G = ∂m/∂x. So ln S = ℓ + ln|G| with ℓ = −softplus(m). Carrying
/// the pair (G, ℓ) instead of the product keeps the map at unit scale however confident the
/// classifier is: in float32 the product loses 60% of its pixels from m ≈ 17 on and all of them
/// from m ≈ 104 (paper, Eq. 1).
public struct MarginGradient {
    /// G = ∂m/∂x, `[N, C, H, W]`.
    public let gradient: Tensor
    /// m in nats, `[N]`: positive where the label is likelier than all others together.
    public let margin: Tensor
    /// The logits of the same pass, `[N, L]`.
    public let logits: Tensor

    /// Joins what belongs together; nothing is checked.
    package init(gradient: Tensor, margin: Tensor, logits: Tensor) {
        self.gradient = gradient
        self.margin = margin
        self.logits = logits
    }

    /// ℓ = −softplus(m), `[N]`: the logarithm of the cross entropy's slope, σ(−m).
    public func logScale() throws -> Tensor { try -margin.softplus() }
}

extension Tensor {
    /// The margin of labels in logits: a_y − ln Σ_{i≠y} exp a_i, in nats.
    /// - Parameter labels: class numbers `[N]`, of int64.
    /// - Returns: `[N]`, for logits `[N, L]` with L ≥ 2.
    public func margin(of labels: Tensor) throws -> Tensor {
        try picked(labels) - replacing(labels, with: -.infinity).logSumExp(1)
    }

    /// The lead of labels over the best other class: a_y − max_{i≠y} a_i, in nats. Positive exactly
    /// where the label wins.
    /// - Returns: `[N]`, for logits `[N, L]` with L ≥ 2.
    public func lead(of labels: Tensor) throws -> Tensor {
        try picked(labels) - replacing(labels, with: -.infinity).maximum(over: [1])
    }
}

extension Classifier {
    /// The margin of `labels` and its gradient by the pixels, from one pass each way.
    /// - Parameters:
    ///   - images: `[N, C, H, W]` in 0…1.
    ///   - labels: class numbers `[N]`, of int64; nil takes the classifier's own.
    public func marginGradient(of images: Tensor, at labels: Tensor? = nil) throws -> MarginGradient
    {
        let (margin, logits, gradient) = try Gradient.valueAndGradient(at: images) { images in
            let logits = try self.logits(of: images)
            let chosen = try labels ?? logits.detached().argmax(1)
            return (try logits.margin(of: chosen), logits)
        }
        return MarginGradient(
            gradient: gradient, margin: margin, logits: try logits.detached())
    }

    /// The same as part of the graph that `images` belong to, so that it has gradients itself: for an
    /// attack on what reads it. To be called inside `Gradient.recording(_:)`.
    /// - Parameters:
    ///   - images: `[N, C, H, W]` in 0…1, watched or made of what is.
    ///   - labels: class numbers `[N]`, of int64.
    /// - Throws: `TorchError.noGradient` for images that no gradient is asked of.
    public func differentiableMarginGradient(of images: Tensor, at labels: Tensor) throws
        -> MarginGradient
    {
        let logits = try logits(of: images)
        let margin = try logits.margin(of: labels)
        guard
            let gradient = try Gradient.of([margin], towards: [images], differentiable: true)[0]
        else { throw TorchError.noGradient(reason: "the margin does not depend on the images.") }
        return MarginGradient(gradient: gradient, margin: margin, logits: logits)
    }
}
