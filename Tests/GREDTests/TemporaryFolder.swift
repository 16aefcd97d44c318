import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A folder that lasts as long as the value.
final class TemporaryFolder {
    let url = FileManager.default.temporaryDirectory
        .appending(component: "gred-tests-\(UUID().uuidString)", directoryHint: .isDirectory)

    init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Every file and folder inside, however deep.
    var contents: [String] {
        get throws { try FileManager.default.subpathsOfDirectory(atPath: url.path).sorted() }
    }
}

/// A disk of 64 KiB, there for as long as the value; only the superuser of a Linux may have one.
final class SmallDisk {
    let folder: TemporaryFolder

    static let isPossible = (try? SmallDisk()) != nil

    struct Refused: Error {}

    init() throws {
        folder = try TemporaryFolder()
        #if os(Linux)
            guard mount("tmpfs", folder.url.path, "tmpfs", 0, "size=64k") == 0 else {
                throw Refused()
            }
        #else
            throw Refused()
        #endif
    }

    /// From now on nothing can be written there, not even by the superuser.
    func makeReadOnly() throws {
        #if os(Linux)
            let flags = UInt(MS_REMOUNT | MS_RDONLY)
            guard mount("tmpfs", folder.url.path, "tmpfs", flags, nil) == 0 else {
                throw Refused()
            }
        #endif
    }

    deinit {
        #if os(Linux)
            umount(folder.url.path)
        #endif
    }
}
