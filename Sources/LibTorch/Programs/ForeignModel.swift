import Foundation

/// What a file that is no exported program is, told by its content, and the way from there.
enum ForeignModel: CaseIterable {
    case empty, torchScript, weights, module, legacyPickle, olderProgram, aotInductor, otherZip
    case onnx, safetensors, hdf5, numpy, tensorFlow, keras, liteRT, executorch, gguf
    case lfsPointer, webPage, otherFolder, other

    /// The kind of a file that is no zip.
    init(bytes: Data) {
        func begins(_ signature: [UInt8]) -> Bool { bytes.starts(with: signature) }
        func begins(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
        let inner = String(decoding: bytes.dropFirst(4).prefix(4), as: UTF8.self)
        if bytes.isEmpty {
            self = .empty
        } else if begins([0x89, 0x48, 0x44, 0x46]) {
            self = .hdf5
        } else if begins([0x93] + Array("NUMPY".utf8)) {
            self = .numpy
        } else if begins("GGUF") {
            self = .gguf
        } else if begins("version https://git-lfs") {
            self = .lfsPointer
        } else if begins("<!DOCTYPE") || begins("<!doctype") || begins("<html") {
            self = .webPage
        } else if inner == "TFL3" {
            self = .liteRT
        } else if inner.hasPrefix("ET1") {
            self = .executorch
        } else if bytes.count > 9, bytes.dropFirst(8).first == UInt8(ascii: "{"),
            (try? SafetensorsHeader(bytes, path: "")) != nil
        {
            self = .safetensors
        } else if begins([0x80]), bytes.count > 2, (2...5).contains(bytes[bytes.startIndex + 1]) {
            self = .legacyPickle
        } else {
            self = Self.protocolBuffer(bytes) ?? .other
        }
    }

    /// The kind of a zip without `models/model.json`.
    init(archive: ZipArchive) {
        let names = archive.members.keys
        func has(_ end: String) -> Bool { names.contains { $0 == end || $0.hasSuffix("/" + end) } }
        if has("serialized_exported_program.json") {
            self = .olderProgram
        } else if names.contains(where: { $0.contains("data/aotinductor/") }) {
            self = .aotInductor
        } else if has("model.weights.h5") {
            self = .keras
        } else if has("constants.pkl") {
            self = .torchScript
        } else if let pickle = names.first(where: { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") })
        {
            // A pickle names the classes that it makes; those of a module are its layers'.
            let text = (try? archive.data(pickle)) ?? Data()
            let layers = Data("torch.nn.modules".utf8)
            self = text.range(of: layers) == nil ? .weights : .module
        } else {
            self = .otherZip
        }
    }

    static func folder(_ url: URL) -> ForeignModel {
        let model = url.appendingPathComponent("saved_model.pb").path
        return FileManager.default.fileExists(atPath: model) ? .tensorFlow : .otherFolder
    }

    /// Both begin with a small version; then ONNX has the name of a producer, TensorFlow a graph.
    private static func protocolBuffer(_ bytes: Data) -> ForeignModel? {
        let start = [UInt8](bytes.prefix(128))
        guard start.count > 4, start[0] == 0x08, start[1] < 0x20, start[2] == 0x12 else {
            return nil
        }
        let name = start.dropFirst(4).prefix(Int(start[3]))
        return name.allSatisfy { (0x20..<0x7F).contains($0) } ? .onnx : .tensorFlow
    }

    func fault(path: String) -> ProgramFault {
        .otherKind(path: path, kind: kind, remedy: remedy)
    }

    private var kind: String {
        switch self {
        case .empty: "an empty file"
        case .torchScript: "a TorchScript file, a format that PyTorch has given up"
        case .weights: "a pickle of weights (a state_dict) without the network"
        case .module:
            "a pickle of a whole module, which needs its Python source and can run any code"
        case .legacyPickle: "a pickle in PyTorch's format before version 1.6"
        case .olderProgram: "an exported program of torch before 2.8"
        case .aotInductor: "a package that AOTInductor compiled, which has no gradients"
        case .otherZip: "a zip file of something else"
        case .onnx: "an ONNX model"
        case .safetensors: "a safetensors file, weights without the network"
        case .hdf5: "an HDF5 file, as Keras writes them"
        case .numpy: "a NumPy array"
        case .tensorFlow: "a TensorFlow model"
        case .keras: "a Keras model"
        case .liteRT: "a LiteRT (TensorFlow Lite) model, which has no gradients"
        case .executorch: "an ExecuTorch program, which has no gradients"
        case .gguf: "a GGUF file of a language model"
        case .lfsPointer: "a pointer of Git LFS and not the file itself (run `git lfs pull`)"
        case .webPage: "a web page, so a download went wrong"
        case .otherFolder: "a folder"
        case .other: "no model file that is known here"
        }
    }

    private var remedy: String {
        let export =
            "torch.export.save(torch.export.export(model.eval(), (torch.rand(2, 3, 224, 224),), dynamic_shapes=({0: torch.export.Dim(\"batch\", min=1, max=1024)},)), \"model.pt2\")"
        return switch self {
        case .weights:
            "In Python: model = YourNetwork(); model.load_state_dict(torch.load(FILE, weights_only=True)); \(export)"
        case .safetensors:
            "In Python: model = YourNetwork(); model.load_state_dict(safetensors.torch.load_file(FILE)); \(export)"
        case .module, .legacyPickle:
            "In Python, if you trust the file: model = torch.load(FILE, weights_only=False); \(export)"
        case .torchScript:
            "In Python, build the network itself and take the weights over: model = YourNetwork(); model.load_state_dict(torch.jit.load(FILE).state_dict()); \(export)"
        case .olderProgram:
            "In Python, with the torch that wrote it: program = torch.export.load(FILE); with torch 2.11 to 2.15 export the model anew: \(export)"
        case .aotInductor, .executorch:
            "In Python, export the model that it was compiled from: \(export)"
        case .onnx:
            "Export the PyTorch model that it was made from: \(export)"
        case .hdf5, .tensorFlow, .keras, .liteRT:
            "Rebuild the network in PyTorch with these weights, then: \(export)"
        case .empty, .otherZip, .numpy, .gguf, .lfsPointer, .webPage, .otherFolder, .other:
            "In Python: \(export)"
        }
    }
}
