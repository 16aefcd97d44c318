import CZlib
import Foundation

/// The members of a zip file, read one by one: stored or deflated, zip64 where it is needed.
///
/// Anybody may have written the file. Every number in it is compared with the file's size before
/// it is used, and no member gets more memory than its compressed bytes can fill.
struct ZipArchive {
    struct Member {
        fileprivate var isDeflated: Bool
        fileprivate var compressedSize: Int
        fileprivate var headerOffset: Int
        fileprivate var checksum: UInt32
        /// Bytes once it is inflated.
        var size: Int
    }

    /// By name, folders left out.
    private(set) var members: [String: Member] = [:]
    private let bytes: Data
    private let path: String

    /// Reads the directory at the file's end.
    /// - Parameter path: for the error's sentence.
    /// - Throws: ``TorchError/badFile(path:reason:)``.
    init(_ file: Data, path: String) throws {
        // Offsets below count from 0, whatever slice was given.
        bytes = file.startIndex == 0 ? file : Data(file)
        self.path = path
        let directory = try findDirectory()
        var offset = directory.offset
        for _ in 0..<directory.count { offset = try readEntry(at: offset) }
    }

    /// Whether the bytes begin as a zip file does.
    static func recognises(_ file: Data) -> Bool {
        file.starts(with: [0x50, 0x4B, 3, 4]) || file.starts(with: [0x50, 0x4B, 5, 6])
    }

    /// A member's bytes, checked against its checksum; a stored one is a part of the file itself.
    func data(_ name: String) throws -> Data {
        guard let member = members[name] else { throw fault("'\(name)' is missing in it.") }
        let start = try contentStart(of: member, name)
        let content = bytes[start..<start + member.compressedSize]
        let data = member.isDeflated ? try inflated(content, member, name) : content
        guard Self.checksum(data) == member.checksum else {
            throw fault("'\(name)' in it is damaged: its checksum is another.")
        }
        return data
    }

    private func fault(_ reason: String) -> TorchError { .badFile(path: path, reason: reason) }

    // MARK: The directory

    /// A little-endian number of 2, 4 or 8 bytes.
    private func number(_ offset: Int, _ width: Int) throws -> Int {
        guard offset >= 0, offset <= bytes.count - width else {
            throw fault("it ends in the middle of its directory: it is truncated or no zip file.")
        }
        let value = bytes[offset..<offset + width].reversed().reduce(UInt64(0)) {
            $0 << 8 | UInt64($1)
        }
        // A size beyond the file's is refused wherever it is used.
        return Int(clamping: value)
    }

    private func findDirectory() throws -> (offset: Int, count: Int) {
        // The last record has 22 bytes and a comment of at most 65,535.
        let last = bytes.count - 22
        guard last >= 0 else { throw fault("it is too short for a zip file.") }
        let first = max(0, last - 65_535)
        guard
            let end = stride(from: last, through: first, by: -1).first(where: {
                bytes[$0] == 0x50 && bytes[$0 + 1] == 0x4B && bytes[$0 + 2] == 5
                    && bytes[$0 + 3] == 6
            })
        else { throw fault("it has no directory at its end: it is truncated or no zip file.") }
        var count = try number(end + 10, 2)
        var offset = try number(end + 16, 4)
        if count == 0xFFFF || offset == 0xFFFF_FFFF, end >= 20,
            try number(end - 20, 4) == 0x0706_4B50
        {
            let large = try number(end - 12, 8)
            guard large <= bytes.count - 56, try number(large, 4) == 0x0606_4B50 else {
                throw fault("its zip64 directory is not where it should be.")
            }
            count = try number(large + 32, 8)
            offset = try number(large + 48, 8)
        }
        // An entry has at least 46 bytes.
        guard offset <= bytes.count, count <= (bytes.count - offset) / 46 else {
            throw fault("its directory claims \(count) entries, and there is no room for them.")
        }
        return (offset, count)
    }

