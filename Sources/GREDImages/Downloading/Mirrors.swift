import Foundation

/// Addresses that the same files can be fetched from.
struct Mirrors {
    /// Base addresses, tried in this order.
    let urls: [URL]
    /// The environment variable that names others, for the error's sentence.
    let variable: String

    /// The addresses that an environment variable holds, separated by spaces, or the usual ones.
    static func urls(
        named variable: String, in environment: [String: String], otherwise usual: [URL]
    ) -> [URL] {
        let named = (environment[variable] ?? "").split(separator: " ")
            .compactMap { URL(string: $0.hasSuffix("/") ? String($0) : $0 + "/") }
        return named.isEmpty ? usual : named
    }

    /// Fetches one file from the first address that gives it.
    /// - Parameter check: throws where what came is not the file expected.
    /// - Throws: ``DownloadError``.
    func fetch(
        _ name: String, to destination: URL, timeout: TimeInterval, maximumBytes: Int,
        check: (URL) throws -> Void, progress: (DownloadProgress) throws -> Void
    ) throws {
        var faults: [String] = []
        for mirror in urls {
            let source = mirror.appendingPathComponent(name)
            do {
                try Download(source: source, timeout: timeout, maximumBytes: maximumBytes).run(
                    to: destination, check: check, progress: progress)
                return
            } catch let error as DownloadError where !error.concernsTheFolder {
                faults.append(error.description)
            }
        }
        throw DownloadError.noMirror(
            file: name, folder: destination.deletingLastPathComponent().path, variable: variable,
            faults: faults)
    }
}
