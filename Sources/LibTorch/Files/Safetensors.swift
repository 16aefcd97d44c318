import Foundation

/// Files of named tensors in the safetensors format: a length, a JSON header, raw little-endian
/// numbers. Nothing in such a file is ever executed, unlike a pickle.
public enum Safetensors {
    /// What a file holds.
    public struct Contents {
        /// By name, on the CPU, in the types and shapes of the file.
        public var tensors: [String: Tensor]
        /// The texts under `__metadata__` in the header; empty where it has none.
        public var metadata: [String: String]

        /// Names both parts.
        public init(tensors: [String: Tensor], metadata: [String: String] = [:]) {
            self.tensors = tensors
            self.metadata = metadata
        }
    }

    // MARK: Writing

    /// Writes all or nothing: the file appears under its name when it is complete.
    public static func write(
        _ tensors: [NamedTensor], metadata: [String: String] = [:], to url: URL
    ) throws {
        try AtomicFile.write(data(of: tensors, metadata: metadata), to: url)
    }

    /// The bytes of a file. The same tensors give the same bytes: names are sorted.
    public static func data(
        of tensors: [NamedTensor], metadata: [String: String] = [:]
    ) throws -> Data {
        var header: [String: HeaderEntry] = [:]
        var body = Data()
        for (name, tensor) in tensors.sorted(by: { $0.name < $1.name }) {
            guard let dtype = tensor.dtype, let code = codes[dtype] else {
                throw TorchError.wrongElementType(
                    expected: "a type that safetensors knows", found: "\(tensor)")
            }
            guard header[name] == nil, name != metadataName else {
                throw TorchError.badFile(
                    path: "a new safetensors file",
                    reason: "the name '\(name)' is taken: every tensor needs its own.")
            }
            let bytes = try tensor.bytes()
            header[name] = .tensor(
                dtype: code, shape: tensor.shape, offsets: [body.count, body.count + bytes.count])
            body.append(contentsOf: bytes)
        }
        if !metadata.isEmpty { header[metadataName] = .metadata(metadata) }
        return try head(header) + body
    }

    /// All that stands before the numbers.
    static func head(_ entries: [String: HeaderEntry]) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var text = try encoder.encode(entries)
        // Readers may map the numbers: they start at a multiple of eight.
        text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8))
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text
    }

    // MARK: Reading

    /// Reads all tensors of a file; ``SafetensorsFile`` reads some of them.
    /// - Throws: ``TorchError/badFile(path:reason:)``.
    public static func read(_ url: URL) throws -> Contents {
        try SafetensorsFile(url).contents()
    }

    /// Reads the bytes of a file; `path` is for the error's sentence.
    /// - Throws: ``TorchError/badFile(path:reason:)``.
    public static func read(_ file: Data, path: String) throws -> Contents {
        try SafetensorsFile(file, path: path).contents()
    }

    /// The header's entry that is no tensor.
    static let metadataName = "__metadata__"

    static let codes: [DType: String] = [
        .bool: "BOOL", .uint8: "U8", .int8: "I8", .uint16: "U16", .int16: "I16", .uint32: "U32",
        .int32: "I32", .uint64: "U64", .int64: "I64", .float8E4M3: "F8_E4M3",
        .float8E5M2: "F8_E5M2", .float8E8M0: "F8_E8M0", .float16: "F16", .bfloat16: "BF16",
        .float32: "F32", .float64: "F64", .complex64: "C64",
    ]
}

/// An entry of the header's JSON.
enum HeaderEntry: Codable {
    case tensor(dtype: String, shape: [Int], offsets: [Int])
    case metadata([String: String])

    private enum Key: String, CodingKey {
        case dtype
        case shape
        case offsets = "data_offsets"
    }

    init(from decoder: any Decoder) throws {
        if let fields = try? decoder.container(keyedBy: Key.self), fields.contains(.offsets) {
            self = .tensor(
                dtype: try fields.decode(String.self, forKey: .dtype),
                shape: try fields.decode([Int].self, forKey: .shape),
                offsets: try fields.decode([Int].self, forKey: .offsets))
        } else {
            self = .metadata(try decoder.singleValueContainer().decode([String: String].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .metadata(let values):
            var container = encoder.singleValueContainer()
            try container.encode(values)
        case .tensor(let dtype, let shape, let offsets):
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(dtype, forKey: .dtype)
            try container.encode(shape, forKey: .shape)
            try container.encode(offsets, forKey: .offsets)
        }
    }
}
