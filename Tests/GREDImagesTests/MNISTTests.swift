import Foundation
import GREDImages
import TestSupport
import Testing

@Suite("MNIST")
struct MNISTTests {
    /// Four small files of the right form.
    static func lay(in folder: TemporaryFolder, suffix: String = "", side: UInt32 = 28) throws {
        for (part, count) in [("train", 3), ("t10k", 2)] as [(String, UInt32)] {
            let body = (0..<(count * side * side)).map { UInt8(truncatingIfNeeded: $0) }
            let images = idxImages(count, side, side, body)
            let labels = idxLabels((0..<count).map { UInt8($0) })
            _ = try folder.write(
                suffix.isEmpty ? images : gzip(images), as: "\(part)-images-idx3-ubyte\(suffix)")
            _ = try folder.write(
                suffix.isEmpty ? labels : gzip(labels), as: "\(part)-labels-idx1-ubyte\(suffix)")
        }
    }

    @Test("four files of other data are read, and said not to be MNIST", arguments: ["", ".gz"])
    func otherData(suffix: String) throws {
        let folder = try TemporaryFolder()
        try Self.lay(in: folder, suffix: suffix)
        let mnist = try MNIST(folder: folder.url)
        #expect(mnist.train.count == 3)
        #expect(mnist.test.count == 2)
        #expect(mnist.train.shape == MNIST.shape)
        guard case .altered(let mismatches) = mnist.integrity else {
            Issue.record("expected altered, found \(mnist.integrity)")
            return
        }
        #expect(mismatches.count == 4)
        #expect(
            mismatches[0].description.contains(
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"))
    }

    @Test("a missing file is named")
    func missing() throws {
        let folder = try TemporaryFolder()
        try Self.lay(in: folder)
        try FileManager.default.removeItem(
            at: folder.url.appendingPathComponent("t10k-labels-idx1-ubyte"))
        let text = message { _ = try MNIST(folder: folder.url) }
        #expect(text.contains("expected MNIST's t10k-labels-idx1-ubyte"))
    }

    @Test("images of another size are refused")
    func otherSize() throws {
        let folder = try TemporaryFolder()
        try Self.lay(in: folder, side: 32)
        #expect(message { _ = try MNIST(folder: folder.url) }.contains("found 32×32 at offset 8"))
    }

    static let isHere = FileManager.default.fileExists(
        atPath: DataHome.mnist.appendingPathComponent("train-images-idx3-ubyte.gz").path)

    @Test(
        "the published files are recognised and split as planned",
        .enabled(if: isHere, "MNIST is not in the data home (set GRED_DATA)"))
    func published() throws {
        let mnist = try MNIST(folder: DataHome.mnist)
        #expect(mnist.integrity == .original)
        #expect(mnist.train.count == 60_000)
        #expect(mnist.test.count == 10_000)
        #expect(Array(mnist.train.labels.prefix(5)) == [5, 0, 4, 1, 9])
        let sets = try FourSets(
            train: mnist.train, test: mnist.test, fit: 50_000, guard: 8_000, calibrate: 2_000)
        #expect(sets.leftOut == 0)
        #expect([sets.fit, sets.guard, sets.calibrate].map(\.count) == [50_000, 8_000, 2_000])
        #expect(sets.test.prefix(400).classCounts.allSatisfy { (35...46).contains($0) })
    }
}

@Suite("Where data is kept")
struct DataHomeTests {
    @Test("the variables decide, and the home folder otherwise")
    func variables() {
        let home = ["HOME": "/home/me"]
        #expect(GREDCache.url(environment: home).path == "/home/me/.cache/gred")
        #expect(DataHome.url(environment: home).path == "/home/me/.cache/gred/data")
        let cache = home.merging(["GRED_CACHE": "/c", "GRED_DATA": ""]) { $1 }
        #expect(GREDCache.url(environment: cache).path == "/c")
        #expect(DataHome.url(environment: cache).path == "/c/data")
        let data = cache.merging(["GRED_DATA": "/d"]) { $1 }
        #expect(DataHome.url(environment: data).path == "/d")
        #expect(GREDCache.url(environment: ["GRED_CACHE": "~/x"]).path.hasSuffix("/x"))
        #expect(!GREDCache.url(environment: ["GRED_CACHE": "~/x"]).path.contains("~"))
    }
}
