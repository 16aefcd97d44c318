import CPNG

/// Portable network graphics, by libpng.
public enum PNG {
    /// An image as it was decoded.
    public struct Image: Sendable, Equatable {
        /// `[H, W, C]`, row-major with the channels innermost, 0…255.
        public let pixels: [UInt8]
        /// In pixels.
        public let width: Int
        /// In pixels.
        public let height: Int
        /// 1 for grey, 3 for red, green and blue.
        public let channels: Int
    }

    /// The most pixels that an image may have, 2²⁶.
    public static let maximumPixels = 1 << 26

    /// Decodes to 8 bits, grey where the file is grey and RGB otherwise.
    ///
    /// - A palette becomes RGB; 1, 2 and 4 bits are stretched to 0…255.
    /// - 16 bits are rounded to 8.
    /// - Transparency is laid over black, in linear light.
    /// - A file that states another gamma than sRGB's is brought to sRGB.
    ///
    /// - Parameter bytes: The whole file. An image that claims more than ``maximumPixels``, or more
    ///   than so many bytes can hold, is refused before memory is taken for it.
    /// - Throws: `PNGError`.
    public static func decode(_ bytes: [UInt8]) throws -> Image {
        try bytes.withUnsafeBytes { try decode($0) }
    }

    private static func decode(_ bytes: UnsafeRawBufferPointer) throws -> Image {
        if let reason = longChunk(in: bytes) {
            throw PNGError.damaged(size: bytes.count, reason: reason)
        }
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        // libpng refuses an empty memory with a message of its own, but wants a pointer.
        guard let start = bytes.baseAddress,
            png_image_begin_read_from_memory(&image, start, bytes.count) != 0
        else {
            throw PNGError.damaged(size: bytes.count, reason: image.reason)
        }

        let (width, height) = (Int(image.width), Int(image.height))
        // Deflate makes at most 1,032 bytes of one, and a byte holds at most 8 pixels.
        let possible = bytes.count.multipliedReportingOverflow(by: 1032 * 8)
        let limit = possible.overflow ? maximumPixels : min(maximumPixels, possible.partialValue)
        guard width.multipliedReportingOverflow(by: height).overflow == false,
            width * height <= limit
        else {
            throw PNGError.tooLarge(width: width, height: height, size: bytes.count)
        }

        let isColour = image.format & png_uint_32(PNG_FORMAT_FLAG_COLOR) != 0
        let channels = isColour ? 3 : 1
        image.format = isColour ? png_uint_32(PNG_FORMAT_FLAG_COLOR) : 0
        // Without a gAMA chunk libpng would take 16 bits for linear light; files made by cameras
        // and by Pillow hold sRGB.
        image.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
        var black = png_color(red: 0, green: 0, blue: 0)
        var pixels = [UInt8](repeating: 0, count: width * height * channels)
        let read = pixels.withUnsafeMutableBytes {
            png_image_finish_read(&image, &black, $0.baseAddress, 0, nil)
        }
        guard read != 0 else {
            throw PNGError.damaged(size: bytes.count, reason: image.reason)
        }
        return Image(pixels: pixels, width: width, height: height, channels: channels)
    }
}

extension PNG {
    /// The first chunk that claims more bytes than follow, as a sentence: libpng takes as much
    /// memory as a chunk claims before it looks whether the bytes are there.
    private static func longChunk(in bytes: UnsafeRawBufferPointer) -> String? {
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        guard bytes.starts(with: signature) else { return nil }
        // Then chunks of a length, a name, so many bytes and a checksum.
        var offset = signature.count
        while offset + 12 <= bytes.count {
            let length = Int(
                UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
            guard length <= bytes.count - offset - 12 else {
                return "a chunk at offset \(offset) claims \(length) bytes, and fewer follow"
            }
            offset += 12 + length
        }
        return nil
    }
}

extension png_image {
    /// What libpng says went wrong.
    var reason: String {
        withUnsafeBytes(of: message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
