import GREDClassifiers
import LibTorch

/// The input sensitivity of images: S(x, ŷ) = |∂L(x, ŷ)/∂x|, where ŷ is the classifier's own label
/// (paper, Definition 3 and Eq. 1), carried as a pair that never underflows: ln S = ℓ + ln|G|.
public struct InputSensitivity {
    /// G = ∂m/∂x, with its sign: the way along which the classifier becomes surer of its label,
    /// `[N, C, H, W]`.
    public let gradient: Tensor
    /// |G|, the unit-scaled map, `[N, C, H, W]`.
    public let map: Tensor
    /// ℓ in nats, `[N]`.
    public let logScale: Tensor
    /// ŷ, `[N]`, of int64.
    public let labels: Tensor
    /// m, the margin of ŷ in nats, `[N]`.
    public let margin: Tensor
    /// The classifier's logits, `[N, L]`.
    public let logits: Tensor

    package init(_ pair: MarginGradient) throws {
        gradient = pair.gradient
        map = try pair.gradient.abs()
        logScale = try pair.logScale()
        labels = try pair.logits.argmax(1)
        margin = pair.margin
        logits = pair.logits
    }

    /// S itself, as in the paper, `[N, C, H, W]`: zero where float32 cannot hold it.
    public func raw() throws -> Tensor {
        try map * logScale.exp().perRow(rank: map.rank)
    }

    /// ln ‖S‖₂ of each image, `[N]` (Fig. 2 shows it).
    public func logNorms() throws -> Tensor { try logScale + logMapNorms() }

    /// ln ‖G‖₂ of each image, `[N]`; where the map is all zero, the least that float32 holds.
    package func logMapNorms() throws -> Tensor { try map.rowNorms().clamped(min: 1e-38).log() }

    /// The map between its own floor and maximum on a logarithmic scale: ln(|G|/‖G‖∞), clamped to
    /// ``logFloor``…0, `[N, C, H, W]`.
    public func logMap() throws -> Tensor {
        let peak = try map.rowMaxima().clamped(min: 1e-38).perRow(rank: map.rank)
        let share = try map / peak
        let exact = try share.clamped(min: 1e-38).log().clamped(min: Self.logFloor, max: 0)
        guard share.requiresGradient else { return exact }
        // The logarithm's own slope is 1/|G|, which at the many pixels of hardly any sensitivity drowns all
        // others: an attack follows one that is flat there.
        return try exact.followed(by: (share.square() + 1e-3).log() * 0.5)
    }

    /// What a pixel without any sensitivity shows on the logarithmic scale.
    public static let logFloor = -16.0

    /// The sensitivity of each pixel `[N, H, W]`: the largest over its channels.
    public func pixelMap() throws -> Tensor { try map.maximum(over: [1]) }
}

extension Classifier {
    /// The input sensitivity of images at the classifier's own labels (paper, Eq. 1).
    /// - Parameter images: `[N, C, H, W]` in 0…1.
    public func inputSensitivity(of images: Tensor) throws -> InputSensitivity {
        try InputSensitivity(marginGradient(of: images))
    }
}
