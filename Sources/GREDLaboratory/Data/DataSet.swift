import Foundation
import GREDImages

/// A data set by name, split into the four sets in the one way that all commands share, so that a
/// guard never trains on what its classifier was fitted to.
public struct DataSet {
    /// The images, by what they may be used for.
    public let sets: FourSets
    /// How images are varied while a classifier trains on them: only photographs are mirrored.
    public let augmentation: Augmentation
    /// What a report must say of the data, a sentence each.
    public let notes: [String]

    /// Names the parts: a data set of one's own.
    public init(sets: FourSets, augmentation: Augmentation = .none, notes: [String] = []) {
        self.sets = sets
        self.augmentation = augmentation
        self.notes = notes
    }

    /// The names that ``init(named:reading:observer:)`` knows.
    public static let names = ["mnist", "cifar10", "digits"]

    /// - Parameters:
    ///   - name: `mnist` or `cifar10` (from `GRED_DATA`, or downloaded), `digits` (generated), or
    ///     the path of a folder of images.
    ///   - reading: How such a folder is read.
    public init(
        named name: String, reading: FolderReading = FolderReading(), observer: any WorkObserver
    ) throws {
        switch name {
        case "mnist":
            try self.init(
                mnist: DataHome.ensureMNIST(progress: observer.downloads), observer: observer)
        case "cifar10":
            try self.init(
                cifar10: DataHome.ensureCIFAR10(progress: observer.downloads), observer: observer)
        case "digits": try self.init(generatedDigits: [])
        default:
            let folder = URL(filePath: name)
            guard folder.isFolder else { throw DataSetFault.unknown(name: name) }
            try self.init(folder: folder, reading, observer: observer)
        }
    }

    /// MNIST where it can be had; otherwise the built-in digits, announced.
    public static func mnistOrDigits(observer: any WorkObserver) throws -> DataSet {
        let folder: URL
        do {
            folder = try DataHome.ensureMNIST(progress: observer.downloads)
        } catch let error as DownloadError {
            let note =
                "MNIST is neither in \(DataHome.mnist.path) nor could it be downloaded: generated digits stand in for it, and the figures are not MNIST's."
            observer.say("\(error)")
            observer.say(note)
            return try DataSet(generatedDigits: [note])
        }
        return try DataSet(mnist: folder, observer: observer)
    }

    private init(mnist folder: URL, observer: any WorkObserver) throws {
        let mnist = try MNIST(folder: folder)
        var notes: [String] = []
        if case .altered(let mismatches) = mnist.integrity {
            let files = mismatches.map(\.path).joined(separator: ", ")
            notes.append(
                "These files are not MNIST's own, so the figures are not MNIST's: \(files).")
            observer.say(notes[0])
        }
        sets = try FourSets(
            train: mnist.train, test: mnist.test, fit: 50_000, guard: 8_000, calibrate: 2_000,
            seed: Self.splitSeed)
        augmentation = .digits
        self.notes = notes
    }

    private init(cifar10 folder: URL, observer: any WorkObserver) throws {
        let photographs = try CIFAR10(folder: folder)
        var notes: [String] = []
        if try !photographs.isOriginal {
            notes.append(
                "The images in \(folder.path) are not CIFAR-10's own, so the figures are not CIFAR-10's."
            )
            observer.say(notes[0])
        }
        sets = try FourSets(
            train: photographs.train, test: photographs.test, fit: 40_000, guard: 8_000,
            calibrate: 2_000, seed: Self.splitSeed)
        augmentation = .photographs
        self.notes = notes
    }

    private init(generatedDigits notes: [String]) throws {
        sets = try FourSets(
            train: HandDrawnDigits.make(count: 20_000, seed: 0),
            test: HandDrawnDigits.make(count: 5_000, seed: 1), fit: 12_000, guard: 6_000,
            calibrate: 2_000, seed: Self.splitSeed)
        augmentation = .digits
        self.notes = notes
    }

    /// Never an option: two commands that split differently would let a guard see `fit`.
    static let splitSeed: UInt64 = 0
}

extension WorkObserver {
    /// Shows downloads, a file after another.
    fileprivate var downloads: (DownloadProgress) throws -> Void {
        var file = ""
        return { [self] progress in
            if progress.file != file {
                file = progress.file
                begin("fetching \(file)", total: progress.total ?? 0, unit: "bytes")
            }
            try advance(to: progress.received, note: "")
        }
    }
}

/// A data set that cannot be had.
public enum DataSetFault: Error, Equatable, CustomStringConvertible {
    /// The name is not one of ``DataSet/names``, and no folder is there.
    case unknown(name: String)
    /// The pictures in a folder have several sizes, or none could be read, and nothing says which
    /// size is wanted.
    case differentSizes(path: String, examples: [String])
    /// A folder has other classes than its classifier, or test images others than training images.
    case otherClasses(set: String, unknown: String, found: Int, expected: Int)

    public var description: String {
        switch self {
        case .unknown(let name):
            "There is no data set '\(name)'; there are \(DataSet.names.joined(separator: ", ")), or give the path of a folder of images."
        case .differentSizes(let path, let examples):
            "The pictures in \(path) have no common size (\(examples.isEmpty ? "none can be read" : examples.prefix(3).joined(separator: ", "))): say which one they are to have with --size."
        case .otherClasses(let set, let unknown, let found, let expected):
            "\(set) has \(found) classes, '\(unknown)' among them, which is none of the \(expected) that are known: name the folders as the classes are named."
        }
    }
}
