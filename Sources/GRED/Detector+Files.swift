import Foundation
import LibTorch

extension Detector {
    /// Writes `NAME.json` and `NAME.safetensors` into a folder.
    public func save(to folder: URL, named name: String) throws {
        try Safetensors.write(
            network.state, to: folder.appending(component: "\(name).safetensors"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try AtomicFile.write(
            encoder.encode(description), to: folder.appending(component: "\(name).json"))
    }

    /// Reads what ``save(to:named:)`` wrote.
    public convenience init(folder: URL, named name: String) throws {
        let file = folder.appending(component: "\(name).json")
        guard let json = try? Data(contentsOf: file),
            let description = try? JSONDecoder().decode(Description.self, from: json)
        else {
            throw TorchError.badFile(path: file.path, reason: "it does not describe a detector.")
        }
        let weights = folder.appending(component: "\(name).safetensors")
        try self.init(
            description, weights: try Safetensors.read(weights), from: weights.path)
    }
}
