import Foundation
import LibTorch
import TestSupport
import Testing

@Suite("Files that are there whole or not at all")
struct AtomicFileTests {
    @Test("are written into folders that they bring along, and replace older ones")
    func writes() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("a/b/file")
        try AtomicFile.write(Data([1, 2, 3]), to: url)
        #expect(try Data(contentsOf: url) == Data([1, 2, 3]))
        try AtomicFile.write(Data([4]), to: url)
        #expect(try Data(contentsOf: url) == Data([4]))
        #expect(try folder.contents == ["a", "a/b", "a/b/file"])
    }

    @Test("are not written below another file, and leave nothing", arguments: ["x", "deep/x"])
    func belowAFile(_ path: String) throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("file")
        try Data([7]).write(to: file)
        let error = #expect(throws: FileFault.self) {
            try AtomicFile.write(Data([1]), to: file.appendingPathComponent(path))
        }
        let fault = try #require(error)
        #expect(fault.path.hasSuffix("file/\(path)"))
        #expect(fault.description.contains(fault.path))
        #expect(fault.reason == "a part of its path is a file and no folder.")
        #expect(try folder.contents == ["file"])
        #expect(try Data(contentsOf: file) == Data([7]))
    }

    @Test("do not replace a folder, and leave nothing")
    func overAFolder() throws {
        let folder = try TemporaryFolder()
        let inner = folder.url.appendingPathComponent("inner", isDirectory: true)
        try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
        let error = #expect(throws: FileFault.self) {
            try AtomicFile.write(Data([1]), to: inner)
        }
        #expect(error?.reason == "there is a folder of that name.")
        #expect(try folder.contents == ["inner"])
    }

    @Test(
        "on a full disk leave nothing, and the older file as it was",
        .enabled(if: SmallDisk.isPossible, "a small disk can be mounted by the superuser only"))
    func fullDisk() throws {
        let disk = try SmallDisk()
        let url = disk.folder.url.appendingPathComponent("file")
        let older = Data(repeating: 3, count: 1000)
        try AtomicFile.write(older, to: url)
        for name in ["file", "new", "folder/new"] {
            let target = disk.folder.url.appendingPathComponent(name)
            let error = #expect(throws: FileFault.self) {
                try AtomicFile.write(Data(repeating: 1, count: 1 << 20), to: target)
            }
            let fault = try #require(error)
            #expect(fault.path == target.path)
            #expect(fault.reason == "the disk is full.")
            let second = #expect(throws: FileFault.self) {
                try AtomicFile.write(to: target) { file in
                    for _ in 0..<64 {
                        try file.write(contentsOf: Data(repeating: 1, count: 1 << 14))
                    }
                }
            }
            #expect(second?.reason == "the disk is full.")
        }
        #expect(try Data(contentsOf: url) == older)
        let files = try disk.folder.contents.filter { $0 != "folder" }
        #expect(files == ["file"])
    }

    @Test("are written piece by piece, and where a piece fails the older one stays")
    func pieces() throws {
        struct Poison: Error {}
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("a/file")
        try AtomicFile.write(to: url) { file in
            for byte in 1...3 { try file.write(contentsOf: [UInt8(byte)]) }
        }
        #expect(try Data(contentsOf: url) == Data([1, 2, 3]))
        #expect(throws: Poison.self) {
            try AtomicFile.write(to: url) { file in
                try file.write(contentsOf: [9])
                throw Poison()
            }
        }
        #expect(try Data(contentsOf: url) == Data([1, 2, 3]))
        #expect(try folder.contents == ["a", "a/file"])
        let error = #expect(throws: FileFault.self) {
            try AtomicFile.write(to: url.appendingPathComponent("x")) { _ in }
        }
        #expect(error?.reason == "a part of its path is a file and no folder.")
        let other = #expect(throws: FileFault.self) {
            try AtomicFile.write(to: folder.url.appendingPathComponent("a")) { _ in }
        }
        #expect(other?.reason == "there is a folder of that name.")
        #expect(try folder.contents == ["a", "a/file"])
    }
}
