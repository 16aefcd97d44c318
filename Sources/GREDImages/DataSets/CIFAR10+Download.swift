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
        let files = FileManager.default
        let temporary = folder.appendingPathComponent(".\(inner).\(UUID().uuidString)")
        defer { try? files.removeItem(at: temporary) }
        let unpacked = temporary.appendingPathComponent(inner)
        let place = folder.appendingPathComponent(inner)
        try inFolder(folder) {
            try files.createDirectory(at: temporary, withIntermediateDirectories: true)
        }
        try extract(archive, into: temporary)
        guard try CIFAR10(folder: unpacked).isOriginal else {
            throw CIFAR10Error.altered(path: archive.path)
        }
        try inFolder(folder) {
            if files.fileExists(atPath: place.path) {
                _ = try files.replaceItemAt(place, withItemAt: unpacked)
            } else {
                try files.moveItem(at: unpacked, to: place)
            }
        }
    }

    /// What goes wrong in here is the folder's fault, and no other mirror would help.
    private static func inFolder(_ folder: URL, _ body: () throws -> Void) throws {
        do { try body() } catch {
            throw DownloadError.unwritable(path: folder.path, reason: plainReason(error))
        }
    }

    private static func extract(_ archive: URL, into folder: URL) throws {
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments =
            ["tar", "-xzf", archive.path, "-C", folder.path]
            + files.map { "\(inner)/\($0)" }
        let complaint = Pipe()
        tar.standardOutput = FileHandle.nullDevice
        tar.standardError = complaint
        do { try tar.run() } catch {
            throw CIFAR10Error.notAnArchive(path: archive.path, reason: plainReason(error))
        }
        let words = String(
            decoding: complaint.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        tar.waitUntilExit()
        guard tar.terminationStatus == 0 else {
            let reason = words.split(separator: "\n").first.map(String.init) ?? "no reason given"
            throw CIFAR10Error.notAnArchive(path: archive.path, reason: reason)
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
