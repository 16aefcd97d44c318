import Foundation
import LibTorch
import TestSupport
import Testing

@Suite("Folders that are there whole or not at all")
struct AtomicFolderTests {
    private struct Poison: Error {}

    private let outer: TemporaryFolder
    private let target: URL

    init() throws {
        outer = try TemporaryFolder()
        target = outer.url.appendingPathComponent("bundle", isDirectory: true)
    }

    private func write(_ names: [String]) throws {
        try AtomicFolder.write(to: target, marker: "guard.json") { folder in
            for name in names {
                try AtomicFile.write(Data([1]), to: folder.appendingPathComponent(name))
            }
        }
    }

    @Test("are written, and replaced as a whole")
    func writes() throws {
        try write(["guard.json", "old"])
        #expect(try outer.contents == ["bundle", "bundle/guard.json", "bundle/old"])
        try write(["guard.json", "new"])
        #expect(try outer.contents == ["bundle", "bundle/guard.json", "bundle/new"])
    }

    @Test("leave the older one as it was, and nothing else, when filling them fails")
    func poison() throws {
        try write(["guard.json", "old"])
        #expect(throws: Poison.self) {
            try AtomicFolder.write(to: target, marker: "guard.json") { folder in
                try AtomicFile.write(Data([1]), to: folder.appendingPathComponent("half"))
                throw Poison()
            }
        }
        #expect(try outer.contents == ["bundle", "bundle/guard.json", "bundle/old"])
    }

    @Test("do not replace a folder of another kind, and say what is missing in it")
    func otherKind() throws {
        try AtomicFile.write(Data([7]), to: target.appendingPathComponent("precious"))
        let error = #expect(throws: FileFault.self) { try write(["guard.json"]) }
        #expect(error?.path == target.path)
        #expect(error?.reason.contains("guard.json") == true)
        #expect(try outer.contents == ["bundle", "bundle/precious"])
    }

    @Test("do not replace a file")
    func file() throws {
        try Data([7]).write(to: outer.url.appendingPathComponent("bundle"))
        #expect(throws: FileFault.self) { try write(["guard.json"]) }
        #expect(try outer.contents == ["bundle"])
    }

    @Test("may take the place of an empty folder")
    func empty() throws {
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        try write(["guard.json"])
        #expect(try outer.contents == ["bundle", "bundle/guard.json"])
    }

    @Test(
        "on a full disk leave the older one as it was, and nothing else",
        .enabled(if: SmallDisk.isPossible, "a small disk can be mounted by the superuser only"))
    func fullDisk() throws {
        let disk = try SmallDisk()
        let target = disk.folder.url.appendingPathComponent("bundle")
        try AtomicFolder.write(to: target, marker: "guard.json") { folder in
            try AtomicFile.write(Data([1]), to: folder.appendingPathComponent("guard.json"))
        }
        #expect(throws: FileFault.self) {
            try AtomicFolder.write(to: target, marker: "guard.json") { folder in
                for name in ["guard.json", "large"] {
                    try AtomicFile.write(
                        Data(repeating: 2, count: name == "large" ? 1 << 20 : 10),
                        to: folder.appendingPathComponent(name))
                }
            }
        }
        #expect(try disk.folder.contents == ["bundle", "bundle/guard.json"])
        #expect(try Data(contentsOf: target.appendingPathComponent("guard.json")) == Data([1]))
    }
}
