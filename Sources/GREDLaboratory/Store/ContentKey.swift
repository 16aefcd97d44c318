import Digests
import Foundation

/// The name of a result by what it was made from: SHA-256 of a configuration's canonical JSON.
public enum ContentKey {
    /// Hex, 64 characters.
    public static func of(_ configuration: some Encodable) throws -> String {
        SHA256.digest(of: try canonicalJSON(configuration)).hexadecimal
    }

    /// JSON with sorted keys, so that equal values give equal bytes.
    static func canonicalJSON(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }
}
