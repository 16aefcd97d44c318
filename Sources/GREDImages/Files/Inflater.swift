import CZlib

/// zlib's inflate over a gzip stream of one or more members.
///
/// A class, since zlib keeps a pointer to the stream's state and refuses a copy that moved.
final class Inflater {
    private let path: String
    private let stream: UnsafeMutablePointer<z_stream>
    private var consumed = 0

    /// Whether a member has just ended, so that the file may end here.
    private(set) var isBetweenMembers = false

    init(path: String) throws {
        self.path = path
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window; + 16 means gzip's own header and checksum.
        let code = inflateInit2_(
            stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else { throw damaged("zlib says \(code)") }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Inflates from `input` and appends at most `output` bytes to `bytes`.
    ///
    /// - Parameter output: At most `UInt32.max`.
    /// - Returns: The bytes of `input` used and the bytes appended.
    /// - Throws: `IDXError.damagedGzip`.
    func step(
        _ input: ArraySlice<UInt8>, output: Int, into bytes: inout [UInt8]
    ) throws -> (used: Int, made: Int) {
        if isBetweenMembers {
            inflateReset(stream)
            isBetweenMembers = false
        }
        var code = Z_OK
        var used = 0
        let made = [UInt8](unsafeUninitializedCapacity: output) { buffer, count in
            input.withUnsafeBufferPointer { source in
                // zlib never writes through next_in; its header just lacks the `const`.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                stream.pointee.avail_in = UInt32(clamping: source.count)
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = UInt32(clamping: output)
                code = inflate(stream, Z_NO_FLUSH)
                used = source.count - Int(stream.pointee.avail_in)
                count = output - Int(stream.pointee.avail_out)
            }
        }
        consumed += used
        switch code {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: isBetweenMembers = true
        default: throw damaged(stream.pointee.msg.map { String(cString: $0) } ?? "code \(code)")
        }
        bytes += made
        return (used, made.count)
    }

    func damaged(_ reason: String) -> IDXError {
        .damagedGzip(path: path, offset: consumed, reason: reason)
    }
}
