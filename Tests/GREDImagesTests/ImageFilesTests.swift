import Foundation
import LibTorch
import TestSupport
import Testing

@testable import GREDImages

@Suite("Images from files of any kind")
struct ImageFilesTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private let pixels: [UInt8] = [0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6]

    /// Two images of 2×3, as MNIST's files hold them.
    private var idx: [UInt8] { [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + pixels }

    @Test("idx, packed or not, becomes numbered grey images in 0…1", arguments: [false, true])
    func idx(isPacked: Bool) throws {
        let file = try folder.write(isPacked ? gzip(idx) : idx, as: "two")
        let files = try ImageFiles(file)
        #expect(files.images.shape == [2, 1, 2, 3] && files.images.dtype == .float32)
        #expect(try files.images.floats() == pixels.map { Float($0) / 255 })
        #expect(files.names == ["two#0", "two#1"])
    }

    @Test("bytes of a safetensors file are divided by 255, and other numbers are taken as they are")
    func safetensors() throws {
        let file = folder.url.appending(component: "some.safetensors")
        let bytes = try Tensor(pixels, shape: [1, 3, 2, 2])
        func read(_ tensors: [(String, Tensor)]) throws -> [Float] {
            try Safetensors.write(tensors, to: file)
            let files = try ImageFiles(file)
            #expect(files.images.shape == [1, 3, 2, 2] && files.images.dtype == .float32)
            #expect(files.names == ["some.safetensors#0"])
            return try files.images.floats()
        }
        let values = pixels.map { Float($0) / 255 }
        #expect(try read([("images", bytes)]) == values)
        let unit = try bytes.to(.float32) / 255
        #expect(try read([("images", unit)]) == values)
        #expect(try read([("images", unit.to(.float64))]) == values)
        // One tensor needs no name, and among several it is known by it.
        #expect(try read([("anything", bytes)]) == values)
        #expect(try read([("labels", Tensor([7])), ("images", bytes)]) == values)
    }

    @Test("a picture is made into the shape that is asked for, and no other file is")
    func shapes() throws {
        let picture = try folder.write(
            PNG.encode(pixels: Array(pixels[..<4]), width: 2, height: 2, channels: 1), as: "p.png")
        #expect(try ImageFiles(picture).images.shape == [1, 1, 2, 2])
        let colour = ImageShape(channels: 3, height: 2, width: 2)
        #expect(try ImageFiles(picture, picturesAs: colour).images.shape == [1, 3, 2, 2])
        let larger = ImageShape(channels: 1, height: 4, width: 4)
        #expect(throws: ImageFileFault.self) { try ImageFiles(picture, picturesAs: larger) }
        #expect(
            try ImageFiles(picture, picturesAs: larger, .stretch).images.shape == [1, 1, 4, 4])
        let numbers = try folder.write(idx, as: "numbers")
        #expect(try ImageFiles(numbers, picturesAs: larger).images.shape == [2, 1, 2, 3])
    }

    @Test("what holds no images is refused, and why is said")
    func refusals() throws {
        let file = folder.url.appending(component: "some.safetensors")
        try Safetensors.write([("a", Tensor([1])), ("b", Tensor([2]))], to: file)
        #expect(throws: ImageFileFault.noImages(path: file.path, found: ["a", "b"])) {
            try ImageFiles(file)
        }
        try Safetensors.write([("images", Tensor([1, 2]))], to: file)
        #expect(throws: ImageFileFault.shape(path: file.path, found: [2])) { try ImageFiles(file) }
        let text = try folder.write(Array("no image".utf8), as: "text")
        #expect(throws: ImageFileFault.unknownKind(path: text.path)) { try ImageFiles(text) }
        for url in [folder.url, folder.url.appending(component: "none")] {
            #expect(throws: ImageFileFault.unreadable(path: url.path)) { try ImageFiles(url) }
        }
    }
}
