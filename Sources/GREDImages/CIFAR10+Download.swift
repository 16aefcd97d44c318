import Foundation

extension CIFAR10 {
    /// Where the archive of the binary version is fetched from.
    public static let mirrors = ["https://www.cs.toronto.edu/~kriz/"].compactMap(URL.init(string:))

    /// The mirrors to ask: the addresses in `$GRED_CIFAR10_URL`, separated by spaces, by default
    /// ``mirrors``.
    public static func mirrors(environment: [String: String]) -> [URL] {
        Mirrors.urls(named: variable, in: environment, otherwise: mirrors)
    }

    private static let variable = "GRED_CIFAR10_URL"
    private static let archive = "cifar-10-binary.tar.gz"
    private static let inner = "cifar-10-batches-bin"
    /// The archive has 170 MB: a server that sends without end is cut off here.
    private static let largest = 400_000_000

    /// Fetches the six files where a folder lacks one of them: about 170 MB.
    ///
    /// The archive is unpacked (by `tar`) beside its place; its images must be the published ones;
    /// then the folder `cifar-10-batches-bin` appears whole. Whatever interrupts this, no half
    /// folder is left under the real name.
    ///
    /// Blocks the calling thread.
    ///
    /// - Parameters:
    ///   - folder: made if it is missing.
    ///   - mirrors: base addresses, `http`, `https` or `file`; the next is tried where one fails.
    ///   - timeout: seconds without an answer or without new bytes after which a mirror has failed.
    ///   - progress: called a few times a second, on the calling thread; what it throws ends the
    ///     transfer.
    /// - Throws: ``DownloadError``.
    public static func download(
        into folder: URL, from mirrors: [URL], timeout: TimeInterval = 10,
        progress: (DownloadProgress) throws -> Void = { _ in }
    ) throws {
        guard !isWhole(Self.folder(in: folder)) else { return }
        let place = folder.appendingPathComponent(archive)
        defer { try? FileManager.default.removeItem(at: place) }
        try Mirrors(urls: mirrors, variable: variable).fetch(
            archive, to: place, timeout: timeout, maximumBytes: largest,
            check: { try unpack($0, into: folder) }, progress: progress)
    }

    private static func isWhole(_ folder: URL) -> Bool {
        files.allSatisfy {
            FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path)
        }
    }

    /// Lays the archive's folder, if its images are CIFAR-10's.
    private static func unpack(_ archive: URL, into folder: URL) throws {
        let temporary = folder.appendingPathComponent(".\(inner).\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: temporary, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: temporary) }
        try extract(archive, into: temporary)
        let unpacked = temporary.appendingPathComponent(inner)
        guard try CIFAR10(folder: unpacked).isOriginal else {
            throw CIFAR10Error.altered(path: archive.path)
        }
        let place = folder.appendingPathComponent(inner)
        if FileManager.default.fileExists(atPath: place.path) {
            _ = try FileManager.default.replaceItemAt(place, withItemAt: unpacked)
        } else {
            try FileManager.default.moveItem(at: unpacked, to: place)
        }
    }

    private static func extract(_ archive: URL, into folder: URL) throws {
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments =
            ["tar", "-xzf", archive.path, "-C", folder.path]
            + files.map { "\(inner)/\($0)" }
        tar.standardOutput = FileHandle.nullDevice
        tar.standardError = FileHandle.nullDevice
        do { try tar.run() } catch { throw CIFAR10Error.notAnArchive(path: archive.path) }
        tar.waitUntilExit()
        guard tar.terminationStatus == 0 else {
            throw CIFAR10Error.notAnArchive(path: archive.path)
        }
    }
}

extension DataHome {
    /// The folder of the CIFAR-10 files, fetched first where they are missing: about 170 MB.
    ///
    /// - Parameter progress: called a few times a second, on the calling thread; what it throws ends the
    ///     transfer.
    /// - Throws: ``DownloadError``.
    public static func ensureCIFAR10(
        progress: (DownloadProgress) throws -> Void = { _ in }
    ) throws -> URL {
        try CIFAR10.download(
            into: cifar10,
            from: CIFAR10.mirrors(environment: ProcessInfo.processInfo.environment),
            progress: progress)
        return cifar10
    }
}
