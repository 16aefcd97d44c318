extension Orientation {
    /// Reads the tag from an EXIF block: a TIFF header, and the first directory that it points to.
    ///
    /// Nil where there is no such tag, where its value is not 1…8, or where the block is damaged:
    /// it says nothing about the pixels, which are then taken as they lie.
    init?(exif: ArraySlice<UInt8>) {
        guard let reader = TIFFReader(exif), let directory = reader.long(at: 4),
            let count = reader.short(at: directory)
        else { return nil }
        for index in 0..<count {
            // A tag, its type, how many values there are, and the value where it fits four bytes.
            let entry = directory + 2 + 12 * index
            guard let tag = reader.short(at: entry) else { return nil }
            guard tag == 0x0112 else { continue }
            switch reader.short(at: entry + 2) {
            case 3: self.init(rawValue: reader.short(at: entry + 8) ?? 0)
            case 4: self.init(rawValue: reader.long(at: entry + 8) ?? 0)
            default: return nil
            }
            return
        }
        return nil
    }
}

extension JPEG {
    /// As the EXIF segment says it; upright where there is none.
    static func orientation(of bytes: [UInt8]) -> Orientation {
        // After the start of the image: segments of a marker, a length that counts itself, a body.
        var offset = 2
        while offset + 4 <= bytes.count, bytes[offset] == 0xFF {
            let marker = bytes[offset + 1]
            // Any number of 0xFF may stand before a marker.
            if marker == 0xFF {
                offset += 1
                continue
            }
            // With the first scan the pixels begin.
            if marker == 0xDA { break }
            let length = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
            let end = offset + 2 + length
            guard length >= 2, end <= bytes.count else { break }
            let body = bytes[(offset + 4)..<end]
            if marker == 0xE1, body.starts(with: Array("Exif\0\0".utf8)) {
                return Orientation(exif: body.dropFirst(6)) ?? .upright
            }
            offset = end
        }
        return .upright
    }
}

/// Numbers in a TIFF block, in the byte order that its header names; nil beyond its end.
private struct TIFFReader {
    private let bytes: ArraySlice<UInt8>
    private let isLittleEndian: Bool

    init?(_ bytes: ArraySlice<UInt8>) {
        if bytes.starts(with: [0x49, 0x49, 42, 0]) {
            isLittleEndian = true
        } else if bytes.starts(with: [0x4D, 0x4D, 0, 42]) {
            isLittleEndian = false
        } else {
            return nil
        }
        self.bytes = bytes
    }

    func short(at offset: Int) -> Int? { number(at: offset, width: 2) }
    func long(at offset: Int) -> Int? { number(at: offset, width: 4) }

    private func number(at offset: Int, width: Int) -> Int? {
        guard offset >= 0, offset <= bytes.count - width else { return nil }
        let digits = bytes.dropFirst(offset).prefix(width)
        return isLittleEndian
            ? digits.reversed().reduce(0) { $0 << 8 | Int($1) }
            : digits.reduce(0) { $0 << 8 | Int($1) }
    }
}
