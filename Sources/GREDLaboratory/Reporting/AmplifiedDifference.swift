import LibTorch

/// The difference of two images made visible: mid-grey where nothing changed, brighter where the
/// second is brighter, channel by channel, the largest change at the end of the range.
struct AmplifiedDifference {
    /// Of the same shape as the images, in 0…1.
    let image: Tensor
    /// How many times larger than in the images the changes are; nil where nothing changed.
    let factor: Double?

    /// - Parameters: images of one shape in 0…1.
    init(from original: Tensor, to changed: Tensor) throws {
        let difference = try changed - original
        let largest = try difference.abs().flattened().maximum(over: [0]).item()
        factor = largest > 0 ? 0.5 / largest : nil
        image = try difference * (factor ?? 1) + 0.5
    }
}
