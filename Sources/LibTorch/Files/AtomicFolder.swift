import Foundation

/// Folders that are there whole or not at all.
public enum AtomicFolder {
    /// Fills a folder under a temporary name and renames it when it is complete. When anything
    /// fails nothing is left behind.
    /// - Parameters:
    ///   - marker: the file that tells a folder of this kind. A folder of the same name that holds
    ///     it is replaced; anything else of that name is not touched.
    ///   - fill: writes the contents.
    /// - Throws: ``FileFault`` where the name is taken or cannot be written.
    public static func write(
        to folder: URL, marker: String, _ fill: (URL) throws -> Void
    ) throws {
        let files = FileManager.default
        let isReplaced = files.fileExists(
            atPath: folder.appending(component: marker).path)
        if !isReplaced, files.fileExists(atPath: folder.path), !isEmpty(folder) {
            throw FileFault(
                path: folder.path,
                reason:
                    "it exists and holds something else (no \(marker)): choose another name, or remove it first."
            )
        }
        let partial = folder.deletingLastPathComponent()
            .appending(component: ".\(folder.lastPathComponent).partial-\(UUID().uuidString)")
        defer { try? files.removeItem(at: partial) }
        try fill(partial)
        // The old folder steps aside until the new one stands, so that neither can be lost.
        let aside = partial.appendingPathExtension("old")
        do {
            let isThere = files.fileExists(atPath: folder.path)
            if isThere { try files.moveItem(at: folder, to: aside) }
            do {
                try files.moveItem(at: partial, to: folder)
            } catch {
                if isThere { try files.moveItem(at: aside, to: folder) }
                throw error
            }
            if isThere { try? files.removeItem(at: aside) }
        } catch {
            throw FileFault(path: folder.path, reason: error.localizedDescription)
        }
    }

    private static func isEmpty(_ folder: URL) -> Bool {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.isEmpty ?? false
    }
}
