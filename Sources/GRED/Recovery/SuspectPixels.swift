import LibTorch

/// The pixels that an attack has probably touched: those whose sensitivity is high in their image.
public enum SuspectPixels {
    /// Suspects by threshold: S > α·(S_max − S_min) + S_min (paper, Eq. 13). A larger α suspects
    /// fewer pixels.
    /// - Parameters:
    ///   - sensitivity: the threshold is relative to each image, so the unit-scaled map serves.
    ///   - alpha: 0…1.
    /// - Returns: `[N, 1, H, W]` of booleans; a pixel's sensitivity is the largest over its channels.
    public static func above(_ alpha: Double, in sensitivity: InputSensitivity) throws -> Tensor {
        let pixels = try sensitivity.pixelMap().unsqueezed(1)
        let highest = try pixels.rowMaxima().perRow(rank: 4)
        let lowest = try pixels.rowMinima().perRow(rank: 4)
        // Eq. 13's threshold as a mean of the two, which at α = 1 is S_max to the last place.
        return try pixels .> (highest * alpha + lowest * (1 - alpha))
    }
}
