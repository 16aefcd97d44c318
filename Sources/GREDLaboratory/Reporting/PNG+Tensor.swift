import GREDImages
import LibTorch

extension PNG {
    /// Encodes a tensor at 8 bits.
    /// - Parameter image: `[C, H, W]` or `[1, C, H, W]` with 1 or 3 channels; values are clamped to
    ///   0…1.
    /// - Returns: the bytes of a file.
    /// - Throws: `PNGError` for other shapes.
    static func encode(_ image: Tensor) throws -> [UInt8] {
        let image = try image.rank == 4 && image.shape[0] == 1 ? image.squeezed(0) : image
        guard image.rank == 3 else {
            throw PNGError.notAnImage(
                shape: ImageShape(channels: 0, height: 0, width: 0), found: image.count)
        }
        let bytes = try (image.clamped(min: 0, max: 1) * 255).round().to(.uint8)
            .permuted([1, 2, 0]).contiguous().to(.cpu)
        return try encode(
            pixels: bytes.scalars(as: UInt8.self), width: image.shape[2], height: image.shape[1],
            channels: image.shape[0])
    }
}
