import Crypto
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
            var hash = SHA256()
            let numbers = [shape.channels, shape.height, shape.width, count] + labels
            let littleEndian = numbers.map { Int64($0).littleEndian }
            littleEndian.withUnsafeBytes { hash.update(bufferPointer: $0) }
            for index in labels.indices { try hash.update(data: bytes(of: index)) }
            return hexadecimal(hash.finalize())
        }
    }
}

/// Lowercase, two digits a byte.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
