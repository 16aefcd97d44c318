import Foundation
import LibTorch
import TestSupport
import Testing

@testable import GREDImages

@Suite("Framing")
struct FramingTests {
    struct Sizes: Decodable { var shorter, height, width: Int }

    static func golden() throws -> Golden { try Golden("resizing", in: .module) }

    static func cases() throws -> [String: Sizes] {
        let text = try #require(try golden().metadata["cases"])
        return try JSONDecoder().decode([String: Sizes].self, from: Data(text.utf8))
    }

    static func picture(_ name: String) throws -> Picture {
        let tensor = try golden()[name]
        return Picture(
            pixels: try tensor.bytes(), width: tensor.shape[1], height: tensor.shape[0],
            channels: tensor.shape[2])
    }

    @Test("equals torchvision's antialiased resizing to 1/255, of pictures and of tensors")
    func torchvision() throws {
        let cases = try Self.cases()
        #expect(cases.count == 9)
        for (name, sizes) in cases {
            let source = try Self.picture("from.\(name)")
            let framing: Framing =
                sizes.shorter == 0 ? .stretch : .crop(shorterSide: sizes.shorter)
            let framed = try source.framed(
                framing,
                as: ImageShape(
                    channels: source.channels, height: sizes.height, width: sizes.width))
            for reference in ["pillow", "tensor"] {
                let expected = try Self.picture("to.\(name).\(reference)")
                #expect(framed.shape == expected.shape)
                let furthest = zip(framed.pixels, expected.pixels)
                    .map { abs(Int($0) - Int($1)) }.max()
                #expect(try #require(furthest) <= 1, "\(name), \(reference)")
            }
        }
    }

    @Test("a picture of the very size stays as it is")
    func identity() throws {
        let picture = try Self.picture("from.same")
        for framing in [Framing.filling(picture.shape), .stretch, .unscaled] {
            #expect(try picture.framed(framing, as: picture.shape) == picture)
        }
    }

    @Test("shapes that cannot be met are refused in a sentence")
    func refusals() throws {
        let picture = try Self.picture("from.same")
        func text(_ framing: Framing, _ channels: Int, _ height: Int, _ width: Int) -> String {
            message {
                _ = try picture.framed(
                    framing, as: ImageShape(channels: channels, height: height, width: width))
            }
        }
        #expect(text(.stretch, 4, 8, 8).contains("1 or 3 channels"))
        #expect(text(.unscaled, 3, 8, 12).contains("a picture of 3×8×12, found one of 3×12×12"))
        #expect(text(.stretch, 3, 0, 8).contains("positive sides"))
        #expect(text(.stretch, 3, .max, .max).contains("positive sides"))
        #expect(text(.crop(shorterSide: 7), 3, 8, 8).contains("at least 8"))
        #expect(text(.crop(shorterSide: .max), 3, 8, 8).contains("once the shorter side"))
        let line = Picture(
            pixels: Array(repeating: 0, count: 1 << 20), width: 1 << 20, height: 1, channels: 1)
        #expect(throws: PictureError.self) {
            try line.framed(
                .crop(shorterSide: 1 << 26), as: ImageShape(channels: 1, height: 8, width: 8))
        }
    }
}
