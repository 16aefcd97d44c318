import LibTorch

/// In which form CNN_sen reads the input sensitivity.
public enum SensitivityForm: String, Sendable, Hashable, Codable, CaseIterable {
    /// S itself, as in the paper.
    case raw
    /// ln(|G|/‖G‖∞) clamped to −16…0, and two constant planes: ℓ and ln‖G‖₂. Nothing of it
    /// underflows, so a confident classifier still shows its map.
    case logarithmic

    /// The number of planes for images of so many channels.
    public func planes(channels: Int) -> Int {
        switch self {
        case .raw: channels
        case .logarithmic: channels + 2
        }
    }

    /// The planes, `[N, planes, H, W]`, not yet standardised.
    public func planes(of sensitivity: InputSensitivity) throws -> Tensor {
        switch self {
        case .raw:
            return try sensitivity.raw()
        case .logarithmic:
            let map = try sensitivity.logMap()
            let plane = [map.shape[0], 1, map.shape[2], map.shape[3]]
            let scale = try sensitivity.logScale.perRow(rank: 4).expanded(plane)
            let norm = try sensitivity.logMapNorms().perRow(rank: 4).expanded(plane)
            return try .concatenated([map, scale, norm], dimension: 1)
        }
    }
}
