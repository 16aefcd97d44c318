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
        try self.init(measuringBatches: 1) { _ in planes }
    }

    /// Measures planes that would be too much for memory at once.
    /// - Parameters:
    ///   - count: how many batches there are.
    ///   - planes: the batch of a number in `0..<count`, `[n, P, H, W]`; each is asked for twice.
    public init(measuringBatches count: Int, planes: (Int) throws -> Tensor) throws {
        /// The mean of something, one a plane, over all batches.
        func mean(of value: (Tensor) throws -> Tensor) throws -> [Double] {
            var seen = 0
            return try (0..<count).reduce(into: [Double]()) { average, number in
                let batch = try planes(number)
                seen += batch.shape[0]
                let share = Double(batch.shape[0]) / Double(seen)
                let found = try value(batch.to(.float64)).mean([0, 2, 3]).doubles()
                average =
                    average.isEmpty
                    ? found : zip(average, found).map { $0 + ($1 - $0) * share }
            }
        }
        let means = try mean { $0 }
        self.means = means
        deviations = try mean {
            try ($0 - Tensor(means, shape: [1, means.count, 1, 1]).to($0.device)).square()
        }
        // A plane that never changes says nothing: it becomes 0, not infinite.
        .map { $0.squareRoot() }.map { $0 > 1e-30 ? $0 : 1 }
    }

    /// Planes `[N, P, H, W]`, less their means and divided by their deviations.
    public func applied(to planes: Tensor) throws -> Tensor {
        let shape = [1, means.count, 1, 1]
        let mean = try Tensor(means.map(Float.init), shape: shape).to(planes.device)
        let scale = try Tensor(deviations.map { Float(1 / $0) }, shape: shape).to(planes.device)
        return try (planes - mean) * scale
    }
}
