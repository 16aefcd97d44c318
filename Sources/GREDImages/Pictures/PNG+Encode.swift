import CPNG

extension PNG {
    /// Encodes 8-bit pixels, losslessly.
    ///
    /// - Parameters:
    ///   - pixels: `[H, W, C]`, row-major with the channels innermost, 0…255.
    ///   - width: In pixels.
    ///   - height: In pixels.
    ///   - channels: 1 for grey, 3 for red, green and blue.
    ///   - scale: Each pixel becomes a square of this side, so that small images can be looked at.
    /// - Returns: The bytes of a file.
    /// - Throws: `PNGError`.
    public static func encode(
        pixels: [UInt8], width: Int, height: Int, channels: Int, scale: Int = 1
    ) throws -> [UInt8] {
        let shape = ImageShape(channels: channels, height: height, width: width)
        guard shape.isPositive, channels == 1 || channels == 3, pixels.count == shape.count else {
            throw PNGError.notAnImage(shape: shape, found: pixels.count)
        }
        let scaled = ImageShape(channels: scale, height: height, width: width)
        guard scale > 0, scaled.count != .max,
            scaled.count.multipliedReportingOverflow(by: scale).overflow == false,
            scaled.count * scale <= Picture.maximumPixels
        else {
            throw PNGError.badScale(scale, shape: shape)
        }
        let enlarged =
            scale == 1 ? pixels : enlarge(pixels, width: width, channels: channels, by: scale)

        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        image.width = png_uint_32(width * scale)
        image.height = png_uint_32(height * scale)
        image.format = channels == 3 ? png_uint_32(PNG_FORMAT_FLAG_COLOR) : 0
        defer { png_image_free(&image) }

        // Room for pixels that do not compress at all: a filter byte a row, zlib's overhead, chunks.
        var size = enlarged.count + height * scale + enlarged.count / 100 + 4096
        var file = [UInt8](repeating: 0, count: size)
        let written = file.withUnsafeMutableBytes { memory in
            enlarged.withUnsafeBytes { source in
                png_image_write_to_memory(
                    &image, memory.baseAddress, &size, 0, source.baseAddress, 0, nil)
            }
        }
        guard written != 0 else {
            throw PNGError.unwritable(shape: shape, reason: image.reason)
        }
        return Array(file[..<size])
    }

    private static func enlarge(
        _ pixels: [UInt8], width: Int, channels: Int, by scale: Int
    ) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(pixels.count * scale * scale)
        for row in stride(from: 0, to: pixels.count, by: width * channels) {
            var wide: [UInt8] = []
            for pixel in stride(from: row, to: row + width * channels, by: channels) {
                for _ in 0..<scale { wide += pixels[pixel..<(pixel + channels)] }
            }
            for _ in 0..<scale { result += wide }
        }
        return result
    }
}

extension png_image {
    /// What libpng says went wrong.
    fileprivate var reason: String {
        withUnsafeBytes(of: message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
