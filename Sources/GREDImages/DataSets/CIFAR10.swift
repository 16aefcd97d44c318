import Foundation

/// The CIFAR-10 photographs of Krizhevsky: 50,000 training and 10,000 test images, colour, 32×32.
public struct CIFAR10: Sendable {
    /// 3×32×32.
    public static let shape = ImageShape(channels: 3, height: 32, width: 32)
    /// In the order of the labels 0…9.
    public static let classNames = [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]

    /// The images of `data_batch_1.bin` to `data_batch_5.bin`, in the files' order.
    public let train: ImageSet
    /// The images of `test_batch.bin`, in the file's order.
    public let test: ImageSet

    /// The folder that holds the six files: the given one, or `cifar-10-batches-bin` in it.
    public static func folder(in folder: URL) -> URL {
        let inner = folder.appending(component: "cifar-10-batches-bin")
        return FileManager.default.fileExists(atPath: inner.path) ? inner : folder
    }

    /// The training files and, last, the test file.
    static let files = (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"]

    /// Reads the six files of the binary version, each a series of records of one label byte and
    /// 3,072 pixels.
    /// - Throws: ``CIFAR10Error``.
    public init(folder: URL) throws {
        let folder = Self.folder(in: folder)
        let batches = try Self.files.dropLast().map { try Records(folder.appending(component: $0)) }
        train = try ImageSet(
            name: "CIFAR-10 train", shape: Self.shape, classNames: Self.classNames,
            pixels: batches.flatMap(\.pixels), labels: batches.flatMap(\.labels))
        let last = try Records(folder.appending(component: Self.files[5]))
        test = try ImageSet(
            name: "CIFAR-10 test", shape: Self.shape, classNames: Self.classNames,
            pixels: last.pixels, labels: last.labels)
    }

    /// A file's records, taken apart.
    private struct Records {
        var pixels: [UInt8] = []
        var labels: [Int] = []

        init(_ file: URL) throws {
            guard let data = try? Data(contentsOf: file, options: .alwaysMapped) else {
                throw CIFAR10Error.missing(path: file.path)
            }
            let size = 1 + CIFAR10.shape.count
            guard !data.isEmpty, data.count.isMultiple(of: size) else {
                throw CIFAR10Error.truncated(path: file.path, bytes: data.count)
            }
            pixels.reserveCapacity(data.count)
            for start in stride(from: 0, to: data.count, by: size) {
                let label = Int(data[start])
                guard CIFAR10.classNames.indices.contains(label) else {
                    throw CIFAR10Error.label(
                        path: file.path, record: start / size, label: label)
                }
                labels.append(label)
                pixels += data[start + 1..<start + size]
            }
        }
    }
}

/// Why a folder is not CIFAR-10.
public enum CIFAR10Error: Error, Sendable, Equatable {
    /// One of the six files is not there or cannot be read.
    case missing(path: String)
    /// A file is empty, or its size in bytes is no multiple of a record's 3,073.
    case truncated(path: String, bytes: Int)
    /// A record, counted from 0, has a label byte above 9.
    case label(path: String, record: Int, label: Int)
    /// What was downloaded holds other images than CIFAR-10's.
    case altered(path: String)
    /// What was downloaded is no archive that `tar` can unpack.
    case notAnArchive(path: String, reason: String)
}

extension CIFAR10Error: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        switch self {
        case .missing(let path):
            "\(path): expected a file of CIFAR-10's binary version; put the six files there, or "
                + "name their folder with GRED_DATA"
        case .truncated(let path, let bytes):
            "\(path): expected records of 3,073 bytes, found \(bytes) bytes; fetch the file again"
        case .label(let path, let record, let label):
            "\(path): expected labels 0…9, found \(label) in record \(record); fetch the file again"
        case .altered(let path):
            "\(path): expected CIFAR-10's images, found others"
        case .notAnArchive(let path, let reason):
            "\(path): expected a tar.gz archive with cifar-10-batches-bin in it, which tar cannot "
                + "unpack (\(reason))"
        }
    }
}
