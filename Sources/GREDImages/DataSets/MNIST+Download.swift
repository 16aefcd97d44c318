import Foundation

extension MNIST {
    /// Where the original files are fetched from, tried in this order.
    public static let mirrors = [
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ].compactMap(URL.init(string:))

    /// The mirrors to ask: the addresses in `$GRED_MNIST_URL`, separated by spaces, by default
    /// ``mirrors``.
    public static func mirrors(environment: [String: String]) -> [URL] {
        Mirrors.urls(named: variable, in: environment, otherwise: mirrors)
    }

    fileprivate static let variable = "GRED_MNIST_URL"

    /// Fetches those of the four files that a folder lacks.
    ///
    /// Each goes to a temporary name beside its place, must be the published file (SHA-256 of its
    /// gunzipped bytes), and is then renamed: whatever interrupts this, no half file is left under
    /// a real name, and the next call fetches what is still missing. Files that are there already
    /// are not looked into.
    ///
    /// Blocks the calling thread.
    ///
    /// - Parameters:
    ///   - folder: Made if it is missing.
    ///   - mirrors: Base addresses, `http`, `https` or `file`; the next is tried where one fails.
    ///   - timeout: Seconds without an answer or without new bytes after which a mirror has failed.
    ///   - progress: Called a few times a second, on the calling thread; what it throws ends the
    ///     transfer.
    /// - Throws: `DownloadError`.
    public static func download(
        into folder: URL, from mirrors: [URL], timeout: TimeInterval = 10,
        progress: (DownloadProgress) throws -> Void = { _ in }
    ) throws {
        for file in File.allCases where file.url(in: folder) == nil {
            try file.fetch(into: folder, from: mirrors, timeout: timeout, progress: progress)
        }
    }
}

extension DataHome {
    /// The folder of the four MNIST files, fetched first where they are missing: about 11 MB.
    ///
    /// On a machine without network this fails within some 20 seconds, and at once where names
    /// cannot be resolved; ``HandDrawnDigits`` can then stand in, announced as such.
    ///
    /// - Parameter progress: Called a few times a second, on the calling thread; what it throws ends the
    ///     transfer.
    /// - Throws: `DownloadError`.
    public static func ensureMNIST(
        progress: (DownloadProgress) throws -> Void = { _ in }
    ) throws -> URL {
        try MNIST.download(
            into: mnist,
            from: MNIST.mirrors(environment: ProcessInfo.processInfo.environment),
            progress: progress)
        return mnist
    }
}

extension MNIST.File {
    fileprivate func fetch(
        into folder: URL, from mirrors: [URL], timeout: TimeInterval,
        progress: (DownloadProgress) throws -> Void
    ) throws {
        let name = rawValue + ".gz"
        try Mirrors(urls: mirrors, variable: MNIST.variable).fetch(
            name, to: folder.appendingPathComponent(name), timeout: timeout,
            maximumBytes: Self.largest, check: check, progress: progress)
    }

    /// Twice the size of the largest file, raw: a server that sends without end is cut off there.
    private static var largest: Int { 100_000_000 }

    @Sendable private func check(_ url: URL) throws {
        if let mismatch = mismatch(try IDX(kind, at: url)) { throw mismatch }
    }
}
