import Foundation

/// The bytes of a file from its beginning, inflated on the way where the file is gzipped (told by
/// its first two bytes, not by its name), and never more of them than were asked for: a file that
/// inflates without end costs no more memory than the caller names.
final class ByteSource {
    let path: String
    /// Whether the file is gzipped.
    let isGzipped: Bool
    /// The file's own size, before inflation.
    let fileSize: Int

    private let handle: FileHandle
    private var input: [UInt8] = []
    private var inputUsed = 0
    private var inflater: Inflater?

    private static let chunk = 1 << 16

    /// - Throws: `IDXError.unreadable`.
    init(_ url: URL) throws {
        path = url.path
        do {
            handle = try FileHandle(forReadingFrom: url)
            let size = try handle.seekToEnd()
            try handle.seek(toOffset: 0)
            fileSize = Int(clamping: size)
            input = try [UInt8](handle.read(upToCount: Self.chunk) ?? Data())
        } catch {
            throw IDXError.unreadable(path: url.path, reason: plainReason(error))
        }
        isGzipped = input.starts(with: [0x1F, 0x8B])
        if isGzipped { inflater = try Inflater(path: path) }
    }

    deinit { try? handle.close() }

    /// Appends up to `count` more bytes to `bytes`; fewer only where the file ends.
    ///
    /// - Throws: `IDXError.unreadable`, `IDXError.damagedGzip`.
    func read(_ count: Int, into bytes: inout [UInt8]) throws {
        var missing = count
        while missing > 0 {
            let step = min(missing, Self.chunk)
            let got = inflater == nil ? try copy(step, &bytes) : try inflate(step, &bytes)
            if got == 0 { return }
            missing -= got
        }
    }

    private func copy(_ count: Int, _ bytes: inout [UInt8]) throws -> Int {
        if inputUsed == input.count { try refill() }
        let taken = min(count, input.count - inputUsed)
        bytes += input[inputUsed..<(inputUsed + taken)]
        inputUsed += taken
        return taken
    }

    private func inflate(_ count: Int, _ bytes: inout [UInt8]) throws -> Int {
        while true {
            if inputUsed == input.count { try refill() }
            guard let inflater else { return 0 }
            if input.isEmpty && inflater.isBetweenMembers { return 0 }
            let (used, made) = try inflater.step(
                input[inputUsed...], output: count, into: &bytes)
            inputUsed += used
            if made > 0 { return made }
            if used == 0 { throw inflater.damaged("the data ends in the middle") }
        }
    }

    private func refill() throws {
        do {
            input = try [UInt8](handle.read(upToCount: Self.chunk) ?? Data())
            inputUsed = 0
        } catch {
            throw IDXError.unreadable(path: path, reason: plainReason(error))
        }
    }
}

/// What the system says of a failed file access, in its own few words.
func plainReason(_ error: any Error) -> String {
    if let posix = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError,
        posix.domain == NSPOSIXErrorDomain
    {
        return String(cString: strerror(Int32(posix.code)))
    }
    return (error as NSError).localizedDescription
}
