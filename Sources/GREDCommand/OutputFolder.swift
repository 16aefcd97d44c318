import Foundation
import LibTorch

/// Refuses, before any work is done, a place where its result could not be written.
enum OutputFolder {
    /// - Parameter marker: the file that tells a folder which may be replaced; nil where files are
    ///   added to whatever the folder holds.
    static func check(_ path: String, marker: String? = nil) throws {
        let files = FileManager.default
        let folder = URL(filePath: path)
        if let marker, !files.fileExists(atPath: folder.appending(component: marker).path),
            let contents = try? files.contentsOfDirectory(atPath: folder.path), !contents.isEmpty
        {
            throw FileFault(
                path: folder.path,
                reason:
                    "it exists and holds something else (no \(marker)): choose another name, or remove it first."
            )
        }
        var place = folder.standardizedFileURL
        var isFolder: ObjCBool = false
        while !files.fileExists(atPath: place.path, isDirectory: &isFolder), place.path != "/" {
            place.deleteLastPathComponent()
        }
        guard isFolder.boolValue else {
            throw FileFault(
                path: folder.path,
                reason: "\(place.path) is a file and no folder: choose another name.")
        }
        guard files.isWritableFile(atPath: place.path) else {
            throw FileFault(
                path: folder.path,
                reason: "writing to \(place.path) is not allowed: choose another folder.")
        }
    }
}
