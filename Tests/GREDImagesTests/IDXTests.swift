import Foundation
import GREDImages
import TestSupport
import Testing

@Suite("idx files")
struct IDXTests {
    let folder: TemporaryFolder
    let good = idxImages(2, 2, 2, Array(1...8))

    init() throws { folder = try TemporaryFolder() }

    private func images(_ bytes: [UInt8], maximumBytes: Int = 1 << 31) throws -> IDX {
        try IDX(.images, at: folder.write(bytes, as: "images"), maximumBytes: maximumBytes)
    }

    private func fault(_ bytes: [UInt8], maximumBytes: Int = 1 << 31) -> String {
        message { _ = try images(bytes, maximumBytes: maximumBytes) }
    }

    @Test("images are read")
    func plain() throws {
        let idx = try images(good)
        #expect(idx.dimensions == [2, 2, 2])
        #expect(idx.body == Array(1...8))
    }

    @Test("gzipped images are read, whatever the file's name")
    func gzipped() throws {
        // gzip.compress of the same bytes, by Python.
        let idx = try images(Self.gzippedByPython)
        #expect(idx.dimensions == [2, 2, 2])
        #expect(idx.body == Array(1...8))
        #expect(try idx.contentHash == images(good).contentHash)
    }

    @Test("gzip files of several members are read", arguments: [1, 4, 15, 23])
    func members(cut: Int) throws {
        let parts = [Array(good[..<cut]), Array(good[cut...])]
        #expect(try images(parts.flatMap { gzip($0) }).body == Array(1...8))
    }

    @Test("a pair becomes a set")
    func pair() throws {
        let set = try ImageSet(
            name: "pair", images: folder.write(good, as: "i"),
            labels: folder.write(gzip(idxLabels([1, 0])), as: "l"), classNames: ["a", "b"])
        #expect(set.shape == ImageShape(channels: 1, height: 2, width: 2))
        #expect(set.labels == [1, 0])
    }

    @Test("a file cut anywhere is refused", arguments: 0..<24)
    func truncated(length: Int) {
        let cut = Array(good[..<length])
        for text in [fault(cut), fault(gzip(cut))] {
            #expect(
                text.contains(length < 16 ? "expected an idx header of 16" : "expected 24 bytes"))
            #expect(text.contains("after \(length);"))
        }
    }

    @Test("gzip data cut anywhere is refused")
    func truncatedGzip() {
        let whole = gzip(good)
        for length in 2..<whole.count {
            #expect(fault(Array(whole[..<length])).contains("images: expected"))
        }
    }

    @Test("gzip data with any byte changed is refused or read as it was")
    func damagedGzip() throws {
        let whole = gzip(good)
        for index in whole.indices {
            var bytes = whole
            bytes[index] ^= 0x55
            if let idx = try? images(bytes) { #expect(idx.body == Array(1...8)) }
        }
    }

    @Test("a wrong magic number is named, and known ones are recognised")
    func magic() {
        let text = fault(idxLabels([1, 2]))
        #expect(text.contains("magic number 2051 at offset 0"))
        #expect(text.contains("found 2049, which marks labels"))
        #expect(fault(Array("PNG and more".utf8)).contains("expected an idx file of images"))
        let labels = message { _ = try IDX(.labels, at: folder.write(good, as: "x")) }
        #expect(labels.contains("found 2051, which marks images"))
    }

    @Test("bytes after the end are refused")
    func trailing() {
        for bytes in [good + [0], gzip(good + [0])] {
            #expect(fault(bytes).contains("expected the end at offset 24"))
        }
        #expect(fault(gzip(good) + [1, 2, 3]).contains("gzip"))
    }

    @Test("an empty dimension is refused", arguments: 0..<3)
    func zero(axis: Int) {
        var sizes: [UInt32] = [2, 2, 2]
        sizes[axis] = 0
        let text = fault(idx(magic: 0x803, sizes, []))
        #expect(text.contains("found 0 at offset \(4 * (axis + 1))"))
    }

    @Test("dimensions that no memory holds are refused before any is taken")
    func huge() {
        let most = UInt32.max
        #expect(fault(idxImages(most, most, most, [1])).contains("4294967295×4294967295"))
        #expect(fault(gzip(idxImages(most, most, most, [1]))).contains("at most 2147483648"))
        // Within the limit, but more than the file can hold.
        #expect(fault(idxImages(1000, 1000, 1000, [1])).contains("expected 1000000016 bytes"))
        #expect(fault(gzip(idxImages(1000, 1000, 1000, [1]))).contains("compressed bytes"))
        #expect(fault(good, maximumBytes: 7).contains("expected at most 7 values"))
    }

    @Test("gzip data that inflates far beyond its header is refused")
    func bomb() {
        let bytes = gzip(idxImages(1, 2, 2, Array(repeating: 0, count: 50_000_000)))
        #expect(fault(bytes).contains("expected the end at offset 20"))
    }

    @Test("labels beyond the classes and unequal counts are refused with the place")
    func pairs() throws {
        let file = try folder.write(good, as: "i")
        func pair(_ labels: [UInt8]) -> String {
            message {
                _ = try ImageSet(
                    name: "pair", images: file, labels: folder.write(idxLabels(labels), as: "l"),
                    classNames: MNIST.classNames)
            }
        }
        #expect(pair([3, 10]).contains("expected labels 0…9, found 10 at offset 9"))
        #expect(pair([1, 2, 3]).contains("expected 2 labels"))
        #expect(pair([9, 0]) == "no error")
    }

    @Test("a file that is missing or a folder is named")
    func unreadable() {
        let missing = message { _ = try IDX(.images, at: folder.url.appendingPathComponent("no")) }
        #expect(missing.contains("/no: expected a readable idx file"))
        #expect(message { _ = try IDX(.images, at: folder.url) }.contains("readable"))
    }

    private static let gzippedByPython = [UInt8](
        Data(base64Encoded: "H4sIAAAAAAACA2Ng4GBmYGBggmFGJmYWVjZ2DgBlNOKhGAAAAA==") ?? Data())
}
