import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// How far a download is.
public struct DownloadProgress: Sendable, Equatable {
    /// The file's name.
    public let file: String
    /// Bytes so far.
    public let received: Int
    /// Bytes in all, where the server says so.
    public let total: Int?
}

/// One file from an address to a place: written under a temporary name beside it, checked, renamed.
struct Download {
    let source: URL
    /// Seconds without an answer or without new bytes.
    let timeout: TimeInterval
    /// More than this is refused.
    let maximumBytes: Int

    /// Blocks until the file is in place.
    ///
    /// - Parameter check: Throws where the fetched file is not the one expected.
    /// - Throws: `DownloadError`.
    func run(
        to destination: URL, check: (URL) throws -> Void,
        progress: (DownloadProgress) throws -> Void
    ) throws {
        let temporary = destination.deletingLastPathComponent()
            .appendingPathComponent(".\(destination.lastPathComponent).\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: temporary) }
        let folder = destination.deletingLastPathComponent().path
        let file = try create(temporary)
        if source.isFileURL {
            try copy(to: file, in: folder, progress: progress)
        } else {
            try fetch(to: file, in: folder, progress: progress)
        }
        do { try check(temporary) } catch let error as DownloadError {
            throw error
        } catch {
            throw DownloadError.notTheFile(
                url: source.absoluteString, reason: reason(error, without: temporary))
        }
        // Replaces what another process may have fetched meanwhile: the same bytes.
        guard rename(temporary.path, destination.path) == 0 else {
            throw DownloadError.unwritable(
                path: destination.path, reason: String(cString: strerror(errno)))
        }
    }

    private func create(_ temporary: URL) throws -> FileHandle {
        do {
            try FileManager.default.createDirectory(
                at: temporary.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: temporary)
            return try FileHandle(forWritingTo: temporary)
        } catch {
            throw DownloadError.unwritable(
                path: temporary.deletingLastPathComponent().path, reason: plainReason(error))
        }
    }

    private func copy(
        to file: FileHandle, in folder: String, progress: (DownloadProgress) throws -> Void
    ) throws {
        let received: Int
        do {
            let data = try Data(contentsOf: source, options: .mappedIfSafe)
            guard data.count <= maximumBytes else {
                throw DownloadError.tooLarge(url: source.absoluteString, maximum: maximumBytes)
            }
            do {
                try file.write(contentsOf: data)
                try file.close()
            } catch {
                throw DownloadError.unwritable(path: folder, reason: plainReason(error))
            }
            received = data.count
        } catch let error as DownloadError {
            throw error
        } catch {
            throw DownloadError.failed(url: source.absoluteString, reason: plainReason(error))
        }
        try progress(
            DownloadProgress(
                file: source.lastPathComponent, received: received, total: received))
    }

    private func fetch(
        to file: FileHandle, in folder: String, progress: (DownloadProgress) throws -> Void
    ) throws {
        let receiver = Receiver(
            file: file, folder: folder, source: source, maximumBytes: maximumBytes)
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = timeout
        let session = URLSession(
            configuration: configuration, delegate: receiver, delegateQueue: nil)
        session.dataTask(with: source).resume()
        session.finishTasksAndInvalidate()
        do {
            try receiver.wait(progress: progress)
        } catch {
            session.invalidateAndCancel()
            throw error
        }
    }

    /// The check's message; it names the temporary file, which is gone by the time it is read.
    private func reason(_ error: any Error, without temporary: URL) -> String {
        String(describing: error).replacingOccurrences(
            of: temporary.path, with: source.lastPathComponent)
    }
}
