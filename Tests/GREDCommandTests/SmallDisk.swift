import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A disk of 64 KiB at `small` in a workplace, there for as long as the value.
final class SmallDisk {
    struct Refused: Error {}

    /// Kept, since a workplace can only be removed once the disk is gone.
    private let place: Workplace
    private let folder: URL

    static let isPossible =
        (try? Workplace()).map { (try? SmallDisk(in: $0)) != nil } ?? false

    init(in place: Workplace) throws {
        self.place = place
        folder = place["small"]
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        #if os(Linux)
            guard mount("tmpfs", folder.path, "tmpfs", 0, "size=64k") == 0 else { throw Refused() }
        #else
            throw Refused()
        #endif
    }

    deinit {
        #if os(Linux)
            umount(folder.path)
        #endif
    }
}
