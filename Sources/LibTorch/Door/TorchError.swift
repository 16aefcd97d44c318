import CLibTorch
import Foundation

/// What can go wrong between Swift and libtorch, each as a sentence a person can act on.
public enum TorchError: Error, Equatable, CustomStringConvertible, LocalizedError {
    /// An operator refused its arguments; `reason` is libtorch's own first line.
    case operatorFailed(name: String, reason: String)
    /// libtorch has no operator of this name.
    case unknownOperator(name: String)
    /// libtorch does not know the device, or it was built or is running without it.
    case unknownDevice(name: String, reason: String)
    /// Elements were to be read, or written to a file, as a type that the tensor does not have.
    case wrongElementType(expected: String, found: String)
    /// A tensor has another shape or more elements than the call takes.
    case wrongShape(expected: String, found: String)
    /// A gradient was asked for something that the output does not depend on.
    case noGradient(reason: String)
    /// Another libtorch is loaded than the one built against: see ``Engine/checkVersion()``.
    case wrongVersion(built: String, loaded: String)
    /// A number of threads below 1 or beyond 32 bits was asked for.
    case threadCount(Int)
    /// A file that does not hold what it should: which one, where in it, and what is wrong.
    case badFile(path: String, reason: String)

    public var description: String {
        switch self {
        case .operatorFailed(let name, let reason): "\(name) failed: \(reason)"
        case .unknownOperator(let name): "This libtorch has no operator '\(name)'."
        case .unknownDevice(let name, let reason):
            "The device '\(name)' cannot be used here: \(reason) Try `cpu`."
        case .wrongElementType(let expected, let found):
            "A tensor of \(expected) was expected, and \(found) was found."
        case .wrongShape(let expected, let found):
            "A tensor of shape \(expected) was expected, and \(found) was found."
        case .noGradient(let reason): "There is no gradient: \(reason)"
        case .wrongVersion(let built, let loaded):
            "This program was built against libtorch \(built), and libtorch \(loaded) was loaded: run `make build` again."
        case .threadCount(let count):
            "The number of threads must be at least 1, and \(count) was asked for."
        case .badFile(let path, let reason): "\(path): \(reason)"
        }
    }

    public var errorDescription: String? { description }
}

/// Takes ownership of a C string that the door returned.
func takeString(_ string: UnsafeMutablePointer<CChar>?) -> String? {
    guard let string else { return nil }
    defer { lt_string_free(string) }
    return String(cString: string)
}

/// libtorch's message without its decorations: the first line, without "Exception raised from".
func firstSentence(_ message: UnsafeMutablePointer<CChar>?) -> String {
    let whole = takeString(message) ?? "no reason was given"
    return whole.split(separator: "\n").first.map(String.init) ?? whole
}
