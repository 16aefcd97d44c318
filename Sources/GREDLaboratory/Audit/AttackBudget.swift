import GREDAttacks
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

    /// The same ball, so many times as wide; in L∞ at most all of 0…1.
    func widened(by factor: Double) -> AttackBudget {
        AttackBudget(norm, norm == .linf ? min(radius * factor, 1) : radius * factor)
    }

    /// How far images may go before they are rounded to 8 bits, for them to be within the radius after that:
    /// whole levels in L∞. In L2 one in a thousand may be beyond it by a hair: rounding adds to the squared
    /// norm what its errors have on average, c, and up to three deviations, 2b, of what they have along the
    /// perturbation.
    /// - Parameter count: the values of an image.
    func reach(count: Int) -> Double {
        switch norm {
        case .linf: return (radius * 255 + 1e-6).rounded(.down) / 255
        case .l2:
            // An error is uniform within half a level of 0.
            let variance = 1.0 / (12 * 255 * 255)
            let (b, c) = (3 * variance.squareRoot(), Double(count) * variance)
            // Where rounding alone leads beyond the radius, nothing keeps within it.
            return max(max(radius * radius + b * b - c, 0).squareRoot() - b, radius / 2)
        }
    }

    /// At 8 bits within the radius: where rounding would lead beyond it, the perturbation is made shorter and
    /// rounded again.
    /// - Parameter images: at 8 bits.
    func rounded(_ moved: Tensor, around images: Tensor) throws -> Tensor {
        var found = try EightBits.rounded(moved)
        // What is within reach is within whole levels.
        guard norm == .l2 else { return found }
        for share in [0.99, 0.97, 0.9, 0.75, 0.5, 0] {
            let beyond = try (.!holds(found, around: images)).positions()
            if beyond.isEmpty { break }
            let origin = try images.rows(beyond)
            let nearer = try origin + (moved.rows(beyond) - origin) * share
            found = try found.replacingRows(beyond, with: EightBits.rounded(nearer))
        }
        return found
    }

    /// Whether each of these is within the radius, but for what float32 makes of it, `[N]` of booleans.
    func holds(_ found: Tensor, around images: Tensor) throws -> Tensor {
        let change = try found - images
        switch norm {
        case .linf: return try change.abs().rowMaxima() .<= radius + 1e-6
        case .l2: return try change.rowNorms() .<= radius * (1 + 1e-6)
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
