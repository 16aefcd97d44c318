import Foundation
import TestSupport
import Testing

@testable import GREDImages

@Suite("JPEG")
struct JPEGTests {
    let baseline: [UInt8]
    let progressive: [UInt8]

    init() throws {
        baseline = try PictureTests.file("jpeg-4-2-0")
        progressive = try PictureTests.file("jpeg-progressive")
    }

    @Test("what is no JPEG is refused in one sentence")
    func garbage() {
        for bytes in [[], [0], Array("not a picture at all".utf8)] as [[UInt8]] {
            let text = message { _ = try JPEG.decode(bytes) }
            #expect(text.contains("8 bits, found \(bytes.count) bytes"))
        }
    }

    @Test("a file cut anywhere is refused, as by Pillow")
    func truncated() {
        for file in [baseline, progressive] {
            for length in 0..<file.count {
                #expect(throws: JPEGError.self) { try JPEG.decode(Array(file[..<length])) }
            }
        }
    }

    @Test("a scan that ends early is refused, though libjpeg would paint the rest grey")
    func earlyEnd() {
        let half = Array(baseline[..<(baseline.count - 60)]) + [0xFF, 0xD9]
        #expect(message { _ = try JPEG.decode(half) }.contains("premature end of data segment"))
    }

    @Test("a header that claims absurd sizes is refused before memory is taken")
    func absurd() throws {
        var file = baseline
        let frame = try #require(file.firstRange(of: [0xFF, 0xC0])).lowerBound
        // After the marker: two bytes of length, one of precision, height and width.
        file.replaceSubrange((frame + 5)..<(frame + 9), with: [0xFF, 0xDC, 0xFF, 0xDC])
        let text = message { _ = try JPEG.decode(file) }
        #expect(text.contains("found 65500×65500"))
    }

    @Test("12 bits and two components are refused")
    func otherKinds() throws {
        let frame = try #require(baseline.firstRange(of: [0xFF, 0xC0])).lowerBound
        var twelve = baseline
        twelve[frame + 4] = 12
        #expect(throws: JPEGError.self) { try JPEG.decode(twelve) }
        var two = baseline
        two[frame + 9] = 2
        #expect(throws: JPEGError.self) { try JPEG.decode(two) }
    }

    @Test("scans without end are refused")
    func scans() throws {
        // The first scan, over and over: the next marker is the table for the second.
        let start = try #require(progressive.firstRange(of: [0xFF, 0xDA])).lowerBound
        let rest = progressive[start...]
        let end = try #require(rest.firstRange(of: [0xFF, 0xC4])).lowerBound
        let scans = repeatElement(progressive[start..<end], count: 600).joined()
        let file = Array(progressive[..<start]) + Array(scans) + [0xFF, 0xD9]
        let text = message { _ = try JPEG.decode(file) }
        #expect(text.contains("More than 500 scans"))
    }

    @Test("the hardest pixels fit into the memory taken for them", arguments: [1, 3])
    func hardest(channels: Int) throws {
        var random = SplitMix64(seed: 1, index: 0)
        for (width, height) in [(1, 1), (17, 1), (1, 33), (64, 64), (129, 65)] {
            let pixels = (0..<(width * height * channels)).map { _ in
                Bool.random(using: &random) ? UInt8.max : 0
            }
            let file = try JPEG.encode(
                pixels: pixels, width: width, height: height, channels: channels, quality: 100)
            let picture = try JPEG.decode(file)
            #expect(
                picture.shape == ImageShape(channels: channels, height: height, width: width))
        }
    }

    @Test("pixels that cannot be encoded are refused in one sentence")
    func unwritable() {
        func text(_ pixels: Int, _ width: Int, _ height: Int, _ channels: Int, _ quality: Int)
            -> String
        {
            message {
                _ = try JPEG.encode(
                    pixels: Array(repeating: 0, count: pixels), width: width, height: height,
                    channels: channels, quality: quality)
            }
        }
        #expect(text(4, 2, 2, 1, 0).contains("a JPEG quality in 1…100, found 0"))
        #expect(text(4, 2, 2, 1, 101).contains("a JPEG quality in 1…100, found 101"))
        #expect(text(3, 2, 2, 1, 75).contains("expected 1×2×2 pixel values"))
        #expect(text(8, 2, 2, 2, 75).contains("of 1 or 3 channels"))
        #expect(text(0, 0, 2, 1, 75).contains("expected 1×2×0 pixel values"))
        #expect(text(0, .max, .max, 3, 75).contains("found 0;"))
        #expect(text(65_501, 65_501, 1, 1, 75).contains("a side may have 65500 pixels"))
    }
}

@Suite("EXIF")
struct EXIFTests {
    private func block(
        tag: UInt8 = 0x12, type: UInt8 = 3, value: UInt8 = 6, count: UInt8 = 1
    ) -> [UInt8] {
        [0x49, 0x49, 42, 0, 8, 0, 0, 0, count, 0, tag, 1, type, 0, 1, 0, 0, 0, value, 0, 0, 0]
    }

    @Test("the orientation is found, as a short or a long number")
    func found() {
        #expect(Orientation(exif: block()[...]) == .leaningLeft)
        #expect(Orientation(exif: block(type: 4, value: 8)[...]) == .leaningRight)
    }

    @Test("a block without a valid orientation says nothing")
    func nothing() {
        for bytes in [
            block(tag: 0x13), block(type: 2), block(value: 0), block(value: 9), block(count: 0),
        ] {
            #expect(Orientation(exif: bytes[...]) == nil)
        }
    }

    @Test("a block cut anywhere says nothing")
    func cut() {
        for length in 0..<20 { #expect(Orientation(exif: block()[..<length]) == nil) }
    }
}
