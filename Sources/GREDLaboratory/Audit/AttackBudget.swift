import LibTorch

/// How far an attack on a guarded classifier may go.
public struct AttackBudget: Sendable, Codable, Hashable {
    /// How a perturbation is measured.
    public enum Norm: String, Sendable, Codable {
        /// The largest change of a value.
        case linf
        /// The square root of the sum of all squared changes.
        case l2
    }

    /// How a perturbation is measured.
    public var norm: Norm
    /// The radius, for pixels in 0…1.
    public var radius: Double

    /// Names both.
    public init(_ norm: Norm, _ radius: Double) {
        self.norm = norm
        self.radius = radius
    }

    /// Such as `L∞ 8/255` or `L2 0.5`.
    public var title: String {
        switch norm {
        case .linf: "L∞ \(radius.asRadius)"
        case .l2: "L2 \(radius)"
        }
    }

    /// How far images may go before they are rounded to 8 bits, for none to be beyond the radius after
    /// that: whole levels in L∞; in L2 less by what rounding adds on average.
    /// - Parameter count: the values of an image.
    func reach(count: Int) -> Double {
        switch norm {
        case .linf: return (radius * 255 + 1e-6).rounded(.down) / 255
        case .l2:
            let rounding = Double(count) / (12 * 255 * 255)
            return max(radius * radius - rounding, radius * radius / 4).squareRoot()
        }
    }

    /// A step of a length along a gradient: of its sign in L∞, of itself in L2.
    func step(_ gradient: Tensor, length: Double) throws -> Tensor {
        switch norm {
        case .linf: return try gradient.sign() * length
        case .l2:
            let factor = try length / gradient.rowNorms().clamped(min: 1e-30)
            return try gradient * factor.perRow(rank: gradient.rank)
        }
    }

    /// The nearest image of 0…1 that is within reach.
    func projected(_ moved: Tensor, around images: Tensor) throws -> Tensor {
        let radius = reach(count: images.count / max(images.shape[0], 1))
        switch norm {
        case .linf:
            return try moved.maximum((images - radius).clamped(min: 0))
                .minimum((images + radius).clamped(max: 1))
        case .l2:
            let delta = try moved - images
            let factor = try (radius / delta.rowNorms().clamped(min: 1e-30)).clamped(max: 1)
            return try (images + delta * factor.perRow(rank: images.rank)).clamped(min: 0, max: 1)
        }
    }
}
