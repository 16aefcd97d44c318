import Foundation
import LibTorch

/// Keeps two processes from making the same stage at once: the second waits, and then finds it
/// done. The lock is the operating system's, so a killed process leaves none behind.
enum StageLock {
    /// - Parameter waiting: called every fifth of a second while another process has the lock; what
    ///   it throws ends the wait.
    static func holding<Result>(
        _ file: URL, waiting: () throws -> Void, _ body: () throws -> Result
    ) throws -> Result {
        let descriptor = open(file.path, O_CREAT | O_RDWR, 0o644)
        guard descriptor >= 0 else {
            throw FileFault(path: file.path, reason: String(cString: strerror(errno)) + ".")
        }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw FileFault(path: file.path, reason: String(cString: strerror(errno)) + ".")
            }
            try waiting()
            usleep(200_000)
        }
        return try body()
    }
}
