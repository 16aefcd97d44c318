import Foundation
import LibTorch

/// A detector that is built from a description, and kept as two files: what it is, and its weights.
public protocol StoredDetector {
    /// Everything but the weights.
    associatedtype Description: Codable
    /// How the detector is built.
    var description: Description { get }
    /// Holds the weights.
    var network: any Layer { get }

    /// A detector of parts that are there; whether they fit is not checked.
    init(_ description: Description, network: any Layer)

    /// The network of a description, with fresh weights.
    /// - Throws: ``DetectorFault`` for a description that cannot be.
    static func network(_ description: Description, seed: UInt64) throws -> any Layer
}

extension Detector: StoredDetector {}
extension UniversalDetector: StoredDetector {}

extension StoredDetector {
    /// A detector with fresh weights from a seed.
    /// - Throws: ``DetectorFault`` for a description that cannot be.
    public init(_ description: Description, seed: UInt64) throws {
        self.init(description, network: try Self.network(description, seed: seed))
    }

    /// A detector with given weights, by PyTorch's names.
    /// - Parameter source: where they came from, for an error's sentence.
    /// - Throws: ``DetectorFault``, and `TorchError.badFile` for weights that do not fit.
    public init(
        _ description: Description, weights: Safetensors.Contents, from source: String
    ) throws {
        let network = try ParameterLimit.largest(of: weights.tensors) {
            try Self.network(description, seed: 0)
        }
        try network.load(weights.tensors, from: source)
        self.init(description, network: network)
    }

    /// Writes `NAME.json` and `NAME.safetensors` into a folder that others may write to as well.
    public func save(to folder: URL, named name: String) throws {
        try Safetensors.write(
            network.state, to: folder.appending(component: "\(name).safetensors"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try AtomicFile.write(
            encoder.encode(description), to: folder.appending(component: "\(name).json"))
    }

    /// Reads what ``save(to:named:)`` wrote.
    /// - Throws: `TorchError.badFile` for weights that do not fit their description.
    public init(folder: URL, named name: String) throws {
        let file = folder.appending(component: "\(name).json")
        guard let json = try? Data(contentsOf: file),
            let description = try? JSONDecoder().decode(Description.self, from: json)
        else {
            throw TorchError.badFile(path: file.path, reason: "it does not describe a detector.")
        }
        let weights = folder.appending(component: "\(name).safetensors")
        try self.init(description, weights: Safetensors.read(weights), from: weights.path)
    }
}
