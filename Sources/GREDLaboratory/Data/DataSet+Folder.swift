import Foundation
import GREDClassifiers
import GREDImages

extension DataSet {
    /// A user's own images, split by shares.
    ///
    /// - `FOLDER/train/CLASS/…` and `FOLDER/test/CLASS/…` (or `val`): training images make `fit`,
    ///   `guard` and `calibrate`, and the others `test`.
    /// - `FOLDER/CLASS/…`, or a table of labels: all four come from one heap.
    /// - `FOLDER/…` without classes: as a heap; what the classifier answers is taken for the label.
    ///
    /// Photographs are mirrored in training, grey images are not.
    ///
    /// - Throws: ``DataSetFault``; `ImageFolderError`, `PictureError` and `FourSetsError`.
    public init(folder url: URL, _ reading: FolderReading, observer: any WorkObserver) throws {
        let url = url.standardizedFileURL
        let parts = try FolderParts(url, reading)
        var reader = FolderReader(reading: reading, observer: observer)
        let shape = try reading.shape ?? reader.commonShape(of: parts, in: url)
        var train = try reader.read(parts.train, as: shape, name: url.lastPathComponent)
        var test = try parts.test.map {
            try reader.read($0, as: shape, name: "\(url.lastPathComponent) test")
        }
        // Folders know their own classes only; all must count alike.
        let names = reading.classifier?.classNames ?? train.classNames
        (train, test) = try (
            reader.counted(train, in: names), test.map { try reader.counted($0, in: names) }
        )

        sets = try FourSets(
            train: train, test: test, shares: test == nil ? .ofAllImages : .ofTrainingImages,
            seed: Self.splitSeed)
        augmentation = shape.channels == 1 ? .digits : .photographs
        if sets.copies > 0 {
            reader.note(
                "\(sets.copies) images are copies of another one, and \(sets.leftOut) lie in no set, since they occur among the test images too or under two labels."
            )
        }
        if test == nil, reading.classifier is ProgramClassifier {
            reader.note(
                "The images lie in one heap, so nothing here can tell whether the classifier was trained on some of those that guard it; if so, more clean images are flagged than asked for. gred data --output writes the split to train on."
            )
        }
        notes = reader.notes
    }
}

/// The folders of one data set.
private struct FolderParts {
    let train: ImageFolder
    let test: ImageFolder?

    init(_ url: URL, _ reading: FolderReading) throws {
        if let labels = reading.labels {
            train = try ImageFolder(
                url, labels: labels, classNames: reading.classifier?.classNames)
            test = nil
            return
        }
        let names = try Self.folders(in: url)
        if names.contains("train"),
            let other = ["test", "val", "valid", "validation"].first(where: names.contains)
        {
            train = try ImageFolder(url.appending(component: "train"))
            test = try ImageFolder(url.appending(component: other))
        } else if names.isEmpty, reading.classifier != nil {
            train = try ImageFolder(unlabelled: url)
            test = nil
        } else {
            train = try ImageFolder(url)
            test = nil
        }
    }

    private static func folders(in url: URL) throws -> Set<String> {
        // By path: the listing by URL is empty for a link to a folder.
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: url.path) else {
            throw ImageFolderError.noFolder(path: url.path)
        }
        return Set(
            names.filter { !$0.hasPrefix(".") && url.appending(component: $0).isFolder })
    }
}

/// Reads folders, and keeps what a report must say of them.
private struct FolderReader {
    let reading: FolderReading
    let observer: any WorkObserver
    var notes: [String] = []

    mutating func note(_ sentence: String) {
        notes.append(sentence)
        observer.say(sentence)
    }

    /// The size that all pictures have.
    func commonShape(of parts: FolderParts, in url: URL) throws -> ImageShape {
        var survey = ImageFolder.Survey()
        for part in [parts.train, parts.test].compactMap({ $0 }) {
            observer.begin(
                "looking at \(part.url.lastPathComponent)", total: part.count, unit: "files")
            survey = try survey + part.survey { try observer.advance(to: $0, note: "") }
            observer.finish("\(part.count) files looked at")
        }
        guard let shape = survey.commonShape else {
            throw DataSetFault.differentSizes(
                path: url.path, examples: survey.shapes.keys.map(\.description).sorted())
        }
        return shape
    }

    mutating func read(_ folder: ImageFolder, as shape: ImageShape, name: String) throws -> ImageSet
    {
        observer.begin(
            "reading \(folder.url.lastPathComponent)", total: folder.count, unit: "files")
        let contents = try folder.read(as: shape, reading.framing, tolerance: reading.tolerance) {
            try observer.advance(to: $0, note: "")
        }
        let others = folder.otherFiles == 0 ? "" : "; \(folder.otherFiles) files are no images"
        observer.finish("\(contents.set.count) images read from \(folder.url.path)\(others)")
        if folder.strays > 0 {
            let why =
                reading.labels == nil
                ? "they lie beside the folders of the classes"
                : "no line of the table of labels names them"
            note(
                "\(folder.strays) images in \(folder.url.path) belong to no class and are left out: \(why)."
            )
        }
        if !contents.broken.isEmpty {
            let first = contents.broken.prefix(3).map { "\($0.path) (\($0.reason))" }
            note(
                "\(contents.broken.count) of \(folder.count) files in \(folder.url.path) were skipped as broken: \(first.joined(separator: ", "))\(contents.broken.count > 3 ? ", …" : "")."
            )
        }
        let set = contents.set.named(name)
        guard !folder.isLabelled, let classifier = reading.classifier else { return set }
        note("The images carry no labels: what the classifier answers is taken for right.")
        return try set.relabelled(
            answers(of: classifier, to: set), classNames: classifier.classNames)
    }

    private func answers(of classifier: any Classifier, to set: ImageSet) throws -> [Int] {
        var labels: [Int] = []
        observer.begin("labelling", total: set.count, unit: "images")
        for start in stride(from: 0, to: set.count, by: 128) {
            let batch = try set.tensor(start..<min(start + 128, set.count))
            labels += try classifier.predictions(for: classifier.admitted(batch)).ints()
            try observer.advance(to: labels.count, note: "")
        }
        observer.finish("\(set.count) images labelled")
        return labels
    }

    /// The set with its labels counted in `names`: by name, or in order where the names are others
    /// and there are as many.
    mutating func counted(_ set: ImageSet, in names: [String]) throws -> ImageSet {
        if set.classNames == names { return set }
        if let counted = set.labelled(in: names) { return counted }
        guard set.classNames.count == names.count else {
            let unknown = set.classNames.first { !names.contains($0) } ?? ""
            throw DataSetFault.otherClasses(
                set: set.name, unknown: unknown, found: set.classNames.count,
                expected: names.count)
        }
        note(
            "The classes of \(set.name) are not named as the classifier's, and are taken in their order: \(set.classNames[0]) for \(names[0]), and so on."
        )
        return try set.relabelled(set.labels, classNames: names)
    }
}
