/// A file that gives no image.
public struct BrokenFile: Error, Sendable, Equatable, CustomStringConvertible {
    /// As ``ImageFolder/Item/path``.
    public let path: String
    /// Why, in a sentence.
    public let reason: String

    public var description: String { "\(path): \(reason)" }
}

/// The broken files of a folder, up to the share that is tolerated.
public struct BrokenFiles: Sendable {
    /// Those found so far.
    public private(set) var files: [BrokenFile] = []
    private let folder: ImageFolder
    private let tolerance: Double

    /// - Parameter tolerance: The share of the folder's files that may be broken, 0…1.
    public init(in folder: ImageFolder, tolerance: Double) {
        self.folder = folder
        self.tolerance = tolerance
    }

    /// Counts one more.
    ///
    /// - Throws: ``ImageFolderError/tooManyBroken(path:broken:files:tolerance:)`` as soon as there
    ///   are too many: nobody waits an hour to be told so.
    public mutating func add(_ file: BrokenFile) throws {
        files.append(file)
        guard Double(files.count) <= tolerance * Double(folder.count) else {
            throw ImageFolderError.tooManyBroken(
                path: folder.url.path, broken: files, files: folder.count, tolerance: tolerance)
        }
    }
}
