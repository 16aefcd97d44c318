import CCodecs

/// Portable network graphics, by libpng.
public enum PNG {
    /// Decodes to 8 bits, grey where the file is grey and RGB otherwise.
    ///
    /// Values are as the file holds them, as in Pillow's `convert("RGB")`:
    /// - A palette becomes RGB; 1, 2 and 4 bits are stretched to 0…255.
    /// - Of 16 bits the higher 8 are taken. (Pillow does so for colour; 16-bit grey it clips at
    ///   255, so that nearly all of it is white.)
    /// - Transparency is dropped, and what it hid is seen.
    /// - Gamma and colour profiles are ignored.
    ///
    /// An EXIF orientation is not applied: ``Picture/decode(_:)`` does that.
    ///
    /// - Parameter bytes: The whole file. An image that claims more than
    ///   ``Picture/maximumPixels``, or more than so many bytes can hold, is refused before memory
    ///   is taken for it.
    /// - Throws: `PNGError`.
    public static func decode(_ bytes: [UInt8]) throws -> Picture {
        var header = try header(of: bytes)
        let (width, height) = (Int(header.width), Int(header.height))
        let channels = Int(header.channels)
        // Deflate makes at most 1,032 bytes of one, and a byte holds at most 8 pixels.
        let possible = bytes.count.multipliedReportingOverflow(by: 1032 * 8)
        let limit =
            possible.overflow
            ? Picture.maximumPixels : min(Picture.maximumPixels, possible.partialValue)
        guard width.multipliedReportingOverflow(by: height).overflow == false,
            width * height <= limit
        else {
            throw PNGError.tooLarge(width: width, height: height, size: bytes.count)
        }
        var pixels = [UInt8](repeating: 0, count: width * height * channels)
        var message = [CChar](repeating: 0, count: Int(CODEC_MESSAGE_SIZE))
        guard codec_png_decode(bytes, bytes.count, &header, &pixels, &message) else {
            throw PNGError.damaged(size: bytes.count, reason: sentence(message))
        }
        return Picture(pixels: pixels, width: width, height: height, channels: channels)
    }

    /// What the file says of itself, whether its pixels can be had or not.
    static func header(of bytes: [UInt8]) throws -> codec_header {
        if let reason = longChunk(in: bytes) {
            throw PNGError.damaged(size: bytes.count, reason: reason)
        }
        var message = [CChar](repeating: 0, count: Int(CODEC_MESSAGE_SIZE))
        var header = codec_header()
        guard codec_png_header(bytes, bytes.count, &header, &message) else {
            throw PNGError.damaged(size: bytes.count, reason: sentence(message))
        }
        return header
    }

    /// Whether the bytes begin as a PNG does.
    static func begins(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.starts(with: [0x89, 0x50, 0x4E, 0x47])
    }
}

/// The chunks of a PNG file, each a length, a name, so many bytes and a checksum.
struct PNGChunks: Sequence, IteratorProtocol {
    private let bytes: [UInt8]
    private(set) var offset: Int
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    init(of bytes: [UInt8]) {
        self.bytes = bytes
        offset = bytes.starts(with: Self.signature) ? Self.signature.count : bytes.count
    }

    /// `body` is cut where the file ends before it.
    mutating func next() -> (name: [UInt8], length: Int, offset: Int, body: ArraySlice<UInt8>)? {
        guard offset + 12 <= bytes.count else { return nil }
        let start = offset
        let length = bytes[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
        let name = Array(bytes[(start + 4)..<(start + 8)])
        let end = Swift.min(start + 8 + length, bytes.count)
        offset = end + 4
        return (name, length, start, bytes[(start + 8)..<end])
    }
}

extension PNG {
    /// The first chunk that claims more bytes than follow, as a sentence: libpng takes as much
    /// memory as a chunk claims before it looks whether the bytes are there.
    private static func longChunk(in bytes: [UInt8]) -> String? {
        for chunk in PNGChunks(of: bytes) where chunk.length > bytes.count - chunk.offset - 12 {
            return
                "a chunk at offset \(chunk.offset) claims \(chunk.length) bytes, and fewer follow"
        }
        return nil
    }

    /// As the chunk `eXIf` says it; upright where there is none.
    static func orientation(of bytes: [UInt8]) -> Orientation {
        for chunk in PNGChunks(of: bytes) where chunk.name == Array("eXIf".utf8) {
            return Orientation(exif: chunk.body) ?? .upright
        }
        return .upright
    }
}
