import Foundation

/// A safetensors file that is open: its header is read and checked, its tensors are read when they
/// are asked for.
///
/// The file is mapped into memory, so opening one of many gigabytes costs next to nothing, and a
/// tensor that nobody asks for is never read from the disk.
///
///     let file = try SafetensorsFile(url)
///     let bias = try file.tensor("classifier.bias")
public struct SafetensorsFile {
    private let bytes: Data
    private let path: String
    private let entries: [String: SafetensorsHeader.Entry]
    /// The file's own notes, by name.
    public let metadata: [String: String]

    /// Opens a file.
    /// - Throws: ``TorchError/badFile(path:reason:)`` where it cannot be read or its header lies.
    public init(_ url: URL) throws {
        let file: Data
        do {
            file = try Data(contentsOf: url, options: .alwaysMapped)
        } catch {
            throw TorchError.badFile(path: url.path, reason: "the file cannot be read.")
        }
        try self.init(file, path: url.path)
    }

    /// Opens the bytes of a file; `path` is for the error's sentence.
    public init(_ file: Data, path: String) throws {
        let header = try SafetensorsHeader(file, path: path)
        bytes = file
        self.path = path
        metadata = header.metadata
        // A dictionary in a JSON text has no name twice once it is decoded.
        entries = Dictionary(uniqueKeysWithValues: header.entries.map { ($0.name, $0) })
    }

    /// The tensors' names, sorted.
    public var names: [String] { entries.keys.sorted() }

    /// The shape of a tensor, from the header alone; nil where there is none of this name.
    public func shape(of name: String) -> [Int]? { entries[name]?.shape }

    /// The element type of a tensor, from the header alone; nil where there is none of this name.
    public func dtype(of name: String) -> DType? { entries[name]?.dtype }

    /// Reads a tensor into memory of its own, on the CPU.
    /// - Throws: ``TorchError/badFile(path:reason:)`` where there is none of this name, or where a
    ///   boolean is neither 0 nor 1.
    public func tensor(_ name: String) throws -> Tensor {
        guard let entry = entries[name] else {
            throw TorchError.badFile(path: path, reason: "the tensor '\(name)' is missing.")
        }
        return try bytes.withUnsafeBytes { bytes in
            let part = UnsafeRawBufferPointer(rebasing: bytes[entry.range])
            if entry.dtype == .bool, let odd = part.first(where: { $0 > 1 }) {
                throw TorchError.badFile(
                    path: path, reason: "'\(name)' holds the byte \(odd), which is no boolean.")
            }
            return try Tensor(bytes: part, dtype: entry.dtype, shape: entry.shape)
        }
    }

    /// Reads all tensors.
    public func contents() throws -> Safetensors.Contents {
        var tensors: [String: Tensor] = [:]
        for name in entries.keys { tensors[name] = try tensor(name) }
        return Safetensors.Contents(tensors: tensors, metadata: metadata)
    }
}
