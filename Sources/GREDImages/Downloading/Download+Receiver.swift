import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

extension Download {
    /// Writes what arrives to a file as it arrives, and lets a thread wait for the end.
    ///
    /// Unchecked: the session calls from one serial queue; what both sides touch is behind a lock,
    /// and `fault` is read only after the semaphore that the last of these calls signals.
    final class Receiver: NSObject, URLSessionDataDelegate, @unchecked Sendable {
        private let file: FileHandle
        /// Where the file is, for the error's sentence.
        private let folder: String
        private let source: URL
        private let maximumBytes: Int
        private let finished = DispatchSemaphore(value: 0)
        private var fault: DownloadError?
        private let sizes = Mutex<(received: Int, total: Int?)>((0, nil))

        init(file: FileHandle, folder: String, source: URL, maximumBytes: Int) {
            self.file = file
            self.folder = folder
            self.source = source
            self.maximumBytes = maximumBytes
        }

        /// Blocks until the transfer has ended, and tells from time to time how far it is.
        ///
        /// - Throws: `DownloadError`, and what `progress` throws.
        func wait(progress: (DownloadProgress) throws -> Void) throws {
            var ended = false
            while !ended {
                ended = finished.wait(timeout: .now() + 0.2) == .success
                if ended, let fault { throw fault }
                let (received, total) = sizes.withLock { $0 }
                try progress(
                    DownloadProgress(
                        file: source.lastPathComponent, received: received, total: total))
            }
        }

        func urlSession(
            _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
            completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
        ) {
            if let status = (response as? HTTPURLResponse)?.statusCode, status != 200 {
                fault = .failed(
                    url: source.absoluteString, reason: "the server answers with status \(status)")
                completionHandler(.cancel)
                return
            }
            let length = response.expectedContentLength
            sizes.withLock { $0.total = length > 0 ? Int(length) : nil }
            completionHandler(.allow)
        }

        func urlSession(
            _ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data
        ) {
            // After a cancel some data may still come.
            guard fault == nil else { return }
            let received = sizes.withLock { sizes in
                sizes.received += data.count
                return sizes.received
            }
            guard received <= maximumBytes else {
                fault = .tooLarge(url: source.absoluteString, maximum: maximumBytes)
                dataTask.cancel()
                return
            }
            do {
                try file.write(contentsOf: data)
            } catch {
                fault = .unwritable(path: folder, reason: plainReason(error))
                dataTask.cancel()
            }
        }

        func urlSession(
            _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
        ) {
            if let error, fault == nil {
                fault = .failed(url: source.absoluteString, reason: error.localizedDescription)
            }
            try? file.close()
            finished.signal()
        }
    }
}
