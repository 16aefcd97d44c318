import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

extension Download {
    /// Writes what arrives to a file as it arrives, and lets a thread wait for the end.
    ///
    /// Unchecked: the session calls from one serial queue, and `wait` reads only after the
    /// semaphore that the last of these calls signals.
    final class Receiver: NSObject, URLSessionDataDelegate, @unchecked Sendable {
        private let file: FileHandle
        private let source: URL
        private let maximumBytes: Int
        private let progress: @Sendable (DownloadProgress) -> Void
        private let finished = DispatchSemaphore(value: 0)
        private var fault: DownloadError?
        private var received = 0
        private var total: Int?

        init(
            file: FileHandle, source: URL, maximumBytes: Int,
            progress: @escaping @Sendable (DownloadProgress) -> Void
        ) {
            self.file = file
            self.source = source
            self.maximumBytes = maximumBytes
            self.progress = progress
        }

        /// Blocks until the transfer has ended.
        ///
        /// - Throws: `DownloadError`.
        func wait() throws {
            finished.wait()
            if let fault { throw fault }
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
            total = response.expectedContentLength > 0 ? Int(response.expectedContentLength) : nil
            completionHandler(.allow)
        }

        func urlSession(
            _ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data
        ) {
            // After a cancel some data may still come.
            guard fault == nil else { return }
            received += data.count
            guard received <= maximumBytes else {
                fault = .tooLarge(url: source.absoluteString, maximum: maximumBytes)
                dataTask.cancel()
                return
            }
            do {
                try file.write(contentsOf: data)
            } catch {
                fault = .unwritable(path: source.lastPathComponent, reason: plainReason(error))
                dataTask.cancel()
                return
            }
            progress(
                DownloadProgress(
                    file: source.lastPathComponent, received: received, total: total))
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
