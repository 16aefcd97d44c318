import Foundation

/// A folder of image files: a folder a class as torchvision's `ImageFolder` has it, or with a
/// table of labels, or without labels.
///
/// ```swift
/// let photographs = try ImageFolder(URL(filePath: "photographs"))
/// let shape = ImageShape(channels: 3, height: 224, width: 224)
/// let contents = try photographs.read(as: shape, .crop(shorterSide: 256))
/// print(contents.set.count, contents.set.classNames, contents.broken)
/// ```
///
/// Only names are looked at here; files are opened by ``read(as:_:tolerance:scratch:progress:)`` and
/// ``pictures(as:_:ahead:)``. What counts as an image is a file whose name ends as images do (JPEG, PNG
/// and those kinds that are not decoded here, so that they are counted as broken and not
/// overlooked); names that begin with a dot are hidden, and skipped with all that is inside.
public struct ImageFolder: Sendable {
    /// One image file.
    public struct Item: Sendable, Equatable {
        /// Relative to the folder; a table of labels may also name files elsewhere, from the root.
        public let path: String
        /// In `0..<classNames.count`; nil where there are no labels.
        public let label: Int?
    }

    /// The folder itself.
    public let url: URL
    /// One name a class, in the order of the labels; empty where there are no labels.
    public let classNames: [String]
    /// In the order of classes and, within each, of paths by Unicode's numbers, as in Python.
    public let items: [Item]
    /// Files that are there and are no images by their names.
    public let otherFiles: Int
    /// Images that are there and belong to no class: they lie beside the class folders, or no line of the
    /// table of labels names them.
    public let strays: Int

    /// A folder a class, whose names in order (by Unicode's numbers, as in Python) are the classes:
    /// `FOLDER/CLASS/…/image.jpg`. An image beside the class folders is a stray.
    ///
    /// - Throws: ``ImageFolderError`` where there is no folder, no class or no image.
    public init(_ url: URL) throws {
        let names = try Self.entries(of: url)
        let classNames = names.filter { url.appending(component: $0).isFolder }
        guard !classNames.isEmpty else { throw ImageFolderError.noClasses(path: url.path) }
        var items: [Item] = []
        let strays = names.count { Self.isImage($0) && !url.appending(component: $0).isFolder }
        var otherFiles = names.count - classNames.count - strays
        for (label, name) in classNames.enumerated() {
            let files = try Self.files(in: url.appending(component: name))
            items += files.images.map { Item(path: "\(name)/\($0)", label: label) }
            otherFiles += files.others
        }
        try self.init(
            url, classNames: classNames, items: items, otherFiles: otherFiles, strays: strays)
    }

    /// The images that a table names, `file,label` a line (see <doc:Folders-of-images>); paths are
    /// relative to the folder.
    ///
    /// Where every label is a whole number, it is the place of the class among `classNames`, or
    /// without those the name of the class as well, and there are as many classes as the highest
    /// number says. Otherwise labels are names of classes, sorted where `classNames` are not given.
    ///
    /// - Throws: ``ImageFolderError``.
    public init(_ url: URL, labels: URL, classNames: [String]? = nil) throws {
        guard url.isFolder else { throw ImageFolderError.noFolder(path: url.path) }
        guard let bytes = try? Data(contentsOf: labels) else {
            throw ImageFolderError.unreadable(path: labels.path)
        }
        let table = try LabelsFile([UInt8](bytes), path: labels.path)
        let classes = try ClassNumbers(table, given: classNames, path: labels.path)
        let items = table.rows.map { Item(path: $0.file, label: classes.numbers[$0.label]) }
        let files = try Self.files(in: url)
        let named = Set(items.map { url.appending(path: $0.path).standardizedFileURL.path })
        try self.init(
            url, classNames: classes.names, items: items, otherFiles: files.others,
            strays: files.images.count {
                !named.contains(url.appending(path: $0).standardizedFileURL.path)
            })
    }

    /// All images in the folder and the folders within, without labels.
    ///
    /// - Throws: ``ImageFolderError`` where there is no folder or no image.
    public init(unlabelled url: URL) throws {
        let files = try Self.files(in: url)
        try self.init(
            url, classNames: [], items: files.images.map { Item(path: $0, label: nil) },
            otherFiles: files.others, strays: 0)
    }

