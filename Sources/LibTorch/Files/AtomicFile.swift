import Foundation

/// Files that are there whole or not at all.
public enum AtomicFile {
    /// Writes to a temporary name in the same folder and renames it. When anything fails (a full
    /// disk, a folder that cannot be written) nothing is left behind.
    public static func write(_ data: Data, to url: URL) throws {
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try data.write(to: url, options: .atomic)
        } catch {
            throw FileFault(path: url.path, reason: Self.sentence(error))
        }
    }

    /// Writes piece by piece what would be too much for memory; as above, all or nothing.
    /// - Parameter body: is given the open, empty file.
    public static func write(to url: URL, _ body: (FileHandle) throws -> Void) throws {
        let partial = url.deletingLastPathComponent()
            .appending(component: ".\(url.lastPathComponent).\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: partial)
            defer { try? FileManager.default.removeItem(at: partial) }
            let file = try FileHandle(forWritingTo: partial)
            defer { try? file.close() }
            try body(file)
            try file.synchronize()
            guard rename(partial.path, url.path) == 0 else {
                throw CocoaError(
                    .fileWriteUnknown,
                    userInfo: [
                        NSUnderlyingErrorKey: NSError(
                            domain: NSPOSIXErrorDomain, code: Int(errno))
                    ])
            }
        } catch let error as CocoaError {
            throw FileFault(path: url.path, reason: Self.sentence(error))
        }
    }

    private static func sentence(_ error: any Error) -> String {
        // Cast in two steps: outside Darwin no error is an NSError before it is asked to be one.
        let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error
        return cause.flatMap { FileFault.reason(Int32(($0 as NSError).code)) }
            ?? error.localizedDescription
    }
}

/// A file that could not be written.
public struct FileFault: Error, CustomStringConvertible, LocalizedError {
    /// The file or folder that was to appear.
    public var path: String
    /// A sentence that follows "could not be written:", with its full stop.
    public var reason: String

    /// Names the place and the cause; ``description`` joins them.
    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// - Parameter errno: what the system said.
    public init(path: String, errno: Int32) {
        self.init(
            path: path, reason: Self.reason(errno) ?? "\(String(cString: strerror(errno))).")
    }

    /// A sentence for those numbers that a user can do something about.
    fileprivate static func reason(_ errno: Int32) -> String? {
        switch errno {
        case ENOSPC: "the disk is full."
        case EFBIG: "the file would be larger than is allowed."
        case EACCES, EPERM: "writing there is not allowed."
        case EROFS: "the file system can only be read."
        case EISDIR: "there is a folder of that name."
        case ENOTDIR, EEXIST: "a part of its path is a file and no folder."
        default: nil
        }
    }

    public var description: String { "\(path) could not be written: \(reason)" }
    public var errorDescription: String? { description }
}
