/// Why a file's program cannot be read or run, each as a sentence with a remedy.
public enum ProgramFault: Error, Equatable, CustomStringConvertible {
    /// The file is something else; `remedy` says how to come from there to an exported program.
    case otherKind(path: String, kind: String, remedy: String)
    /// The file's schema has another major version.
    case otherSchema(path: String, found: String, read: String, torch: String)
    /// A weight is stored as a pickle, which is never opened.
    case pickled(path: String, weight: String)
    /// The file holds something that no exported program should, or that is not read here.
    case unreadable(path: String, reason: String)
    /// An operator that this libtorch does not have.
    case missingOperator(name: String, source: String?)
    /// A call that cannot be replayed.
    case unsupported(what: String, source: String?)
    /// The model changes its own weights or statistics when it is called.
    case mutated(tensor: String)
    /// A layer behaves as in training.
    case training(layer: String, source: String?)
    /// Inputs do not fit.
    case input(reason: String)
    /// The model returns several tensors, or none of the name asked for; `found` has each one's path and
    /// shape.
    case output(asked: String?, found: [String])

    public var description: String {
        switch self {
        case .otherKind(let path, let kind, let remedy):
            "\(path) is \(kind), and an exported program is needed. \(remedy)"
        case .otherSchema(let path, let found, let read, let torch):
            "\(path) has version \(found) of the exported program's schema (written by torch \(torch)), and version \(read) is read here: export it again with torch 2.11 to 2.15."
        case .pickled(let path, let weight):
            "\(path) holds '\(weight)' as a pickle, which could run code when it is read and is never opened: make it a plain tensor before torch.export (for a tensor subclass, dequantise or call .data)."
        case .unreadable(let path, let reason): "\(path): \(reason)"
        case .missingOperator(let name, let source):
            "This libtorch has no operator '\(name)'\(Self.place(source)): replace it by PyTorch's own operators before the export, or let torch.export decompose it (run_decompositions)."
        case .unsupported(let what, let source):
            "The program uses \(what)\(Self.place(source)), which cannot be replayed here."
        case .mutated(let tensor):
            "The model changes '\(tensor)' when it is called, so it was exported in training mode: call model.eval() before torch.export."
        case .training(let layer, let source):
            "The program holds \(layer) in training mode\(Self.place(source)): call model.eval() before torch.export."
        case .input(let reason): reason
        case .output(let asked, let found):
            if let asked {
                "The model returns no tensor '\(asked)'; it returns \(found.joined(separator: ", "))."
            } else {
                "The model returns several tensors (\(found.joined(separator: ", "))): say which holds the logits, as \"output_name\" in the JSON beside the file."
            }
        }
    }

    private static func place(_ source: String?) -> String {
        source.map { " (at \($0))" } ?? ""
    }
}
