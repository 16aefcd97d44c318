import Foundation
import LibTorch
import TestSupport
import Testing

@testable import GREDImages

@Suite("Folders of images")
struct ImageFolderTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let shape = ImageShape(channels: 1, height: 2, width: 2)

    private func write(_ path: String, value: UInt8 = 0, side: Int = 2) throws {
        let bytes = try PNG.encode(
            pixels: Array(repeating: value, count: side * side), width: side, height: side,
            channels: 1)
        try write(path, bytes)
    }

    private func write(_ path: String, _ bytes: [UInt8]) throws {
        let file = folder.url.appending(component: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    private func labels(_ text: String) throws -> URL {
        try folder.write(Array(text.utf8), as: "labels.csv")
    }

    @Test("classes are the folders in Python's order, images the files in it")
    func layout() throws {
        // sorted() of Python: digits, capitals, small letters, then the others by their numbers.
        for name in ["é", "b", "10", "2", "B", "a"] { try write("\(name)/1.png") }
        try write("a/deep/er/2.PNG")
        try write("a/0.jpeg")
        let images = try ImageFolder(folder.url)
        #expect(images.classNames == ["10", "2", "B", "a", "b", "é"])
        #expect(
            images.items.map(\.path) == [
                "10/1.png", "2/1.png", "B/1.png", "a/0.jpeg", "a/1.png", "a/deep/er/2.PNG",
                "b/1.png", "é/1.png",
            ])
        #expect(images.items.map(\.label) == [0, 1, 2, 3, 3, 3, 4, 5])
    }

    @Test("an empty class folder is a class without images")
    func emptyClass() throws {
        try write("a/1.png")
        try write("c/2.png")
        try FileManager.default.createDirectory(
            at: folder.url.appending(component: "b"), withIntermediateDirectories: true)
        let images = try ImageFolder(folder.url)
        #expect(images.classNames == ["a", "b", "c"])
        #expect(images.items.map(\.label) == [0, 2])
        let set = try images.read(as: Self.shape).set
        #expect(set.labels == [0, 2] && set.classNames == images.classNames)
    }

    @Test("what is hidden is skipped, and what is no image is counted")
    func others() throws {
        try write("a/1.png")
        try write("a/._1.png")
        try write("a/.cache/1.png")
        try write(".hidden/1.png")
        try write("beside.png")
        try write("a/Thumbs.db", [0])
        try write("a/notes.txt", [0])
        let images = try ImageFolder(folder.url)
        #expect(images.items == [ImageFolder.Item(path: "a/1.png", label: 0)])
        #expect(images.otherFiles == 2 && images.strays == 1)
    }

    @Test("an image that the table does not name is a stray")
    func unnamed() throws {
        for name in ["x.png", "in/y.png", "z.png", "in/w.png"] { try write(name) }
        let images = try ImageFolder(folder.url, labels: labels("./x.png,a\nin/y.png,b"))
        #expect(images.strays == 2 && images.otherFiles == 1)
        #expect(images.count == 2)
    }

    @Test("a class folder may be a link")
    func link() throws {
        let elsewhere = try TemporaryFolder()
        _ = try elsewhere.write(
            PNG.encode(pixels: [7], width: 1, height: 1, channels: 1), as: "x.png")
        try FileManager.default.createSymbolicLink(
            at: folder.url.appending(component: "linked"), withDestinationURL: elsewhere.url)
        #expect(try ImageFolder(folder.url).items.map(\.path) == ["linked/x.png"])
    }

    @Test("images come as one set, in order, with labels and paths")
    func read() throws {
        try write("a/1.png", value: 1)
        try write("b/2.png", value: 2, side: 5)
        try write("b/3.png", value: 3)
        var progress: [Int] = []
        let contents = try ImageFolder(folder.url).read(as: Self.shape) { progress.append($0) }
        #expect(try contents.set.pixels == [1, 2, 3].flatMap { Array(repeating: $0, count: 4) })
        #expect(contents.set.labels == [0, 1, 1])
        #expect(contents.set.classNames == ["a", "b"])
        #expect(contents.paths == ["a/1.png", "b/2.png", "b/3.png"])
        #expect(contents.broken.isEmpty)
        #expect(progress == [1, 2, 3])
    }

    @Test("broken files are named and skipped up to the share that is tolerated")
    func broken() throws {
        for number in 0..<8 { try write("a/\(number).png", value: UInt8(number)) }
        try write("a/3.png", [0x89, 0x50, 0x4E, 0x47, 1, 2])
        try write("a/5.webp", Array("RIFF".utf8))
        let images = try ImageFolder(folder.url)
        let contents = try images.read(as: Self.shape, tolerance: 0.25)
        #expect(contents.broken.map(\.path) == ["a/3.png", "a/5.webp"])
        #expect(contents.broken[0].reason.contains("whole PNG"))
        #expect(contents.broken[1].reason.contains("expected a JPEG or PNG file, found 4 bytes"))
        #expect(contents.set.count == 7)
        #expect(contents.paths.count == 7)

        let text = message { _ = try images.read(as: Self.shape, tolerance: 0.2) }
        #expect(text.contains("at most 20.0% of the 9 files"))
        #expect(text.contains("found 2 and maybe more (a/3.png, a/5.webp; the first: expected"))
    }

    @Test("pixels lie on disk, without a name, as long as a subset needs them")
    func scratch() throws {
        for number in 0..<5 { try write("a/\(number).png", value: UInt8(number)) }
        let scratch = folder.url.appending(component: "scratch")
        var whole: ImageSet? = try ImageFolder(folder.url).read(as: Self.shape, scratch: scratch)
            .set
        let part = try #require(whole?.subset([4, 1, 4]))
        whole = nil
        #expect(try part.pixels == [4, 1, 4].flatMap { Array(repeating: $0, count: 4) })
        #expect(try part.tensor([1]).floats() == Array(repeating: 1 / Float(255), count: 4))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
    }

    @Test("a disk that cannot be written to is named")
    func noScratch() throws {
        try write("a/1.png")
        let file = folder.url.appending(component: "a/1.png")
        let text = message { _ = try ImageFolder(folder.url).read(as: Self.shape, scratch: file) }
        #expect(
            text == "\(file.path) could not be written: a part of its path is a file and no folder."
        )
    }

    @Test("what progress throws ends the reading")
    func interrupted() throws {
        for number in 0..<5 { try write("a/\(number).png") }
        struct Stop: Error {}
        let images = try ImageFolder(folder.url)
        #expect(throws: Stop.self) {
            try images.read(as: Self.shape) { if $0 == 2 { throw Stop() } }
        }
    }

    @Test("images without labels are of no class")
    func unlabelled() throws {
        try write("2.png", value: 2)
        try write("in/1.png", value: 1)
        let images = try ImageFolder(unlabelled: folder.url)
        #expect(!images.isLabelled)
        let set = try images.read(as: Self.shape).set
        #expect(try set.pixels == [2, 2, 2, 2, 1, 1, 1, 1])
        #expect(set.classNames == ["unlabelled"])
    }

    @Test("one after another, each fault stands in its place")
    func oneByOne() throws {
        try write("1.png", value: 1)
        try write("2.png", [0])
        try write("3.png", value: 3)
        let images = try ImageFolder(unlabelled: folder.url)
        let pictures = Array(try images.pictures(as: Self.shape))
        #expect(pictures.count == 3)
        #expect(try pictures[0].get() == [1, 1, 1, 1])
        #expect(throws: BrokenFile.self) { try pictures[1].get() }
        #expect(try pictures[2].get() == [3, 3, 3, 3])
    }

    @Test("batches are full but for the last, and what is broken is named with its batch")
    func batches() throws {
        for number in 1...6 { try write("\(number).png", value: UInt8(number)) }
        try write("2.png", [0])
        try write("7.png", [0])
        let images = try ImageFolder(unlabelled: folder.url)
        let batches = Array(try images.batches(of: 2, as: Self.shape, .unscaled))
        #expect(batches.map(\.paths) == [["1.png", "3.png"], ["4.png", "5.png"], ["6.png"]])
        #expect(batches.map { $0.broken.map(\.path) } == [["2.png"], [], ["7.png"]])
        let tensor = try batches[0].tensor()
        #expect(tensor.shape == [2, 1, 2, 2])
        #expect(try (tensor * 255).floats() == [1, 1, 1, 1, 3, 3, 3, 3])
    }

    @Test("folders without what is needed are refused in a sentence")
    func refusals() throws {
        let nothing = folder.url.appending(component: "nothing")
        #expect(message { _ = try ImageFolder(nothing) }.contains("found none at \(nothing.path)"))
        #expect(message { _ = try ImageFolder(folder.url) }.contains("expected a folder a class"))
        #expect(
            message { _ = try ImageFolder(unlabelled: folder.url) }
                .contains("expected JPEG or PNG files"))
        try write("a/text.txt", [0])
        #expect(message { _ = try ImageFolder(folder.url) }.contains("expected JPEG or PNG files"))
        try write("a/only.png", [0])
        let images = try ImageFolder(folder.url)
        #expect(
            message { _ = try images.read(as: Self.shape, tolerance: 1) }.contains("none that can"))
        let four = ImageShape(channels: 4, height: 2, width: 2)
        #expect(throws: PictureError.self) { try images.read(as: four) }
    }

    @Test("a survey finds the common shape, in colour where any picture is")
    func survey() throws {
        try write("a/1.png", side: 4)
        try write("a/2.png", [1])
        let rgb = try PNG.encode(
            pixels: Array(repeating: 0, count: 48), width: 4, height: 4, channels: 3)
        try write("a/3.png", rgb)
        let first = try ImageFolder(folder.url).survey()
        #expect(first.commonShape == ImageShape(channels: 3, height: 4, width: 4))
        #expect(first.shapes.values.sorted() == [1, 1])
        #expect(first.broken == 1)
        try write("a/4.png", side: 5)
        #expect(try ImageFolder(folder.url).survey().commonShape == nil)
        // Lying on its side, 23 wide as it is stored.
        try write("b/turned.jpg", PictureTests.file("jpeg-exif-6"))
        let shapes = try ImageFolder(folder.url).survey().shapes
        #expect(shapes[ImageShape(channels: 3, height: 23, width: 19)] == 1)
    }

    @Test("photographs are read in parallel as one by one", .enabled(if: Photographs.folder != nil))
    func photographs() throws {
        let images = try ImageFolder(unlabelled: #require(Photographs.folder))
        #expect(images.count == 44)
        let shape = ImageShape(channels: 3, height: 224, width: 224)
        let contents = try images.read(as: shape, .crop(shorterSide: 256), tolerance: 0)
        for (index, item) in images.items.enumerated().filter({ $0.offset % 11 == 0 }) {
            let file = images.url.appending(component: item.path)
            let picture = try Picture(contentsOf: file).framed(.crop(shorterSide: 256), as: shape)
            let isSame = try contents.set.bytes(of: index).elementsEqual(picture.planes)
            #expect(isSame, "\(item.path)")
        }
    }

    // MARK: Tables of labels

    @Test("a table's names become classes in order")
    func tableOfNames() throws {
        try write("x.png", value: 1)
        try write("y, z.png", value: 2)
        let table = try labels("file,label\r\nx.png,b\r\n\r\n\"y, z.png\",a\r\n")
        let images = try ImageFolder(folder.url, labels: table)
        #expect(images.classNames == ["a", "b"])
        let set = try images.read(as: Self.shape).set
        #expect(set.labels == [1, 0])
        #expect(try set.pixels.first == 1)
    }

    @Test("a table's numbers are places of classes")
    func tableOfNumbers() throws {
        let table = try labels("x.png,10\ny.png,2")
        let images = try ImageFolder(folder.url, labels: table)
        #expect(images.classNames == (0...10).map(String.init))
        #expect(images.items.map(\.label) == [10, 2])
        let given = try ImageFolder(
            folder.url, labels: table, classNames: (0..<11).map { "class \($0)" })
        #expect(given.items.map(\.label) == [10, 2])
        // Classes that are named by numbers are meant by their names.
        let named = try ImageFolder(folder.url, labels: table, classNames: ["2", "10"])
        #expect(named.items.map(\.label) == [1, 0])
    }

    @Test("given classes keep their order, and other labels are refused")
    func givenClasses() throws {
        let table = try labels("x.png,b")
        let images = try ImageFolder(folder.url, labels: table, classNames: ["b", "a"])
        #expect(images.classNames == ["b", "a"])
        #expect(images.items.map(\.label) == [0])
        for (text, classes) in [
            ("x.png,c", ["a", "b"]), ("x.png,2", ["a", "b"]), ("x.png,-1", ["a"]),
        ] {
            let table = try labels(text)
            let sentence = message {
                _ = try ImageFolder(folder.url, labels: table, classNames: classes)
            }
            #expect(sentence.contains("0…\(classes.count - 1), found '"))
        }
        let absurd = try labels("x.png,99999999999")
        #expect(throws: ImageFolderError.self) { try ImageFolder(folder.url, labels: absurd) }
    }

    @Test(
        "a line that is not a file and a label is refused with its number",
        arguments: [
            ("a.png", "line 1", "1 fields"), ("a.png,1\nb.png,2,3", "line 2", "3 fields"),
            ("a.png,", "line 1", "an empty field"), ("\"a.png,1", "line 1", "a quotation mark"),
            ("\"a\"b,1", "line 1", "a quotation mark"),
        ])
    func badLines(text: String, line: String, problem: String) throws {
        let sentence = message { _ = try LabelsFile(Array(text.utf8), path: "table.csv") }
        #expect(sentence.contains("table.csv, \(line): "))
        #expect(sentence.contains(problem))
    }

    @Test("quotes stand for themselves when doubled, and a mark of the encoding is no text")
    func quoting() throws {
        let bytes = [0xEF, 0xBB, 0xBF] + Array("path,class\n\"a \"\"b\"\".png\",\"c,d\"\n".utf8)
        let table = try LabelsFile(bytes, path: "t")
        #expect(table.rows == [LabelsFile.Row(file: "a \"b\".png", label: "c,d")])
        #expect(throws: ImageFolderError.self) {
            try LabelsFile([0x61, 0xFF, 0x2C, 0x62], path: "t")
        }
    }

    @Test("a file that the table names and nobody has is broken")
    func missing() throws {
        try write("x.png")
        let images = try ImageFolder(folder.url, labels: labels("x.png,a\ngone.png,a"))
        let contents = try images.read(as: Self.shape, tolerance: 0.5)
        #expect(contents.broken.map(\.path) == ["gone.png"])
        #expect(contents.broken[0].reason.contains("cannot be read"))
    }
}
