import Foundation
import LibTorch

extension Detector {
    /// Writes `NAME.json` and `NAME.safetensors` into a folder that others may write to as well.
    public func save(to folder: URL, named name: String) throws {
        try DetectorFiles.save(description, network, to: folder, named: name)
    }

    /// Reads what ``save(to:named:)`` wrote.
    /// - Throws: `TorchError.badFile` for weights that do not fit their description.
    public convenience init(folder: URL, named name: String) throws {
        let (description, weights, path) = try DetectorFiles.read(
            Description.self, from: folder, named: name)
        try self.init(description, weights: weights, from: path)
    }
}

extension UniversalDetector {
    /// Writes `NAME.json` and `NAME.safetensors` into a folder that others may write to as well.
    public func save(to folder: URL, named name: String) throws {
        try DetectorFiles.save(description, network, to: folder, named: name)
    }

    /// Reads what ``save(to:named:)`` wrote.
    /// - Throws: `TorchError.badFile` for weights that do not fit their description.
    public convenience init(folder: URL, named name: String) throws {
        let (description, weights, path) = try DetectorFiles.read(
            Description.self, from: folder, named: name)
        try self.init(description, weights: weights, from: path)
    }
}

/// A detector as two files: what it is, and its weights.
private enum DetectorFiles {
    static func save(
        _ description: some Encodable, _ network: any Layer, to folder: URL, named name: String
    ) throws {
        try Safetensors.write(
            network.state, to: folder.appending(component: "\(name).safetensors"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try AtomicFile.write(
            encoder.encode(description), to: folder.appending(component: "\(name).json"))
    }

    static func read<Description: Decodable>(
        _ type: Description.Type, from folder: URL, named name: String
    ) throws -> (Description, Safetensors.Contents, path: String) {
        let file = folder.appending(component: "\(name).json")
        guard let json = try? Data(contentsOf: file),
            let description = try? JSONDecoder().decode(type, from: json)
        else {
            throw TorchError.badFile(path: file.path, reason: "it does not describe a detector.")
        }
        let weights = folder.appending(component: "\(name).safetensors")
        return (description, try Safetensors.read(weights), weights.path)
    }
}