    /// Reads an entry and returns where the next one begins.
    private mutating func readEntry(at offset: Int) throws -> Int {
        guard try number(offset, 4) == 0x0201_4B50 else { throw fault("its directory is damaged.") }
        let (flags, method) = (try number(offset + 8, 2), try number(offset + 10, 2))
        let nameLength = try number(offset + 28, 2)
        let extraLength = try number(offset + 30, 2)
        let next = offset + 46 + nameLength + extraLength + (try number(offset + 32, 2))
        guard next <= bytes.count else { throw fault("its directory is cut off.") }
        let name = String(decoding: bytes[offset + 46..<offset + 46 + nameLength], as: UTF8.self)
        var sizes = [
            try number(offset + 24, 4), try number(offset + 20, 4), try number(offset + 42, 4),
        ]
        try widen(&sizes, from: offset + 46 + nameLength, length: extraLength)
        if name.hasSuffix("/") { return next }
        guard flags & 1 == 0 else { throw fault("'\(name)' in it is encrypted.") }
        guard method == 0 || method == 8 else {
            throw fault("'\(name)' in it is compressed in a way that is not read here (\(method)).")
        }
        let member = Member(
            isDeflated: method == 8, compressedSize: sizes[1], headerOffset: sizes[2],
            checksum: UInt32(truncatingIfNeeded: try number(offset + 16, 4)), size: sizes[0])
        // Deflate makes at most 1,032 bytes of one.
        guard member.compressedSize <= bytes.count,
            member.isDeflated
                ? member.size / 1_032 <= member.compressedSize
                : member.size == member.compressedSize
        else { throw fault("'\(name)' in it claims \(member.size) bytes, which it cannot hold.") }
        guard members.updateValue(member, forKey: name) == nil else {
            throw fault("'\(name)' is in it twice.")
        }
        return next
    }

    /// Takes 64-bit sizes from the extra field where the 32-bit ones are all ones.
    private func widen(_ sizes: inout [Int], from start: Int, length: Int) throws {
        var offset = start
        while offset + 4 <= start + length {
            let (kind, size) = (try number(offset, 2), try number(offset + 2, 2))
            if kind == 1 {
                var place = offset + 4
                for index in sizes.indices where sizes[index] == 0xFFFF_FFFF {
                    guard place + 8 <= offset + 4 + size else {
                        throw fault("a zip64 size in its directory is missing.")
                    }
                    sizes[index] = try number(place, 8)
                    place += 8
                }
                return
            }
            offset += 4 + size
        }
    }

    // MARK: Members

    private func contentStart(of member: Member, _ name: String) throws -> Int {
        let header = member.headerOffset
        guard header <= bytes.count - 30, try number(header, 4) == 0x0403_4B50 else {
            throw fault("'\(name)' is not where its directory says.")
        }
        let start = header + 30 + (try number(header + 26, 2)) + (try number(header + 28, 2))
        guard start <= bytes.count - member.compressedSize else {
            throw fault("'\(name)' in it is cut off.")
        }
        return start
    }

    private func inflated(_ content: Data, _ member: Member, _ name: String) throws -> Data {
        var stream = z_stream()
        // −15: deflate without zlib's own header, as zip has it.
        guard
            inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw fault("zlib could not begin to inflate '\(name)'.") }
        defer { inflateEnd(&stream) }
        var result = Data(count: member.size)
        var code = Z_OK
        content.withUnsafeBytes { source in
            result.withUnsafeMutableBytes { target in
                // zlib counts in 32 bits, so both sides are offered piece by piece.
                let (input, output) = (
                    source.bindMemory(to: UInt8.self), target.bindMemory(to: UInt8.self)
                )
                var (used, made) = (0, 0)
                repeat {
                    stream.next_in = UnsafeMutablePointer(
                        mutating: input.baseAddress.map { $0 + used })
                    stream.avail_in = UInt32(clamping: input.count - used)
                    stream.next_out = output.baseAddress.map { $0 + made }
                    stream.avail_out = UInt32(clamping: output.count - made)
                    let (offered, room) = (stream.avail_in, stream.avail_out)
                    code = inflate(&stream, Z_NO_FLUSH)
                    used += Int(offered - stream.avail_in)
                    made += Int(room - stream.avail_out)
                    if offered == stream.avail_in && room == stream.avail_out { break }
                } while code == Z_OK
            }
        }
        guard code == Z_STREAM_END, stream.total_out == member.size else {
            throw fault("'\(name)' in it is damaged and cannot be inflated.")
        }
        return result
    }

    private static func checksum(_ data: Data) -> UInt32 {
        data.withUnsafeBytes { bytes in
            var sum = crc32(0, nil, 0)
            var rest = bytes.bindMemory(to: UInt8.self)[...]
            while !rest.isEmpty {
                let piece = rest.prefix(1 << 30)
                sum =
                    UnsafeBufferPointer(rebasing: piece).baseAddress
                    .map { crc32(sum, $0, UInt32(piece.count)) } ?? sum
                rest = rest.dropFirst(piece.count)
            }
            return UInt32(truncatingIfNeeded: sum)
        }
    }
}
