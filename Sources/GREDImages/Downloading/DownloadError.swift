import Foundation

/// Why a file was not fetched.
public enum DownloadError: Error, Sendable, Equatable {
    /// The transfer broke off or timed out, or the server answered with a status other than 200.
    case failed(url: String, reason: String)
    /// More bytes came than `maximum`, which is far beyond the published file.
    case tooLarge(url: String, maximum: Int)
    /// A whole file came that the check refused: `reason` is the check's message.
    case notTheFile(url: String, reason: String)
    /// The file cannot be made, written or renamed where it belongs.
    case unwritable(path: String, reason: String)
    /// No mirror gave the file: `faults` holds each one's message, `variable` the environment
    /// variable that names others.
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
