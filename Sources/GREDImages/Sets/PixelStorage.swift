import Foundation
import LibTorch

/// Where the pixels of an image set lie. Its subsets share it.
enum PixelStorage: Sendable {
    case memory([UInt8])
    case file(PixelFile)

    /// What ranks an image whose picture had another size; nil where its pixels do.
    /// - Parameter place: in the storage, in images.
    func origin(of place: Int) -> Rank? {
        guard case .file(let file) = self else { return nil }
        return file.origins[place]
    }

    /// Copies bytes to where they are needed.
    /// - Throws: `TorchError.badFile` where a file cannot be read any more.
    func copy(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        switch self {
        case .memory(let bytes):
            bytes.withUnsafeBytes {
                buffer.copyMemory(from: .init(rebasing: $0[offset..<(offset + buffer.count)]))
            }
        case .file(let file): try file.read(from: offset, into: buffer)
        }
    }
}

/// The pixels of images that would be too much for memory, in a file that has no name any more: it
/// goes with whoever holds it, a killed process too.
final class PixelFile: @unchecked Sendable {
    private let descriptor: Int32
    private let folder: URL
    private var count = 0
    /// One an image, as in ``PixelStorage/origin(of:)``.
    private(set) var origins: [Rank?] = []

    /// - Parameter folder: on the disk that is to hold it; made where it is missing.
    /// - Throws: `FileFault`.
    init(in folder: URL) throws {
        self.folder = folder
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var path = Array(folder.appending(component: ".pixels-XXXXXX").path.utf8CString)
        descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw FileFault(path: folder.path, errno: errno) }
        unlink(path)
    }

    deinit { close(descriptor) }

    /// Adds images at the end; nobody may read meanwhile.
    /// - Parameter origins: one an image.
    /// - Throws: `FileFault`, such as for a full disk.
    func append(_ bytes: [UInt8], origins: [Rank?]) throws {
        self.origins += origins
        try bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let written = pwrite(
                    descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(count + done))
                guard written >= 0 || errno == EINTR else {
                    throw FileFault(path: folder.path, errno: errno)
                }
                done += max(written, 0)
            }
            count += done
        }
    }

    /// Several threads may read at once.
    func read(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        var done = 0
        while done < buffer.count {
            let found = pread(
                descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
            if found < 0, errno == EINTR { continue }
            guard found > 0 else {
                throw TorchError.badFile(
                    path: "a scratch file in \(folder.path)",
                    reason: "pixels that were written there cannot be read back.")
            }
            done += found
        }
    }
}
