import LibTorch

extension InputSensitivity {
    /// How many numbers ``scalars()`` gives an image.
    static let scalarCount = 3

    /// The three numbers that tell most of an attack which stops near the boundary: ℓ, ln ‖G‖₂, and
    /// ln(1 + m/‖G‖₂), where m/‖G‖₂ is about the distance to the boundary in pixels' units.
    /// - Returns: `[N, 3]`.
    package func scalars() throws -> Tensor {
        let norm = try logMapNorms()
        // In logarithms, since a saturated network's G is next to nothing.
        let bounded = try (margin.clamped(min: 1e-20).log() - norm).clamped(max: 40).softplus()
        let near = try margin * (-norm).clamped(max: 40).exp()
        let distance = try bounded.followed(by: (margin .> 1e-20).choose(bounded, near))
        return try .stacked([logScale, norm, distance], dimension: 1)
    }

    /// How many numbers ``nearness()`` gives an image.
    static let nearnessCount = 2

    /// How near the second choice is, for images whose boundary is so near that the other numbers are
    /// all but 0: ln(λ + 0.001) and ln((λ + 0.001)/‖G‖₂), where λ is what the likeliest class's logit
    /// has over the second one's. An attack that takes the shortest way stops at a λ that no clean image
    /// has.
    /// - Returns: `[N, 2]`.
    package func nearness() throws -> Tensor {
        let others = try logits.replacing(labels, with: -.infinity).maximum(over: [1])
        let lead = try (logits.picked(labels) - others + 1e-3).log()
        return try .stacked([lead, lead - logMapNorms()], dimension: 1)
    }
}
