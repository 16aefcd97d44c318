import Foundation

/// A folder that lasts as long as the value.
public final class TemporaryFolder {
    public let url = FileManager.default.temporaryDirectory
        .appending(component: "gred-tests-\(UUID().uuidString)", directoryHint: .isDirectory)

    public init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Every file and folder inside, however deep.
    public var contents: [String] {
        get throws { try FileManager.default.subpathsOfDirectory(atPath: url.path).sorted() }
    }

    /// What lies in the folder itself.
    public var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
    }

    /// Writes a file into it.
    public func write(_ bytes: [UInt8], as name: String) throws -> URL {
        let file = url.appendingPathComponent(name)
        try Data(bytes).write(to: file)
        return file
    }
}
