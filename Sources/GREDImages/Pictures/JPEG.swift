import CCodecs

/// JPEG files, by libjpeg-turbo: baseline, progressive and arithmetic coding, 8 bits.
public enum JPEG {
    /// Decodes to the pixels that Pillow gives: grey where the file is grey, RGB otherwise.
    ///
    /// - CMYK and YCCK are converted as Pillow's `convert("RGB")` does, without a colour profile.
    ///   Like Pillow it takes the values for inverted, as Adobe's programs write them.
    /// - Colour profiles are ignored.
    /// - An EXIF orientation is not applied: ``Picture/decode(_:)`` does that.
    /// - A file that breaks off is refused, as by Pillow; so is one whose damage costs pixels,
    ///   which Pillow would deliver partly grey.
    ///
    /// - Parameter bytes: The whole file. An image that claims more than
    ///   ``Picture/maximumPixels``, or more than so many bytes can hold, is refused before memory
    ///   is taken for it.
    /// - Throws: `JPEGError`.
    public static func decode(_ bytes: [UInt8]) throws -> Picture {
        var header = try header(of: bytes)
        let (width, height) = (Int(header.width), Int(header.height))
        // A block of 8×8 takes at least a bit in one of the components, and a component may have
        // half the sides of the image.
        let possible = bytes.count.multipliedReportingOverflow(by: 8 * 64 * 4)
        let limit =
            possible.overflow
            ? Picture.maximumPixels : min(Picture.maximumPixels, possible.partialValue)
        guard width * height <= limit else {
            throw JPEGError.tooLarge(width: width, height: height, size: bytes.count)
        }
        var pixels = [UInt8](repeating: 0, count: width * height * Int(header.channels))
        var message = [CChar](repeating: 0, count: Int(CODEC_MESSAGE_SIZE))
        guard codec_jpeg_decode(bytes, bytes.count, &header, &pixels, &message) else {
            throw JPEGError.damaged(size: bytes.count, reason: sentence(message))
        }
        return header.channels == 4
            ? Picture(
                pixels: rgb(ofInvertedCMYK: pixels), width: width, height: height, channels: 3)
            : Picture(
                pixels: pixels, width: width, height: height, channels: Int(header.channels))
    }

    /// What the file says of itself, whether its pixels can be had or not.
    static func header(of bytes: [UInt8]) throws -> codec_header {
        var message = [CChar](repeating: 0, count: Int(CODEC_MESSAGE_SIZE))
        var header = codec_header()
        guard codec_jpeg_header(bytes, bytes.count, &header, &message) else {
            throw JPEGError.damaged(size: bytes.count, reason: sentence(message))
        }
        return header
    }

    /// Whether the bytes begin as a JPEG does.
    static func begins(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.starts(with: [0xFF, 0xD8, 0xFF])
    }

    private static func rgb(ofInvertedCMYK pixels: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(pixels.count / 4 * 3)
        for start in stride(from: 0, to: pixels.count, by: 4) {
            // Stored inverted: what is left of the light after the black ink, and after each other.
            let light = Int(pixels[start + 3])
            for channel in 0..<3 {
                // Pillow's rounded division by 255.
                let product = (255 - Int(pixels[start + channel])) * light + 128
                result.append(UInt8(light - ((product >> 8) + product) >> 8))
            }
        }
        return result
    }
}

/// What a codec left in its memory for messages.
func sentence(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
