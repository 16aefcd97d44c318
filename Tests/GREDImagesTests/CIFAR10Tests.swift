import Foundation
import TestSupport
import Testing

@testable import GREDImages

@Suite("CIFAR-10")
struct CIFAR10Tests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static var isHere: Bool { (try? CIFAR10(folder: DataHome.cifar10)) != nil }
    static var isSlowWelcome: Bool { ProcessInfo.processInfo.environment["GRED_SLOW_TESTS"] != nil }

    /// A record: its label, then red, green and blue, each row by row.
    private func record(_ label: UInt8, from first: UInt8) -> [UInt8] {
        [label] + (0..<3_072).map { first &+ UInt8(truncatingIfNeeded: $0) }
    }

    /// Six files of two records each, in `cifar-10-batches-bin` of the folder.
    private func lay(_ change: (inout [UInt8], _ file: Int) -> Void = { _, _ in }) throws {
        let inner = folder.url.appendingPathComponent("cifar-10-batches-bin")
        try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
        for (index, name) in CIFAR10.files.enumerated() {
            var bytes =
                record(UInt8(index), from: UInt8(index))
                + record(9, from: UInt8(100 + index))
            change(&bytes, index)
            try Data(bytes).write(to: inner.appendingPathComponent(name))
        }
    }

    private func archive(_ source: URL, as name: String = "cifar-10-binary.tar.gz") throws -> URL {
        let file = folder.url.appendingPathComponent(name)
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments = [
            "tar", "-C", source.path, "-I", "gzip -1", "-cf", file.path, "cifar-10-batches-bin",
        ]
        try tar.run()
        tar.waitUntilExit()
        #expect(tar.terminationStatus == 0)
        return file
    }

    @Test("records are a label and three planes, in the files' order")
    func records() throws {
        try lay()
        let set = try CIFAR10(folder: folder.url)
        #expect(set.train.labels == [0, 9, 1, 9, 2, 9, 3, 9, 4, 9])
        #expect(set.test.labels == [5, 9])
        #expect(try set.train.bytes(of: 3).prefix(3) == [101, 102, 103])
        #expect(try set.test.bytes(of: 0).last == 5 &+ UInt8(truncatingIfNeeded: 3_071))
        #expect(set.train.shape == ImageShape(channels: 3, height: 32, width: 32))
        #expect(try !set.isOriginal)
    }

    @Test("a file that is missing, cut, empty or has a label beyond 9 is named")
    func damage() throws {
        let inner = folder.url.appendingPathComponent("cifar-10-batches-bin")
        try lay { bytes, file in if file == 2 { bytes.removeLast() } }
        #expect(
            message { _ = try CIFAR10(folder: folder.url) }.contains(
                "data_batch_3.bin: expected records of 3,073 bytes, found 6145 bytes"))
        try lay { bytes, file in if file == 5 { bytes = [] } }
        #expect(
            message { _ = try CIFAR10(folder: folder.url) }.contains("test_batch.bin: expected rec")
        )
        try lay { bytes, file in if file == 0 { bytes[3_073] = 10 } }
        #expect(
            message { _ = try CIFAR10(folder: folder.url) }.contains("found 10 in record 1"))
        try lay()
        try FileManager.default.removeItem(at: inner.appendingPathComponent("data_batch_4.bin"))
        #expect(
            message { _ = try CIFAR10(folder: folder.url) }.contains("data_batch_4.bin: expected a")
        )
    }

    @Test("the hash is that of the sorted records, whatever their order")
    func order() throws {
        try lay()
        let straight = try CIFAR10(folder: folder.url)
        try lay { bytes, _ in bytes = Array(bytes[3_073...]) + Array(bytes[..<3_073]) }
        let turned = try CIFAR10(folder: folder.url)
        #expect(straight.train.labels != turned.train.labels)
        #expect(try CIFAR10.sortedHash(straight.train) == CIFAR10.sortedHash(turned.train))
        try lay { bytes, file in if file == 1 { bytes[5] ^= 1 } }
        #expect(
            try CIFAR10.sortedHash(straight.train)
                != CIFAR10.sortedHash(CIFAR10(folder: folder.url).train))
    }

    @Test("an archive of other images, or no archive, is refused and leaves nothing")
    func impostor() throws {
        try lay()
        let file = try archive(folder.url)
        let bytes = try [UInt8](Data(contentsOf: file))
        let target = try TemporaryFolder()
        for (answer, expected) in [
            (bytes, "expected CIFAR-10's images, found others"),
            ([1, 2, 3], "which tar cannot unpack"),
        ] {
            let server = try LoopbackServer { _ in .bytes(answer) }
            let text = message { try CIFAR10.download(into: target.url, from: [server.url]) }
            #expect(text.contains(expected))
            #expect(text.contains("GRED_CIFAR10_URL"))
            #expect(try target.names.isEmpty)
        }
    }

    @Test("files that are there are left alone, whatever they hold")
    func present() throws {
        try lay()
        try CIFAR10.download(into: folder.url, from: [])
    }

    @Test(
        "the published images are fetched, checked and unpacked",
        .enabled(if: isHere && isSlowWelcome, "CIFAR-10 (GRED_DATA) and GRED_SLOW_TESTS"))
    func published() throws {
        let file = try archive(DataHome.cifar10)
        let target = try TemporaryFolder()
        try CIFAR10.download(into: target.url, from: [file.deletingLastPathComponent()])
        #expect(try target.names == ["cifar-10-batches-bin"])
        #expect(try CIFAR10(folder: target.url).isOriginal)
    }
}
