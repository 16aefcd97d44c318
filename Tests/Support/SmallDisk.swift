import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A disk of 64 KiB, there for as long as the value; only the superuser of a Linux may have one.
public final class SmallDisk {
    public let folder: TemporaryFolder

    public static let isPossible = (try? SmallDisk()) != nil

    struct Refused: Error {}

    public init() throws {
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
    public func makeReadOnly() throws {
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
