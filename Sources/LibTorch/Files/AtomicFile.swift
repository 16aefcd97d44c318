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

    private static func sentence(_ error: any Error) -> String {
        let code = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.code
        return switch code.map(Int32.init) {
        case ENOSPC?: "the disk is full."
        case EFBIG?: "the file would be larger than is allowed."
        case EACCES?, EPERM?: "writing there is not allowed."
        case EROFS?: "the file system can only be read."
        default: error.localizedDescription
        }
    }
}

/// A file that could not be written.
public struct FileFault: Error, CustomStringConvertible, LocalizedError {
    public var path: String
    public var reason: String

    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    public var description: String { "\(path) could not be written: \(reason)" }
    public var errorDescription: String? { description }
}
