import Foundation
import GREDImages
import Testing

extension ProgramTests {
    /// Files that `gred inspect` must refuse.
    @Suite("Images that cannot be inspected")
    struct BadImagesTests {
        struct Case: CustomTestStringConvertible {
            var testDescription: String
            var bytes: [UInt8]
            /// What the sentence must say.
            var words: [String]
        }

        static let cases: [Case] = [
            Case(
                testDescription: "an idx file that ends too early",
                bytes: Bytes.idx(magic: 2051, [10, 28, 28], Array(repeating: 0, count: 100)),
                words: ["expected 7856 bytes", "116", "fetch the file again"]),
            Case(
                testDescription: "an idx file with another magic number",
                bytes: Bytes.idx(magic: 2052, [1, 28, 28], Array(repeating: 0, count: 784)),
                words: ["magic number 2051", "2052", "check"]),
            Case(
                testDescription: "an idx file of labels",
                bytes: Bytes.idx(magic: 2049, [10], Array(repeating: 0, count: 10)),
                words: ["which marks labels"]),
            Case(
                testDescription: "normalised images",
                bytes: Bytes.images(of: [-0.4, 2.8]),
                words: ["Image 0", "-0.4", "0…1", "normalisation"]),
            Case(
                testDescription: "values beyond 1, far behind in the file",
                bytes: Bytes.images(of: Array(repeating: 0.5, count: 299) + [2.8]),
                words: ["Image 299", "2.8", "0…1", "divide"]),
            Case(
                testDescription: "a value that is no number",
                bytes: Bytes.images(of: [0.5, .nan]), words: ["Image 1", "not a number"]),
            Case(
                testDescription: "images of three channels",
                bytes: Bytes.images(of: [0.5], channels: 3), words: ["1×28×28", "3×28×28"]),
            Case(
                testDescription: "a tensor that is no batch of images",
                bytes: Bytes.safetensors(shape: [28, 28], Array(repeating: 0.5, count: 784)),
                words: ["[28, 28]", "N×C×H×W"]),
            Case(
                testDescription: "a header that claims bytes beyond the file",
                bytes: Bytes.safetensors(
                    shape: [1, 1, 28, 28], Array(repeating: 0.5, count: 784),
                    offsets: [0, 1_000_000_000_000]),
                words: ["'images'", "the header lies"]),
            Case(
                testDescription: "a header whose shape needs other bytes",
                bytes: Bytes.safetensors(
                    shape: [2, 1, 28, 28], Array(repeating: 0.5, count: 784)),
                words: ["'images'", "does not take 3136 bytes"]),
            Case(
                testDescription: "a text", bytes: Array("These are no images at all.\n".utf8),
                words: ["PNG", "idx", "safetensors"]),
            Case(
                testDescription: "a JPEG that is none",
                bytes: [0xFF, 0xD8, 0xFF, 0xE0] + Array(repeating: 0, count: 60),
                words: ["whole JPEG", "64 bytes"]),
            Case(
                testDescription: "an empty file", bytes: [], words: ["PNG", "idx", "safetensors"]),
        ]

        private let place: Workplace

        init() throws {
            place = try Workplace()
            try Untrained.writeBundle(to: place["bundle"])
        }

        @Test("a file is refused by name, and before any verdict", arguments: cases)
        func refused(bad: Case) throws {
            try place.write(bad.bytes, as: "bad.file")
            for arguments in [["--json"], []] {
                try place.run(["inspect", "bundle", "bad.file"] + arguments)
                    .expectRefusal(["bad.file"] + bad.words)
            }
        }

        @Test("a PNG of another shape is refused with both shapes")
        func otherShape() throws {
            let square = try PNG.encode(
                pixels: Array(repeating: 9, count: 32 * 32), width: 32, height: 32, channels: 1)
            try place.write(square, as: "large.png")
            try place.gred("inspect", "bundle", "large.png")
                .expectRefusal(["large.png", "1×28×28", "32×32"])
        }

        @Test("a PNG that is cut off is refused by name")
        func cutPNG() throws {
            let whole = try PNG.encode(
                pixels: Array(repeating: 9, count: 784), width: 28, height: 28, channels: 1)
            try place.write(Array(whole.prefix(40)), as: "cut.png")
            try place.gred("inspect", "bundle", "cut.png", "--json")
                .expectRefusal(["cut.png", "whole PNG"])
        }

        @Test("a missing file and a folder are refused by name")
        func missing() throws {
            try place.gred("inspect", "bundle", "nothing.png").expectRefusal(["nothing.png"])
            try place.gred("inspect", "bundle", "bundle").expectRefusal([
                "bundle", "check the path",
            ])
        }

        @Test("what rounding left outside 0…1 is let through")
        func roundingIsTolerated() throws {
            try place.write(Bytes.images(of: [-3e-8, 1 + 1e-7]), as: "rounded.safetensors")
            let outcome = try place.gred("inspect", "bundle", "rounded.safetensors", "--json")
            #expect(outcome.status == 0 || outcome.status == 3)
            #expect(outcome.output.split(separator: "\n").count == 2)
        }
    }
}
