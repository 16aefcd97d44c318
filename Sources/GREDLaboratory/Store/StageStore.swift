import Foundation
import LibTorch

/// A folder of finished stages: long work in pieces of at most a quarter of an hour, each kept under
/// a key made of its whole configuration. The same command finds what is done and goes on.
///
/// A stage works in a folder of its own that ends in `.partial` and is renamed when complete, so a
/// stage is there whole or not at all. A killed stage may leave checkpoints in its partial folder
/// for its next try.
public struct StageStore: Sendable {
    /// Holds a folder for each finished stage, by the stage's name and key.
    public let folder: URL

    /// - Parameter folder: made when the first stage is, where it is missing.
    public init(_ folder: URL) { self.folder = folder }

    /// The result of a stage: read if it is done, made otherwise.
    /// - Parameters:
    ///   - name: what the stage does, such as `attack-ddn`; part of the folder's name.
    ///   - configuration: everything that the result depends on.
    ///   - waiting: called a few times a second while another process makes the same stage.
    ///   - make: writes the result into the folder that it is given.
    ///   - read: reads it back from the folder.
    public func result<Result>(
        of name: String, _ configuration: some Encodable, waiting: () throws -> Void = {},
        make: (URL) throws -> Void, read: (URL) throws -> Result
    ) throws -> Result {
        let done = try place(of: name, configuration)
        if !FileManager.default.fileExists(atPath: done.path) {
            try produce(done, configuration, waiting, make)
        }
        return try read(done)
    }

    private func produce(
        _ done: URL, _ configuration: some Encodable, _ waiting: () throws -> Void,
        _ make: (URL) throws -> Void
    ) throws {
        let files = FileManager.default
        do {
            try files.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw FileFault(
                path: folder.path,
                reason: "finished work is kept there; name another folder with GRED_CACHE.")
        }
        let lock = done.appendingPathExtension("lock")
        try StageLock.holding(lock, waiting: waiting) {
            // Another process may have finished it while this one waited.
            guard !files.fileExists(atPath: done.path) else { return }
            let partial = done.appendingPathExtension("partial")
            try files.createDirectory(at: partial, withIntermediateDirectories: true)
            try make(partial)
            try AtomicFile.write(
                ContentKey.canonicalJSON(configuration),
                to: partial.appending(component: "configuration.json"))
            try files.moveItem(at: partial, to: done)
            try? files.removeItem(at: lock)
        }
    }

    /// Whether a stage is done.
    public func has(_ name: String, _ configuration: some Encodable) throws -> Bool {
        FileManager.default.fileExists(atPath: try place(of: name, configuration).path)
    }

    private func place(of name: String, _ configuration: some Encodable) throws -> URL {
        folder.appending(component: "\(name)-\(try ContentKey.of(configuration).prefix(20))")
    }
}
