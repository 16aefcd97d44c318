import Foundation

/// A classifier on disk, of whatever kind: a folder that `gred train` wrote, or an exported program.
public enum StoredClassifier {
    /// Reads a classifier.
    /// - Throws: ``ClassifierFault``, ``ProgramClassifierFault``, `ProgramFault` or `TorchError`.
    public static func read(_ url: URL) throws -> any TunableClassifier {
        let description = url.appending(component: "classifier.json").path
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        if !exists || (isFolder.boolValue && FileManager.default.fileExists(atPath: description)) {
            return try NetworkClassifier(folder: url)
        }
        if isFolder.boolValue {
            // A folder of something else: the sentence of a missing classifier fits best.
            throw ClassifierFault.noClassifier(path: url.path)
        }
        return try ProgramClassifier(url)
    }
}
