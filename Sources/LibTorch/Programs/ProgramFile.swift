import Foundation

/// An exported program as a file: what `torch.export.save` writes, a zip of `models/model.json`, raw
/// weights, and sample inputs that are a pickle and are never opened.
public struct ProgramFile {
    /// The program.
    public let program: Program
    /// The version of torch that wrote the file, as it says.
    public let torchVersion: String
    /// What a reader should know, a sentence each: a newer minor version of the schema.
    public let notes: [String]

    /// Reads a file.
    /// - Throws: ``ProgramFault``, and ``TorchError/badFile(path:reason:)`` for a damaged zip.
    public init(_ url: URL) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw TorchError.badFile(path: url.path, reason: "there is no such file.")
        }
        if isFolder.boolValue { throw ForeignModel.folder(url).fault(path: url.path) }
        let file: Data
        do {
            file = try Data(contentsOf: url, options: .alwaysMapped)
        } catch {
            throw TorchError.badFile(path: url.path, reason: "the file cannot be read.")
        }
        try self.init(file, path: url.path)
    }

    /// Reads the bytes of a file; `path` is for the error's sentence.
    public init(_ file: Data, path: String) throws {
        guard ZipArchive.recognises(file) else {
            throw ForeignModel(bytes: file).fault(path: path)
        }
        let archive = try ZipArchive(file, path: path)
        guard let root = Self.root(of: archive) else {
            throw ForeignModel(archive: archive).fault(path: path)
        }
        try Self.check(archive, root, path)
        let json = try archive.data(root + "models/model.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let version: ProgramSchema.VersionOnly
        do {
            version = try decoder.decode(ProgramSchema.VersionOnly.self, from: json)
        } catch {
            throw ProgramFault.unreadable(
                path: path, reason: "its model.json states no version of its schema.")
        }
        let found = version.schemaVersion
        torchVersion = version.torchVersion ?? "unknown"
        guard found.major == ProgramSchema.version.major else {
            throw ProgramFault.otherSchema(
                path: path, found: "\(found.major).\(found.minor)",
                read: "\(ProgramSchema.version.major)", torch: torchVersion)
        }
        let schema: ProgramSchema
        do {
            schema = try decoder.decode(ProgramSchema.self, from: json)
        } catch {
            throw ProgramFault.unreadable(
                path: path,
                reason: "its model.json is not that of an exported program\(Self.place(of: error))."
            )
        }
        notes = Self.notes(on: schema)
        let payloads = ProgramPayloads(
            archive: archive, root: root, path: path, decoder: decoder)
        program = try ProgramReader(schema: schema, payloads: payloads, path: path).program()
    }

    /// Throws for an archive of another format than this one.
    private static func check(_ archive: ZipArchive, _ root: String, _ path: String) throws {
        func text(_ name: String) throws -> String? {
            guard archive.members[root + name] != nil else { return nil }
            return String(decoding: try archive.data(root + name).prefix(32), as: UTF8.self)
        }
        if let order = try text("byteorder"), !order.hasPrefix("little") {
            throw ProgramFault.unreadable(
                path: path,
                reason: "its numbers are not little-endian: save it on an ordinary machine.")
        }
        if let version = try text("archive_version"), Int(version) != 0 {
            throw ProgramFault.unreadable(
                path: path,
                reason:
                    "its archive has version \(version), and 0 is read here: save it with torch 2.11 to 2.15."
            )
        }
    }

    private static func notes(on schema: ProgramSchema) -> [String] {
        let (found, known) = (schema.schemaVersion, ProgramSchema.version)
        var notes: [String] = []
        if found.minor > known.minor {
            notes.append(
                "The file's schema \(found.major).\(found.minor) is newer than the \(known.major).\(known.minor) that is known here; what it added is not looked at."
            )
        }
        if schema.verifiers?.contains("ATEN") == true {
            notes.append(
                "The program was decomposed (run_decompositions), which forgets torch.no_grad and detach: if the model uses them, its gradients here differ from the original's."
            )
        }
        return notes
    }

    /// The folder in the zip that everything stands in, such as `resnet18/`; nil where the zip is no
    /// exported program.
    private static func root(of archive: ZipArchive) -> String? {
        archive.members.keys.filter { $0.hasSuffix("models/model.json") }
            .min { $0.count < $1.count }
            .map { String($0.dropLast("models/model.json".count)) }
    }

    private static func place(of error: any Error) -> String {
        let context: DecodingError.Context? =
            switch error as? DecodingError {
            case .dataCorrupted(let context), .keyNotFound(_, let context),
                .typeMismatch(_, let context), .valueNotFound(_, let context):
                context
            default: nil
            }
        let place = context?.codingPath.map(\.stringValue).joined(separator: ".") ?? ""
        return place.isEmpty ? "" : " (at \(place))"
    }
}

