import Digests
import Foundation

/// The contents of an idx file: the format of MNIST and its relatives.
///
/// A header of big-endian 32-bit integers (a magic number that ends in the number of dimensions,
/// then each dimension) and unsigned bytes. The file may be gzipped, whatever its name.
public struct IDX: Sendable {
    /// What a file of this format may hold here.
    public enum Kind: Sendable {
        /// `[N, H, W]`, magic number 2051.
        case images
        /// `[N]`, magic number 2049.
        case labels

        var dimensions: Int { self == .images ? 3 : 1 }
        var magic: UInt32 { 0x0800 | UInt32(dimensions) }
        var axes: [String] { self == .images ? ["images", "rows", "columns"] : ["labels"] }
    }

    /// What the file was found to hold.
    public let kind: Kind
    /// `[N, H, W]` of images, `[N]` of labels; each at least 1.
    public let dimensions: [Int]
    /// The values after the header, row-major.
    public let body: [UInt8]
    /// The file that it came from, for later messages.
    public let path: String

    private let header: [UInt8]

    /// Reads a whole file.
    ///
    /// The memory used is what the header declares, and the header is believed only as far as
    /// the file's size allows: a plain file must have exactly the declared size, a gzipped one
    /// cannot inflate to more than 1,032 times its size.
    ///
    /// - Parameter maximumBytes: The most that a body may hold, by default 2 GiB.
    /// - Throws: `IDXError`.
    public init(_ kind: Kind, at url: URL, maximumBytes: Int = 1 << 31) throws {
        let source = try ByteSource(url)
        let (header, dimensions) = try Self.readHeader(kind, from: source)
        let size = try Self.bodySize(
            kind, dimensions, in: source, headerSize: header.count, maximumBytes: maximumBytes)

        var body: [UInt8] = []
        body.reserveCapacity(size)
        try source.read(size, into: &body)
        guard body.count == size else {
            throw IDXError.truncated(
                path: source.path, expected: header.count + size, found: header.count + body.count)
        }
        var more: [UInt8] = []
        try source.read(1, into: &more)
        guard more.isEmpty else {
            throw IDXError.trailing(path: source.path, offset: header.count + size)
        }
        self.kind = kind
        self.dimensions = dimensions
        self.body = body
        self.header = header
        path = source.path
    }

    /// SHA-256 of the gunzipped file, 64 lowercase hexadecimal digits.
    public var contentHash: String {
        let hash = SHA256()
        hash.update(header)
        hash.update(body)
        return hash.digest().hexadecimal
    }

    private static func readHeader(
        _ kind: Kind, from source: ByteSource
    ) throws -> (bytes: [UInt8], dimensions: [Int]) {
        let size = 4 * (1 + kind.dimensions)
        var bytes: [UInt8] = []
        try source.read(4, into: &bytes)
        if bytes.count == 4, bigEndian(bytes, at: 0) != kind.magic {
            throw IDXError.wrongMagic(
                path: source.path, kind: kind, found: bigEndian(bytes, at: 0))
        }
        try source.read(size - bytes.count, into: &bytes)
        guard bytes.count == size else {
            throw IDXError.truncatedHeader(path: source.path, expected: size, found: bytes.count)
        }
        return (bytes, (1...kind.dimensions).map { Int(bigEndian(bytes, at: 4 * $0)) })
    }

    /// The size of the body, once the header has been found plausible.
    private static func bodySize(
        _ kind: Kind, _ dimensions: [Int], in source: ByteSource, headerSize: Int, maximumBytes: Int
    ) throws -> Int {
        if let axis = dimensions.firstIndex(of: 0) {
            throw IDXError.zeroDimension(
                path: source.path, axis: kind.axes[axis], offset: 4 * (axis + 1))
        }
        var size = 1
        for dimension in dimensions {
            let (product, over) = size.multipliedReportingOverflow(by: dimension)
            guard !over, product <= maximumBytes else {
                throw IDXError.tooLarge(
                    path: source.path, dimensions: dimensions, maximum: maximumBytes)
            }
            size = product
        }
        // 1,032 is the most that deflate can make of a byte.
        let expansion = source.isGzipped ? 1032 : 1
        let possible = source.fileSize.multipliedReportingOverflow(by: expansion)
        guard possible.overflow || headerSize + size <= possible.partialValue else {
            if source.isGzipped {
                throw IDXError.implausible(
                    path: source.path, declared: headerSize + size, fileSize: source.fileSize)
            }
            throw IDXError.truncated(
                path: source.path, expected: headerSize + size, found: source.fileSize)
        }
        return size
    }

    private static func bigEndian(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
