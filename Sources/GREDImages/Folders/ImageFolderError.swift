import Foundation

/// Why a folder gives no images.
public enum ImageFolderError: Error, Sendable, Equatable {
    /// Nothing is there, or a file.
    case noFolder(path: String)
    /// A folder or a table of labels that may not be read.
    case unreadable(path: String)
    /// There is no folder in it that could be a class.
    case noClasses(path: String)
    /// There is no file in it whose name ends as images' do, or none that could be read.
    case noImages(path: String)
    /// A line of a table of labels is not a file and a label.
    case labels(path: String, line: Int, problem: String)
    /// A label is not the name or the number of a class.
    case unknownLabel(path: String, label: String, classes: Int)
    /// More of `files` are broken than are tolerated; `broken` has those found until that was
    /// certain.
    case tooManyBroken(path: String, broken: [BrokenFile], files: Int, tolerance: Double)
}

extension ImageFolderError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        switch self {
        case .noFolder(let path):
            "expected a folder of images, found none at \(path); check the path"
        case .unreadable(let path):
            "\(path) cannot be read; check the path and who may read it"
        case .noClasses(let path):
            "expected a folder a class in \(path), found none; sort the images into folders named "
                + "after their classes, or name a table of labels"
        case .noImages(let path):
            "expected JPEG or PNG files in \(path), found none that can be read; check the path"
        case .labels(let path, let line, let problem):
            "\(path), line \(line): expected a file and its label with a comma between them, "
                + "found \(problem); mend the line"
        case .unknownLabel(let path, let label, let classes):
            "\(path): expected labels that are names of classes or numbers 0…\(classes - 1), found "
                + "'\(label.prefix(80))'; mend the label"
        case .tooManyBroken(let path, let broken, let files, let tolerance):
            "expected at most \(tolerance * 100)% of the \(files) files in \(path) to be broken, "
                + "found \(broken.count) and maybe more (\(Self.first(broken))); mend or remove them, "
                + "or tolerate more"
        }
    }

    private static func first(_ broken: [BrokenFile]) -> String {
        let named = broken.prefix(3).map(\.path).joined(separator: ", ")
        let reason = broken.first.map { "; the first: \($0.reason)" } ?? ""
        return named + (broken.count > 3 ? ", …" : "") + reason
    }
}
