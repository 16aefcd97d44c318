import Foundation

/// A classifier on disk, of whatever kind: a folder that `gred train` wrote, or an exported program.
public enum StoredClassifier {
    /// Reads a classifier.
    /// - Returns: the classifier, and the SHA-256 that names it in tables.
    /// - Throws: ``ClassifierFault``, ``ProgramClassifierFault``, `ProgramFault` or `TorchError`.
    public static func read(_ url: URL) throws -> (classifier: any Classifier, hash: String) {
        let description = url.appending(component: "classifier.json").path
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        if !exists || (isFolder.boolValue && FileManager.default.fileExists(atPath: description)) {
            let network = try NetworkClassifier(folder: url)
            return (network, try network.contentHash())
        }
        if isFolder.boolValue {
            // A folder of something else: the sentence of a missing classifier fits best.
            throw ClassifierFault.noClassifier(path: url.path)
        }
        let program = try ProgramClassifier(url)
        return (program, try program.contentHash())
    }
}
