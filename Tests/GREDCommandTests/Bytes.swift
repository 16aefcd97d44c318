import Foundation

/// Files as they lie on a disk, sound or not, made without the program's own writers.
enum Bytes {
    /// An idx file: big-endian 32-bit numbers, then the body.
    static func idx(magic: UInt32, _ dimensions: [UInt32], _ body: [UInt8]) -> [UInt8] {
        ([magic] + dimensions).flatMap { number in
            withUnsafeBytes(of: number.bigEndian) { Array($0) }
        } + body
    }

    /// A safetensors file of float32 with one tensor.
    /// - Parameter offsets: what the header claims; by default the truth.
    static func safetensors(
        _ name: String = "images", shape: [Int], _ values: [Float], offsets: [Int]? = nil
    ) -> [UInt8] {
        let body = values.flatMap { value in
            withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
        }
        let offsets = offsets ?? [0, body.count]
        let header = #"{"\#(name)":{"dtype":"F32","shape":\#(shape),"data_offsets":\#(offsets)}}"#
        return withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
            + Array(header.utf8) + body
    }

    /// `count` images of 28×28 whose pixels all hold one value.
    static func images(of values: [Float], channels: Int = 1) -> [UInt8] {
        let size = channels * 28 * 28
        return safetensors(
            shape: [values.count, channels, 28, 28],
            values.flatMap { Array(repeating: $0, count: size) })
    }
}
