import Foundation
import GREDClassifiers
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDLaboratory

@Suite("Folders as data sets")
struct FolderDataSetTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A PNG of one colour, a different one for each number.
    private func write(_ path: String, _ number: Int, side: Int = 8) throws {
        let pixels = (0..<(side * side * 3)).map {
            UInt8(truncatingIfNeeded: number >> ($0 % 3 * 4) * 16 + $0)
        }
        let bytes = try PNG.encode(pixels: pixels, width: side, height: side, channels: 3)
        let file = folder.url.appending(component: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    private func fill(_ path: String, _ numbers: Range<Int>, classes: [String]) throws {
        for number in numbers {
            try write("\(path)\(classes[number % classes.count])/\(number).png", number)
        }
    }

    private func classifier(_ names: [String]) throws -> NetworkClassifier {
        try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: 1 / 64),
                inputShape: ImageShape(channels: 3, height: 8, width: 8), classNames: names),
            seed: 1)
    }

    private func read(_ reading: FolderReading = FolderReading()) throws -> DataSet {
        try DataSet(named: folder.url.path, reading: reading, observer: SilentObserver())
    }

    @Test("a heap is split in four by shares")
    func heap() throws {
        try fill("", 0..<100, classes: ["a", "b"])
        let data = try read()
        let parts = [data.sets.fit, data.sets.guard, data.sets.calibrate, data.sets.test]
        #expect(parts.map(\.count) == [60, 20, 5, 15])
        #expect(data.sets.fit.shape == ImageShape(channels: 3, height: 8, width: 8))
        #expect(data.sets.fit.classNames == ["a", "b"])
        #expect(data.augmentation == .photographs)
        #expect(data.notes.isEmpty)
        let hashes = try [read(), read()].map { try $0.sets.guard.contentHash }
        #expect(hashes[0] == hashes[1])
    }

    @Test("the split is the same whatever size pictures are brought to")
    func splitOfOtherSizes() throws {
        for number in 0..<100 {
            // Of one colour, which scaling keeps, and none like another.
            let pixels = [UInt8](repeating: UInt8(2 * number), count: 8 * 8 * 3)
            let file = folder.url.appending(component: number.isMultiple(of: 2) ? "a" : "b")
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
            try Data(PNG.encode(pixels: pixels, width: 8, height: 8, channels: 3))
                .write(to: file.appending(component: "\(number).png"))
        }
        func fitted(_ side: Int) throws -> Set<UInt8> {
            let fit = try read(
                FolderReading(shape: ImageShape(channels: 3, height: side, width: side))
            ).sets.fit
            return Set(try (0..<fit.count).map { try fit.bytes(of: $0)[0] })
        }
        let own = try fitted(8)
        #expect(own.count == 60)
        #expect(try fitted(16) == own && fitted(5) == own)
    }

    @Test("a link to a folder is that folder")
    func link() throws {
        try fill("real/train/", 0..<40, classes: ["a", "b"])
        try fill("real/val/", 40..<60, classes: ["a", "b"])
        try FileManager.default.createSymbolicLink(
            at: folder.url.appending(component: "link"),
            withDestinationURL: folder.url.appending(component: "real"))
        let parts = try ["real", "link"].map { name in
            let data = try DataSet(
                named: folder.url.appending(component: name).path,
                reading: FolderReading(for: classifier(["a", "b"])),
                observer: SilentObserver())
            #expect(data.notes.isEmpty)
            return try data.sets.test.contentHash
        }
        #expect(parts[0] == parts[1])
    }

    @Test("training and test folders stay apart", arguments: ["test", "val"])
    func trainAndTest(name: String) throws {
        try fill("train/", 0..<50, classes: ["a", "b"])
        try fill("\(name)/", 100..<107, classes: ["b"])
        let sets = try read().sets
        #expect([sets.fit, sets.guard, sets.calibrate].map(\.count) == [35, 12, 3])
        #expect(sets.test.count == 7)
        // By name, though the test folder has but one class.
        #expect(sets.test.classCounts == [0, 7])
    }

    @Test("copies and broken files are reported")
    func notes() throws {
        try fill("train/", 0..<50, classes: ["a", "b"])
        try fill("val/", 100..<104, classes: ["a", "b"])
        try write("val/a/again.png", 0)
        try Data([1, 2]).write(to: folder.url.appending(path: "train/b/broken.jpg"))
        var reading = FolderReading()
        reading.tolerance = 0.1
        let data = try read(reading)
        #expect(data.sets.leftOut == 1)
        #expect(data.notes.count == 2)
        #expect(data.notes[0].contains("1 of 51 files"))
        #expect(data.notes[0].contains("b/broken.jpg (expected a JPEG or PNG"))
        #expect(data.notes[1].contains("1 images are copies"))
        reading.tolerance = 0.01
        #expect(throws: ImageFolderError.self) { try read(reading) }
    }

    @Test("classes are counted as the classifier counts them, by name")
    func byName() throws {
        try fill("", 0..<40, classes: ["cat", "dog"])
        let data = try read(FolderReading(for: classifier(["dog", "bird", "cat"])))
        #expect(data.sets.fit.classNames == ["dog", "bird", "cat"])
        #expect(data.sets.fit.classCounts == [12, 0, 12])
        #expect(data.notes.isEmpty)
    }

    @Test("as many classes of other names are taken in their order, and that is said")
    func byOrder() throws {
        try fill("", 0..<40, classes: ["n01", "n02"])
        let data = try read(FolderReading(for: classifier(["tench", "goldfish"])))
        #expect(data.sets.fit.classNames == ["tench", "goldfish"])
        #expect(data.notes.count == 1)
        #expect(data.notes[0].contains("n01 for tench"))
    }

    @Test("classes that a classifier does not know are refused")
    func otherClasses() throws {
        try fill("", 0..<40, classes: ["cat", "dog"])
        let reading = try FolderReading(for: classifier(["dog", "bird", "fish"]))
        let fault = try #require(throws: DataSetFault.self) { try read(reading) }
        #expect(fault.description.contains("'cat' among them"))
        try fill("train/", 0..<4, classes: ["a"])
        try fill("test/", 0..<4, classes: ["a", "b"])
        #expect(throws: DataSetFault.self) { try read() }
    }

    @Test("pictures of several sizes want a size, and are then brought to it")
    func sizes() throws {
        try fill("", 0..<40, classes: ["a", "b"])
        try write("a/large.png", 99, side: 16)
        let fault = try #require(throws: DataSetFault.self) { try read() }
        #expect(fault.description.contains("3×16×16, 3×8×8"))
        #expect(fault.description.contains("--size"))
        let shape = ImageShape(channels: 1, height: 4, width: 6)
        let data = try read(FolderReading(shape: shape))
        #expect(data.sets.test.shape == shape)
        #expect(data.augmentation == .digits)
    }

    @Test("images that belong to no class are said to be left out, and why")
    func strays() throws {
        try fill("", 0..<40, classes: ["a", "b"])
        try write("beside.png", 99)
        try #expect(
            read().notes == [
                "1 images in \(folder.url.path) belong to no class and are left out: they lie beside the folders of the classes."
            ])
        var reading = FolderReading()
        let lines = (0..<38).map { "\($0 % 2 == 0 ? "a" : "b")/\($0).png,\($0 % 2)" }
        reading.labels = try folder.write(
            Array(lines.joined(separator: "\n").utf8), as: "labels.csv")
        let notes = try read(reading).notes
        #expect(notes.count == 1 && notes[0].hasPrefix("3 images in "))
        #expect(notes[0].hasSuffix("no line of the table of labels names them."))
    }

    @Test("a table of labels serves instead of folders")
    func table() throws {
        try fill("", 0..<40, classes: ["any"])
        let lines = (0..<40).map { "any/\($0).png,\($0 % 4 == 0 ? "rare" : "common")" }
        var reading = FolderReading()
        reading.labels = try folder.write(
            Array(lines.joined(separator: "\n").utf8), as: "labels.csv")
        let sets = try read(reading).sets
        #expect(sets.fit.classNames == ["common", "rare"])
        #expect(sets.fit.classCounts == [18, 6])
    }

    @Test("without labels a classifier's answers stand in, and that is said")
    func unlabelled() throws {
        for number in 0..<20 { try write("\(number).png", number) }
        #expect(throws: ImageFolderError.self) { try read() }
        let classifier = try classifier(["a", "b", "c"])
        let data = try read(FolderReading(for: classifier))
        #expect(data.sets.fit.count == 12)
        #expect(
            data.notes == [
                "The images carry no labels: what the classifier answers is taken for right."
            ])
        let answers = try classifier.predictions(for: data.sets.fit.tensor()).ints()
        #expect(answers == data.sets.fit.labels)
    }

    @Test("a name that is neither a data set nor a folder is refused")
    func nothing() throws {
        let fault = try #require(throws: DataSetFault.self) {
            try DataSet(named: folder.url.path + "/none", observer: SilentObserver())
        }
        #expect(fault.description.contains("path of a folder"))
    }
}
