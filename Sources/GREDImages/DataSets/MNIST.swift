import Foundation

/// The handwritten digits of LeCun, Cortes and Burges: 60,000 training and 10,000 test images,
/// grey, 28×28.
public struct MNIST: Sendable {
    /// 1×28×28.
    public static let shape = ImageShape(channels: 1, height: 28, width: 28)
    /// `"0"` to `"9"`.
    public static let classNames = (0...9).map(String.init)

    /// The training images, in the files' order.
    public let train: ImageSet
    /// The test images, in the files' order.
    public let test: ImageSet
    /// Whether the files are the published ones.
    public let integrity: Integrity

    /// Whether files are those that were published, by the SHA-256 of their gunzipped bytes.
    public enum Integrity: Sendable, Equatable {
        /// All four files have the published sums.
        case original
        /// The files that differ: worth a warning, since figures from them are not of MNIST.
        case altered([Mismatch])
    }

    /// A file that is not the published one.
    public struct Mismatch: Error, Sendable, Equatable {
        /// The file, as it lies in its folder, gzipped or not.
        public let path: String
        /// SHA-256 of the gunzipped file, 64 hexadecimal digits.
        public let expected: String
        /// SHA-256 of the gunzipped file, 64 hexadecimal digits.
        public let found: String
    }

    /// Reads the four idx files of a folder, gzipped or not, and compares them with the published
    /// ones.
    ///
    /// - Parameter folder: Holds `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
    ///   `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, each possibly with `.gz`.
    /// - Throws: `MNISTError` where a file is missing or its images are not 28×28, `IDXError` where
    ///   one is damaged. Other data of the same form is no error: see ``integrity``.
    public init(folder: URL) throws {
        let files = try File.allCases.map { file -> IDX in
            guard let url = file.url(in: folder) else {
                throw MNISTError.missing(folder: folder.path, file: file.rawValue)
            }
            let idx = try IDX(file.kind, at: url)
            if file.kind == .images, idx.dimensions[1...] != [28, 28] {
                throw MNISTError.notDigits(
                    path: url.path, height: idx.dimensions[1], width: idx.dimensions[2])
            }
            return idx
        }
        train = try ImageSet(
            name: "MNIST train", images: files[0], labels: files[1], classNames: Self.classNames)
        test = try ImageSet(
            name: "MNIST test", images: files[2], labels: files[3], classNames: Self.classNames)
        let mismatches = zip(File.allCases, files).compactMap { $0.mismatch($1) }
        integrity = mismatches.isEmpty ? .original : .altered(mismatches)
    }

    /// The four files, in the order in which they are read.
    enum File: String, CaseIterable {
        case trainImages = "train-images-idx3-ubyte"
        case trainLabels = "train-labels-idx1-ubyte"
        case testImages = "t10k-images-idx3-ubyte"
        case testLabels = "t10k-labels-idx1-ubyte"

        var kind: IDX.Kind {
            self == .trainImages || self == .testImages ? .images : .labels
        }

        /// SHA-256 of the published file, gunzipped.
        var contentHash: String {
            switch self {
            case .trainImages:
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
            case .trainLabels:
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
            case .testImages:
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
            case .testLabels:
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
            }
        }

        /// Where the file lies in a folder, if it does.
        func url(in folder: URL) -> URL? {
            // Some copies are spelt with a dot: train-images.idx3-ubyte.
            let dotted = rawValue.replacingOccurrences(of: "-idx", with: ".idx")
            return [rawValue, rawValue + ".gz", dotted, dotted + ".gz"]
                .map { folder.appendingPathComponent($0) }
                .first { FileManager.default.fileExists(atPath: $0.path) }
        }

        func mismatch(_ idx: IDX) -> Mismatch? {
            let found = idx.contentHash
            return found == contentHash
                ? nil : Mismatch(path: idx.path, expected: contentHash, found: found)
        }
    }
}

extension MNIST.Mismatch: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        "\(path): expected MNIST's published file (SHA-256 \(expected) once gunzipped), found SHA-256 "
            + "\(found); fetch it again, or name the data as your own"
    }
}

/// Why a folder is not MNIST.
public enum MNISTError: Error, Sendable, Equatable {
    /// A folder lacks one of the four files, plain and gzipped.
    case missing(folder: String, file: String)
    /// A file of images holds others than 28×28; the sides are in pixels.
    case notDigits(path: String, height: Int, width: Int)
}

extension MNISTError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        switch self {
        case .missing(let folder, let file):
            "\(folder): expected MNIST's \(file) or \(file).gz there, found neither; "
                + "put the four files there or name another folder with GRED_DATA"
        case .notDigits(let path, let height, let width):
            "\(path): expected images of 28×28, found \(height)×\(width) at offset 8; "
                + "check that this is MNIST"
        }
    }
}
