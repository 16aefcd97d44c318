import LibTorch

/// Shifts and scales each plane to mean 0 and deviation 1, by figures measured once on training
/// data and kept with the detector.
public struct Standardisation: Sendable, Hashable, Codable {
    /// One a plane.
    public var means: [Double]
    /// One a plane, all positive.
    public var deviations: [Double]

    /// Leaves everything as it is.
    public static func identity(planes: Int) -> Standardisation {
        Standardisation(
            means: Array(repeating: 0, count: planes),
            deviations: Array(repeating: 1, count: planes)
        )
    }

    /// Takes figures measured elsewhere, one a plane; not checked here.
    public init(means: [Double], deviations: [Double]) {
        self.means = means
        self.deviations = deviations
    }

    /// Measures planes `[N, P, H, W]`.
    public init(measuring planes: Tensor) throws {
        let wide = try planes.to(.float64)
        let mean = try wide.mean([0, 2, 3], keepDimensions: true)
        means = try mean.doubles()
        deviations = try (wide - mean).square().mean([0, 2, 3]).sqrt().doubles()
            // A plane that never changes says nothing: it becomes 0, not infinite.
            .map { $0 > 1e-30 ? $0 : 1 }
    }

    /// Planes `[N, P, H, W]`, less their means and divided by their deviations.
    public func applied(to planes: Tensor) throws -> Tensor {
        let shape = [1, means.count, 1, 1]
        let mean = try Tensor(means.map(Float.init), shape: shape).to(planes.device)
        let scale = try Tensor(deviations.map { Float(1 / $0) }, shape: shape).to(planes.device)
        return try (planes - mean) * scale
    }
}
