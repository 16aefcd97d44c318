import ArgumentParser
import Foundation
import GREDImages
import GREDLaboratory
import LibTorch

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Fetch a data set, check it, and say how it is split.",
        discussion: """
            MNIST is taken from $GRED_DATA/mnist, CIFAR-10 from $GRED_DATA/cifar10, where their \
            files are there; otherwise they are downloaded (11 and 170 MB) and checked by hashes.

            A folder of images has a folder a class, or a table of labels. Sub-folders train and test \
            (or val) are kept apart; everything else is split in four by shares.

            Every command splits a data set in the same way, by a hash of each image's pixels: fit \
            trains the classifier, guard the guard, calibrate sets thresholds, test measures. No \
            image is in two sets.

            With --output, each set is written as a safetensors file with `images` (bytes, \
            N×C×H×W) and `labels`, for training a classifier of your own on fit alone.

            Examples:
              gred data
              gred data digits --json
              gred data photographs --size 224 --resize 256
            """)

    @Argument(help: "mnist, cifar10, digits, or a folder of images.")
    var name = "mnist"

    @Option(
        help: ArgumentHelp(
            "The size of a folder's images, such as 224, 160x224 or 1x28x28.",
            discussion: "By default the pictures' own, where they have one."))
    var size: PictureSize?

    @Flag(help: "Print JSON.")
    var json = false

    @Option(
        help: "A folder to write the sets to, a safetensors file each.", completion: .directory)
    var output: String?

    @OptionGroup var folder: FolderOptions

    func run() throws {
        if let output { try OutputFolder.check(output) }
        let data = try DataSet(
            named: name, reading: folder.reading(size: size), observer: TerminalObserver())
        let sets = [
            ("fit", data.sets.fit), ("guard", data.sets.guard),
            ("calibrate", data.sets.calibrate), ("test", data.sets.test),
        ]
        if let output {
            for (name, set) in sets {
                try set.write(to: URL(filePath: output).appending(component: "\(name).safetensors"))
            }
        }
        if json {
            try JSONOutput.print(
                try sets.map { Row(set: $0.0, images: $0.1.count, sha256: try $0.1.contentHash) })
            return
        }
        print("\(name): \(sets[0].1.shape) in \(sets[0].1.classNames.count) classes")
        for (set, images) in sets {
            print(
                "  \(set.padding(toLength: 10, withPad: " ", startingAt: 0))\(images.count) images")
        }
        switch name {
        case "mnist": print("in \(DataHome.mnist.path)")
        case "cifar10": print("in \(DataHome.cifar10.path)")
        default: break
        }
    }

    private struct Row: Encodable {
        var set: String
        var images: Int
        var sha256: String
    }
}

extension ImageSet {
    /// `images`, of bytes, `labels`, and the names of the classes.
    fileprivate func write(to file: URL) throws {
        let shape = [count, shape.channels, shape.height, shape.width]
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Safetensors.write(
            [("images", Tensor(pixels, shape: shape)), ("labels", Tensor(labels))],
            metadata: ["set": name, "class_names": classNames.joined(separator: "\n")], to: file)
    }
}
