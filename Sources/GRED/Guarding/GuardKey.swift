import Digests
import Foundation
import LibTorch

/// The secret that the guard's masks depend on. It belongs to a deployment, not to a bundle.
public struct GuardKey: Sendable {
    private let key: [UInt8]

    /// A key from a passphrase, of any length.
    public init(_ secret: String) { key = SHA256.digest(of: Data(secret.utf8)) }

    /// The key of published tables: fixed and known to all, so that figures can be repeated.
    public static let published = GuardKey("GRED published tables")

    /// A stream of random numbers for each image: HMAC-SHA-256 of its 8-bit pixels under the key.
    /// - Parameter purpose: what the numbers are for; each purpose has a stream of its own.
    public func streams(for images: Tensor, purpose: StaticString = "masks") throws
        -> [RandomStream]
    {
        let bytes = try (images * 255).round().to(.uint8).bytes()
        let size = bytes.count / max(images.shape[0], 1)
        return (0..<images.shape[0]).map { index in
            let code = SHA256.authenticationCode(
                of: bytes[index * size..<(index + 1) * size], key: key)
            let seed = code.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
            return RandomStream(seed: UInt64(littleEndian: seed), purpose: purpose)
        }
    }
}
