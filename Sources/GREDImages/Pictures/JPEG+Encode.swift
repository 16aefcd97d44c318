import CCodecs

extension JPEG {
    /// The longest side that libjpeg encodes, in pixels.
    private static let longestSide = 65_500

    /// Encodes 8-bit pixels, with loss: the baseline file that Pillow's `save(quality:)` gives.
    ///
    /// Grey stays grey; colours become luma and chroma, and each 2×2 pixels share their chroma
    /// (4:2:0), as is libjpeg's default.
    ///
    /// - Parameters:
    ///   - pixels: `[H, W, C]`, row-major with the channels innermost, 0…255.
    ///   - width: In pixels.
    ///   - height: In pixels.
    ///   - channels: 1 for grey, 3 for red, green and blue.
    ///   - quality: In 1…100, on the scale of libjpeg's tables.
    /// - Returns: The bytes of a file.
    /// - Throws: `JPEGError`.
    public static func encode(
        pixels: [UInt8], width: Int, height: Int, channels: Int, quality: Int
    ) throws -> [UInt8] {
        let shape = ImageShape(channels: channels, height: height, width: width)
        guard shape.isPositive, channels == 1 || channels == 3, pixels.count == shape.count,
            width * height <= Picture.maximumPixels
        else { throw JPEGError.notAnImage(shape: shape, found: pixels.count) }
        guard (1...100).contains(quality) else { throw JPEGError.badQuality(quality) }
        guard max(width, height) <= longestSide else {
            throw JPEGError.unwritable(
                shape: shape, reason: "a side may have \(longestSide) pixels")
        }

        var header = codec_header(
            width: UInt32(width), height: UInt32(height), channels: UInt32(channels))
        var message = [CChar](repeating: 0, count: Int(CODEC_MESSAGE_SIZE))
        // A value takes 26 bits at the very most; there are one of luma and two quarters of chroma
        // to a pixel, in blocks whose last ones reach beyond the image.
        let values = (width + 15) * (height + 15) * (channels == 1 ? 2 : 3) / 2
        let room = 4 * values + 4096
        var isWritten = false
        let file = [UInt8](unsafeUninitializedCapacity: room) { memory, count in
            var size = room
            isWritten = codec_jpeg_encode(
                pixels, &header, Int32(quality), memory.baseAddress, &size, &message)
            count = isWritten ? size : 0
        }
        guard isWritten else {
            throw JPEGError.unwritable(shape: shape, reason: sentence(message))
        }
        return file
    }
}
