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

    @Test("a set is resampled as pictures are, and loses what stands in single pixels")
    func resampled() throws {
        let shape = ImageShape(channels: 3, height: 16, width: 24)
        var stream = RandomStream(seed: 1, purpose: "resampled")
        let pixels = (0..<3 * shape.count).map { _ in UInt8(stream.uniform() * 255) }
        let set = try ImageSet(
            name: "any", shape: shape, classNames: ["a", "b"], pixels: pixels, labels: [0, 1, 1])
        let found = try set.resampled(to: 7.0 / 8)
        #expect(found.shape == shape && found.labels == set.labels)
        for image in 0..<set.count {
            let planes = try Array(set.bytes(of: [image]))
            let plane = shape.height * shape.width
            let picture = Picture(
                pixels: (0..<shape.count).map { planes[$0 % 3 * plane + $0 / 3] }, width: 24,
                height: 16, channels: 3)
            let smaller = try picture.framed(
                .stretch, as: ImageShape(channels: 3, height: 14, width: 21))
            #expect(
                try Array(found.bytes(of: [image])) == smaller.framed(.stretch, as: shape).planes)
        }
        // Stripes of one pixel.
        let stripes = try ImageSet(
            name: "stripes", shape: ImageShape(channels: 1, height: 16, width: 16),
            classNames: ["a", "b"], pixels: (0..<256).map { $0 % 2 == 0 ? 96 : 160 }, labels: [0])
        let left = try stripes.resampled(to: 7.0 / 8).bytes(of: [0])
        let differences = zip(left, left.dropFirst()).map { abs(Int($0) - Int($1)) }
        #expect(differences.reduce(0, +) < 64 * 255 / 2)
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
