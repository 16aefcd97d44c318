import Foundation
import LibTorch

/// Keeps two processes from making the same stage at once: the second waits, and then finds it
/// done. The lock is the operating system's, so a killed process leaves none behind.
enum StageLock {
    static func holding<Result>(_ file: URL, _ body: () throws -> Result) throws -> Result {
        let descriptor = open(file.path, O_CREAT | O_RDWR, 0o644)
        guard descriptor >= 0 else {
            throw FileFault(path: file.path, reason: String(cString: strerror(errno)) + ".")
        }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
        return try body()
    }
}
