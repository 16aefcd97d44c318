import Foundation

/// A folder that lasts as long as the value.
final class TemporaryFolder {
    let url = FileManager.default.temporaryDirectory
        .appending(component: "gred-laboratory-\(UUID().uuidString)", directoryHint: .isDirectory)

    init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// What lies in the folder itself.
    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
    }
}
