import Foundation
import GREDImages
import Testing

@Suite("PNG")
struct PNGTests {
    @Test("pixels survive encoding", arguments: [1, 3], [(1, 1), (7, 5), (64, 33)])
    func roundTrip(channels: Int, size: (width: Int, height: Int)) throws {
        let count = size.width * size.height * channels
        let pixels = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }
        let file = try PNG.encode(
            pixels: pixels, width: size.width, height: size.height, channels: channels)
        let image = try PNG.decode(file)
        #expect(image.pixels == pixels)
        #expect(image.width == size.width)
        #expect(image.height == size.height)
        #expect(image.channels == channels)
    }

    @Test("noise, which does not compress, is encoded too")
    func noise() throws {
        var random = SystemRandomNumberGenerator()
        let pixels = (0..<(200 * 100 * 3)).map { _ in UInt8.random(in: 0...255, using: &random) }
        let file = try PNG.encode(pixels: pixels, width: 200, height: 100, channels: 3)
        #expect(try PNG.decode(file).pixels == pixels)
    }

    @Test("a scale makes squares of pixels")
    func scale() throws {
        let image = try PNG.decode(
            PNG.encode(
                pixels: [1, 2, 3, 4, 5, 6], width: 2, height: 1, channels: 3, scale: 2))
        #expect(image.width == 4)
        #expect(image.height == 2)
        let row: [UInt8] = [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]
        #expect(image.pixels == row + row)
    }

    /// Files made by Pillow 12 and the pixels that they stand for.
    static let fromPillow: [(name: String, file: String, channels: Int, pixels: [UInt8])] = [
        (
            "grey",
            "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAEElEQVR4nGNkYKxjaPj3HwAHBwL+VoAqFQAA"
                + "AABJRU5ErkJggg==",
            1, [0, 1, 127, 128, 254, 255]
        ),
        (
            "RGB",
            "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP4z8DA8J+BgYHhP5eIHAAaWAM6"
                + "guCrUwAAAABJRU5ErkJggg==",
            3, [255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30]
        ),
        (
            "a palette of one bit",
            "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACAQMAAABIeJ9nAAAABlBMVEUBAgP6+/z9XuajAAAADElEQVR4nGNwYHIAAAEIAIMYhovOAAAAAElFTkSuQmCC",
            3, [1, 2, 3, 250, 251, 252, 250, 251, 252, 1, 2, 3]
        ),
        (
            "16 bits, 0 and 32768 and 65535, the higher 8",
            "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABEAAAAABuG5crAAAAD0lEQVR4nGNgYGhg+P8fAAUEAn/jgEvgAAAA"
                + "AElFTkSuQmCC",
            1, [0, 128, 255]
        ),
        (
            "one bit",
            "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABAQAAAAAzmykZAAAACklEQVR4nGNwAAAAQgBBKTf07wAAAABJRU5E"
                + "rkJggg==",
            1, [0, 255, 0]
        ),
    ]

    @Test("files made by Pillow are read", arguments: fromPillow)
    func pillow(_ sample: (name: String, file: String, channels: Int, pixels: [UInt8])) throws {
        let file = try #require(Data(base64Encoded: sample.file))
        let image = try PNG.decode([UInt8](file))
        #expect(image.channels == sample.channels, "\(sample.name)")
        #expect(image.pixels == sample.pixels, "\(sample.name)")
    }

    @Test("what is no PNG is refused in one sentence")
    func garbage() {
        for bytes in [
            [], [0], Array("not a picture at all".utf8), Array(repeating: 0x89, count: 99),
        ] {
            let text = message { _ = try PNG.decode(bytes) }
            #expect(text.contains("expected a whole PNG file, found \(bytes.count) bytes"))
        }
    }

    @Test("a file cut anywhere in its pixels is refused")
    func truncated() throws {
        let pixels = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let file = try PNG.encode(pixels: pixels, width: 10, height: 10, channels: 3)
        // The last 12 bytes are the closing chunk, of which libpng needs none.
        for length in 0..<(file.count - 16) {
            #expect(throws: PNGError.self) { try PNG.decode(Array(file[..<length])) }
        }
    }

    @Test("a file with one bit changed is refused, or its pixels are those that were written")
    func flipped() throws {
        let pixels = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let file = try PNG.encode(pixels: pixels, width: 10, height: 10, channels: 3)
        let start = try #require(
            file.indices.first { Array(file[$0...].prefix(4)) == Array("IDAT".utf8) })
        // Whatever is compressed, and its checksum.
        for place in (start + 4)..<(file.count - 12) {
            var damaged = file
            damaged[place] ^= 4
            #expect(throws: PNGError.self, "byte \(place)") { try PNG.decode(damaged) }
        }
        // In what is not pixels, nothing that changes them goes unnoticed.
        for place in file.indices where !(start..<(file.count - 12)).contains(place) {
            var damaged = file
            damaged[place] ^= 4
            let decoded = try? PNG.decode(damaged)
            #expect(decoded == nil || decoded?.pixels == pixels, "byte \(place)")
        }
    }

    @Test("a header that claims absurd sizes is refused before memory is taken")
    func absurd() throws {
        var file = try PNG.encode(pixels: [7], width: 1, height: 1, channels: 1)
        file.replaceSubrange(16..<24, with: [0, 0x0F, 0x42, 0x40, 0, 0x0F, 0x42, 0x40])
        // The chunk's checksum over its type and body.
        let sum = crc32(file[12..<29])
        file.replaceSubrange(29..<33, with: (0..<4).map { UInt8(sum >> (24 - 8 * $0) & 255) })
        #expect(message { _ = try PNG.decode(file) }.contains("found 1000000×1000000"))
    }

    @Test("a chunk that claims more bytes than the file has is refused before libpng believes it")
    func longChunk() throws {
        var file = try PNG.encode(pixels: [1, 2, 3, 4], width: 2, height: 2, channels: 1)
        // A suggested palette of 1.5 GB after the 33 bytes of signature and header.
        file.insert(contentsOf: [0x5C, 0, 0, 1] + Array("sPLT".utf8), at: 33)
        let text = message { _ = try PNG.decode(file) }
        #expect(text.contains("a chunk at offset 33 claims 1543503873 bytes"))
    }

    @Test("pixels that make no image are not encoded")
    func refusals() {
        func encode(_ count: Int, _ width: Int, _ height: Int, _ channels: Int, _ scale: Int = 1) {
            #expect(throws: PNGError.self) {
                try PNG.encode(
                    pixels: Array(repeating: 0, count: count), width: width, height: height,
                    channels: channels, scale: scale)
            }
        }
        encode(3, 2, 2, 1)
        encode(8, 2, 2, 2)
        encode(0, 0, 0, 1)
        encode(1, .max, .max, 3)
        encode(4, 2, 2, 1, 0)
        encode(4, 2, 2, 1, 1 << 20)
        encode(4, 2, 2, 1, .max)
    }

    private func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }
}
