import Foundation
import LibTorch

/// The golden values of one subject, written by a script in `Scripts/golden`.
public struct Golden {
    public let subject: String
    public let tensors: [String: Tensor]
    public let metadata: [String: String]

    /// A subject that has no file, or a value that it does not hold.
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameter bundle: whose folder `Golden` holds the file.
    public init(_ subject: String, in bundle: Bundle) throws {
        try useOneThread()
        self.subject = subject
        let contents = try Safetensors.read(Self.url(subject, in: bundle))
        (tensors, metadata) = (contents.tensors, contents.metadata)
    }

    /// The subject's file.
    public static func url(_ subject: String, in bundle: Bundle) throws -> URL {
        guard
            let url = bundle.url(
                forResource: subject, withExtension: "safetensors", subdirectory: "Golden")
        else { throw Missing(description: "there is no \(subject).safetensors") }
        return url
    }

    public var names: [String] { tensors.keys.sorted() }

    public subscript(_ name: String) -> Tensor {
        get throws {
            guard let tensor = tensors[name] else {
                throw Missing(description: "\(subject).safetensors holds no '\(name)'")
            }
            return tensor
        }
    }

    /// Tensors whose names begin with `prefix`, by the rest of their names.
    public func all(_ prefix: String) -> [String: Tensor] {
        Dictionary(
            uniqueKeysWithValues: tensors.filter { $0.key.hasPrefix(prefix) }
                .map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    }
}

/// Sums must not depend on how many processors there are; the setting is a thread's own from its
/// first operation on, so it is made wherever a test begins.
public func useOneThread() throws { try Engine.setThreadCount(1) }
