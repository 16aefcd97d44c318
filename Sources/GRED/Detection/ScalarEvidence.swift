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
        let distance = try (margin.clamped(min: 1e-20).log() - norm).clamped(max: 40).softplus()
        return try .stacked([logScale, norm, distance], dimension: 1)
    }
}
