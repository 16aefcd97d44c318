import Foundation

/// Why a file was not fetched.
public enum DownloadError: Error, Sendable, Equatable {
    case failed(url: String, reason: String)
    case tooLarge(url: String, maximum: Int)
    case notTheFile(url: String, reason: String)
    case unwritable(path: String, reason: String)
    case noMirror(file: String, folder: String, variable: String, faults: [String])

    /// Whether another mirror would meet the same fault.
    var concernsTheFolder: Bool {
        if case .unwritable = self { true } else { false }
    }
}

extension DownloadError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        switch self {
        case .failed(let url, let reason):
            "\(url): expected the file, but the transfer failed (\(reason))"
        case .tooLarge(let url, let maximum):
            "\(url): expected at most \(maximum) bytes, found more"
        case .notTheFile(let url, let reason):
            "\(url): expected the published file, found another (\(reason))"
        case .unwritable(let path, let reason):
            "\(path): expected a folder to write to, but it cannot be written (\(reason)); "
                + "name another with GRED_DATA"
        case .noMirror(let file, let folder, let variable, let faults):
            "expected to fetch \(file), but no address gave it ["
                + faults.joined(separator: " | ")
                + "]; connect to the network, name a mirror with \(variable), or put the "
                + "file into \(folder)"
        }
    }
}
