import Digests
import Foundation

extension ImageSet {
    /// SHA-256, 64 lowercase hexadecimal digits, of the shape, the labels and the pixels in their
    /// order; names do not count. It stands for the data in the key of a cached result.
    ///
    /// The bytes hashed are the 64-bit little-endian integers C, H, W, N and the N labels, then
    /// the pixels.
    ///
    /// - Complexity: O(N·C·H·W) at each call, about 0.1 s for MNIST: keep the result.
    /// - Throws: As ``bytes(of:)-(Int)``.
    public var contentHash: String {
        get throws {
            let hash = SHA256()
            let numbers = [shape.channels, shape.height, shape.width, count] + labels
            let littleEndian = numbers.map { Int64($0).littleEndian }
            littleEndian.withUnsafeBytes { hash.update($0) }
            for index in labels.indices { try hash.update(bytes(of: index)) }
            return hash.digest().hexadecimal
        }
    }
}
