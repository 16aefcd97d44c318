import Foundation

/// What is wrong with an idx file. Offsets and sizes are bytes of the gunzipped file, except where
/// gzip itself is damaged.
public enum IDXError: Error, Sendable {
    /// The file cannot be opened or read; `reason` is the system's.
    case unreadable(path: String, reason: String)
    /// The first four bytes are not those of an idx file of this kind.
    case wrongMagic(path: String, kind: IDX.Kind, found: UInt32)
    /// The file ends within the header, after `found` of its bytes.
    case truncatedHeader(path: String, expected: Int, found: Int)
    /// The header declares no images, rows, columns or labels.
    case zeroDimension(path: String, axis: String, offset: Int)
    /// The header declares more values than the caller allows.
    case tooLarge(path: String, dimensions: [Int], maximum: Int)
    /// A gzipped file declares more bytes than deflate can make of its size.
    case implausible(path: String, declared: Int, fileSize: Int)
    /// The file ends before the last value that its header declares.
    case truncated(path: String, expected: Int, found: Int)
    /// There are bytes behind the last value that the header declares.
    case trailing(path: String, offset: Int)
    /// The gzip data cannot be inflated, or ends in the middle; the offset is in compressed bytes.
    case damagedGzip(path: String, offset: Int, reason: String)
    /// The label number `index` is `classes` or more.
    case labelOutOfRange(path: String, index: Int, label: Int, classes: Int)
    /// The two files of a set hold different numbers of images and labels.
    case countMismatch(images: Int, imagesPath: String, labels: Int, labelsPath: String)
}

extension IDXError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "\(path): expected a readable idx file, but it cannot be read (\(reason)); "
                + "check the path and its permissions"
        case .wrongMagic(let path, let kind, let found):
            "\(path): expected an idx file of \(kind) (magic number \(kind.magic) at offset 0), "
                + "found \(found)\(Self.hint(found)); check that this is the right file"
        case .truncatedHeader(let path, let expected, let found):
            "\(path): expected an idx header of \(expected) bytes, found the file's end after "
                + "\(found); fetch the file again"
        case .zeroDimension(let path, let axis, let offset):
            "\(path): expected at least one of \(axis), found 0 at offset \(offset); "
                + "fetch the file again"
        case .tooLarge(let path, let dimensions, let maximum):
            "\(path): expected at most \(maximum) values, found dimensions "
                + "\(Self.product(dimensions)) at offset 4; check that this is an idx file"
        case .implausible(let path, let declared, let fileSize):
            "\(path): expected a gzipped file that can hold the \(declared) bytes that its header "
                + "declares at offset 4, found only \(fileSize) compressed bytes; "
                + "fetch the file again"
        case .truncated(let path, let expected, let found):
            "\(path): expected \(expected) bytes as its header declares, found the end after "
                + "\(found); fetch the file again"
        case .trailing(let path, let offset):
            "\(path): expected the end at offset \(offset) as its header declares, found more "
                + "bytes; fetch the file again"
        case .damagedGzip(let path, let offset, let reason):
            "\(path): expected whole gzip data, found damage near compressed offset \(offset) "
                + "(\(reason)); fetch the file again"
        case .labelOutOfRange(let path, let index, let label, let classes):
            "\(path): expected labels 0…\(classes - 1), found \(label) at offset \(8 + index) "
                + "(label number \(index)); name every class or mend the file"
        case .countMismatch(let images, let imagesPath, let labels, let labelsPath):
            "\(labelsPath): expected \(images) labels, one an image of \(imagesPath), found "
                + "\(labels); pair the files of one set"
        }
    }

    private static func hint(_ magic: UInt32) -> String {
        switch magic {
        case IDX.Kind.images.magic: ", which marks images"
        case IDX.Kind.labels.magic: ", which marks labels"
        default: ""
        }
    }

    private static func product(_ dimensions: [Int]) -> String {
        dimensions.map(String.init).joined(separator: "×")
    }
}