    private init(
        _ url: URL, classNames: [String], items: [Item], otherFiles: Int, strays: Int
    ) throws {
        guard !items.isEmpty else { throw ImageFolderError.noImages(path: url.path) }
        self.url = url
        self.classNames = classNames
        self.items = items
        self.otherFiles = otherFiles
        self.strays = strays
    }

    /// Where an item's file lies.
    public func file(of item: Item) -> URL {
        item.path.hasPrefix("/") ? URL(filePath: item.path) : url.appending(path: item.path)
    }

    /// Whether there are labels.
    public var isLabelled: Bool { !classNames.isEmpty }

    /// The number of image files.
    public var count: Int { items.count }
}

extension ImageFolder {
    /// What names of images end in: those decoded here, and those that a user may take for such.
    private static let suffixes: Set = [
        "jpg", "jpeg", "jpe", "jfif", "png", "avif", "bmp", "gif", "heic", "heif", "jp2", "jxl",
        "pgm", "pnm", "ppm", "tif", "tiff", "webp",
    ]

    private static func isImage(_ name: String) -> Bool {
        suffixes.contains((name as NSString).pathExtension.lowercased())
    }

    /// The names in a folder that are not hidden, in order.
    static func entries(of url: URL) throws -> [String] {
        guard url.isFolder else { throw ImageFolderError.noFolder(path: url.path) }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: url.path) else {
            throw ImageFolderError.unreadable(path: url.path)
        }
        return names.filter { !$0.hasPrefix(".") }.sorted(by: precedes)
    }

    /// The paths of the images in a folder and those within, in order, and how many other files
    /// there are. A link to a folder is followed only where it is the folder asked for.
    private static func files(in url: URL) throws -> (images: [String], others: Int) {
        guard url.isFolder else { throw ImageFolderError.noFolder(path: url.path) }
        let place = url.resolvingSymlinksInPath()
        guard let paths = FileManager.default.enumerator(atPath: place.path) else {
            throw ImageFolderError.unreadable(path: url.path)
        }
        var images: [String] = []
        var others = 0
        for case let path as String in paths {
            let isFolder = paths.fileAttributes?[.type] as? FileAttributeType == .typeDirectory
            if (path as NSString).lastPathComponent.hasPrefix(".") {
                if isFolder { paths.skipDescendants() }
            } else if isImage(path) {
                if !isFolder { images.append(path) }
            } else if !isFolder {
                others += 1
            }
        }
        return (images.sorted(by: precedes), others)
    }

    /// Python's order of texts: by the numbers of their characters, which the bytes of UTF-8 keep.
    static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}

/// The classes of a table of labels.
struct ClassNumbers {
    let names: [String]
    /// By the label as the table has it.
    let numbers: [String: Int]

    /// No classifier has more classes; a number beyond is a slip, and would cost memory.
    static let maximumClasses = 1 << 20

    init(_ table: LabelsFile, given: [String]?, path: String) throws {
        let labels = Set(table.rows.map(\.label))
        if let given {
            // A name comes before a number, for classes that are named by numbers.
            let places = Dictionary(zip(given, given.indices)) { first, _ in first }
            if labels.allSatisfy({ places[$0] != nil }) {
                (names, numbers) = (given, places)
                return
            }
        }
        let highest = given?.count ?? Self.maximumClasses
        let parsed = labels.map { (label: $0, number: Int($0)) }
        if parsed.allSatisfy({ $0.number != nil }) {
            let known = parsed.compactMap { pair in pair.number.map { (pair.label, $0) } }
            if let bad = known.filter({ !(0..<highest).contains($0.1) }).map(\.0).min() {
                throw ImageFolderError.unknownLabel(path: path, label: bad, classes: highest)
            }
            let count = (known.map(\.1).max() ?? -1) + 1
            names = given ?? (0..<count).map(String.init)
            numbers = Dictionary(uniqueKeysWithValues: known)
            return
        }
        if let given {
            let bad = labels.filter { !given.contains($0) }.min(by: ImageFolder.precedes) ?? ""
            throw ImageFolderError.unknownLabel(path: path, label: bad, classes: given.count)
        }
        names = labels.sorted(by: ImageFolder.precedes)
        numbers = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
    }
}

extension URL {
    /// Whether a folder is there; a link to one counts.
    package var isFolder: Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }
}
