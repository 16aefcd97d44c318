import Foundation
import GREDImages
import Testing

@Suite("Image sets")
struct ImageSetTests {
    let set: ImageSet

    init() throws {
        set = try ImageSet(
            name: "tiny", shape: ImageShape(channels: 1, height: 1, width: 2),
            classNames: ["a", "b"], pixels: [1, 2, 3, 4, 5, 6], labels: [0, 1, 1])
    }

    @Test("a subset keeps the order asked for, repeats included")
    func subset() throws {
        let chosen = set.subset([2, 0, 2])
        #expect(try chosen.pixels == [5, 6, 1, 2, 5, 6])
        #expect(chosen.labels == [1, 0, 1])
        #expect(try set[indices: [1]].pixels == [3, 4])
    }

    @Test("a prefix is cut at the set's size and at zero")
    func prefix() throws {
        #expect(try set.prefix(2).pixels == [1, 2, 3, 4])
        #expect(set.prefix(99).count == 3)
        #expect(set.prefix(-1).isEmpty)
    }

    @Test("the bytes of an image are its own")
    func bytes() throws {
        #expect(try set.bytes(of: 1) == [3, 4])
        #expect(try set.bytes(of: [2, 0]) == [5, 6, 1, 2])
        #expect(set.classCounts == [1, 2])
    }

    @Test("other labels need one an image, each of a class that is named")
    func relabelled() throws {
        let other = try set.relabelled([2, 0, 1], classNames: ["x", "y", "z"])
        #expect(other.labels == [2, 0, 1] && other.classNames == ["x", "y", "z"])
        #expect(try other.pixels == set.pixels)
        #expect(
            message { _ = try set.relabelled([0], classNames: ["x"]) }.contains("expected 3 labels")
        )
        #expect(
            message { _ = try set.relabelled([0, 0, 1], classNames: ["x"]) }
                .contains("found 1 at image 2"))
    }

    @Test("the hash follows shape, labels and pixels, and not the names")
    func hash() throws {
        func variant(
            name: String = "x", width: Int = 2, pixels: [UInt8] = [1, 2, 3, 4, 5, 6],
            labels: [Int] = [0, 1, 1]
        ) throws -> String {
            try ImageSet(
                name: name, shape: ImageShape(channels: 1, height: 2 / width, width: width),
                classNames: ["A", "B"], pixels: pixels, labels: labels
            ).contentHash
        }
        // sha256 of struct.pack("<7q", 1, 1, 2, 3, 0, 1, 1) + bytes([1, 2, 3, 4, 5, 6]), by Python.
        let known = "6b1da31a02bd7eda47aefcf61e2a5008cb5f6f400dd9d255003acd7dedd15596"
        #expect(try set.contentHash == known)
        #expect(try variant() == known)
        #expect(try variant(width: 1) != known)
        #expect(try variant(pixels: [1, 2, 3, 4, 5, 7]) != known)
        #expect(try variant(labels: [0, 1, 0]) != known)
    }

    @Test("parts that do not fit are refused with what was expected and found")
    func refusals() {
        func make(_ shape: ImageShape, _ pixels: [UInt8], _ labels: [Int]) -> String {
            message {
                _ = try ImageSet(
                    name: "odd", shape: shape, classNames: ["a"], pixels: pixels, labels: labels)
            }
        }
        let one = ImageShape(channels: 1, height: 1, width: 1)
        #expect(make(one, [1, 2], [0]).contains("expected 1 images of 1×1×1"))
        #expect(make(one, [1], [1]).contains("expected labels 0…0, found 1 at image 0"))
        #expect(make(one, [1], [-1]).contains("found -1"))
        let flat = ImageShape(channels: 1, height: 0, width: 1)
        #expect(make(flat, [], []).contains("positive sides"))
        let vast = ImageShape(channels: 3, height: .max, width: .max)
        #expect(make(vast, [1], [0]).contains("found 1 pixel"))
        #expect(make(vast, [], []) == "no error")
    }

    @Test("a shape survives JSON, and a negative side does not")
    func shapeCodable() throws {
        let shape = ImageShape(channels: 3, height: 32, width: 31)
        let data = try JSONEncoder().encode(shape)
        #expect(try JSONDecoder().decode(ImageShape.self, from: data) == shape)
        #expect(shape.count == 2976)
        let bad = Data(#"{"channels":1,"height":-1,"width":2}"#.utf8)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(ImageShape.self, from: bad)
        }
    }

    @Test("a contact sheet lays images out in rows")
    func contactSheet() throws {
        let sheet = try PNG.decode(set.contactSheet(columns: 2))
        #expect(sheet.width == 4)
        #expect(sheet.height == 2)
        #expect(sheet.pixels == [1, 2, 3, 4, 5, 6, 0, 0])
        #expect(throws: PNGError.self) { try set.prefix(0).contactSheet(columns: 2) }
    }
}