/// The tensors of a file.
struct ProgramPayloads {
    let archive: ZipArchive
    let root: String
    let path: String
    let decoder: JSONDecoder

    /// Parameters and buffers, or constants, by their names in the model.
    func read(_ kind: Kind) throws -> [String: Tensor] {
        let config = root + kind.config
        guard archive.members[config] != nil else { return [:] }
        let payloads: ProgramSchema.Payloads
        do {
            payloads = try decoder.decode(
                ProgramSchema.Payloads.self, from: archive.data(config))
        } catch is DecodingError {
            throw ProgramFault.unreadable(path: path, reason: "its list of weights is damaged.")
        }
        // Weights that are one in the model are one here as well.
        var known: [String: Tensor] = [:]
        return try payloads.config.reduce(into: [:]) { tensors, entry in
            tensors[entry.key] = try tensor(entry.key, entry.value, kind, &known)
        }
    }

    enum Kind {
        case weights, constants

        var config: String {
            switch self {
            case .weights: "data/weights/model_weights_config.json"
            case .constants: "data/constants/model_constants_config.json"
            }
        }
        var folder: String { self == .weights ? "data/weights/" : "data/constants/" }
    }

    /// - Parameter known: storages, and the tensors that were made of them.
    private func tensor(
        _ name: String, _ payload: ProgramSchema.Payloads.Payload, _ kind: Kind,
        _ known: inout [String: Tensor]
    ) throws -> Tensor {
        func fault(_ reason: String) -> ProgramFault {
            .unreadable(path: path, reason: "'\(name)' \(reason)")
        }
        guard !payload.usePickle, let meta = payload.tensorMeta else {
            throw ProgramFault.pickled(path: path, weight: name)
        }
        guard let dtype = DType(exported: meta.dtype) else {
            throw fault("has an element type that is not read here.")
        }
        guard meta.layout == ProgramSchema.stridedLayout else { throw fault("is sparse.") }
        let (sizes, strides) = (try numbers(meta.sizes, name), try numbers(meta.strides, name))
        let offset = try numbers([meta.storageOffset], name)[0]
        guard sizes.count == strides.count else { throw fault("has a stride too few or too many.") }
        let member = root + kind.folder + payload.pathName
        let size = archive.members[member]?.size ?? 0
        guard let last = Self.lastElement(sizes, strides, offset), last < size / dtype.byteCount
        else { throw fault("claims more elements than its \(size) bytes hold.") }
        let key = "\(member) \(dtype)"
        let view = "\(key) \(sizes) \(strides) \(offset)"
        if let tensor = known[view] { return tensor }
        let storage: Tensor
        if let whole = known[key] {
            storage = whole
        } else {
            let bytes = try archive.data(member)
            let count = bytes.count / dtype.byteCount
            storage = try bytes.withUnsafeBytes {
                try Tensor(
                    bytes: UnsafeRawBufferPointer(rebasing: $0[..<(count * dtype.byteCount)]),
                    dtype: dtype, shape: [count])
            }
            known[key] = storage
        }
        let tensor = try storage.strided(shape: sizes, strides: strides, offset: offset)
        known[view] = tensor
        return tensor
    }

    private func numbers(_ sizes: [ProgramSchema.Size], _ name: String) throws -> [Int] {
        try sizes.map {
            guard case .number(let number) = $0, number >= 0 else {
                throw ProgramFault.unreadable(
                    path: path, reason: "'\(name)' has a size that is no number.")
            }
            return number
        }
    }

    /// The place of the last element in storage, −1 where there is none, nil where it is absurd.
    private static func lastElement(_ sizes: [Int], _ strides: [Int], _ offset: Int) -> Int? {
        if sizes.contains(0) { return -1 }
        var last = offset
        for (size, stride) in zip(sizes, strides) {
            let (way, over) = (size - 1).multipliedReportingOverflow(by: stride)
            let (sum, overAgain) = last.addingReportingOverflow(way)
            guard !over, !overAgain else { return nil }
            last = sum
        }
        return last
    }
}
