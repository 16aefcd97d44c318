import ArgumentParser
import Foundation
import GREDClassifiers
import GREDImages
import GREDLaboratory

/// How pictures become images of a classifier's shape.
struct PictureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Scale pictures to this shorter side, then cut out their middle.",
            discussion: "256 for most of torchvision's classifiers of 224×224.",
            valueName: "pixels"))
    var resize: Int?

    @Flag(help: "Scale each side of pictures on its own, and cut nothing.")
    var stretch = false

    @Option(
        help: ArgumentHelp(
            "The share of files that may be broken, 0…1.", valueName: "share"))
    var broken = 0.01

    func validate() throws {
        guard resize ?? 1 >= 1 else { throw ValidationError("--resize must be positive.") }
        guard resize == nil || !stretch else {
            throw ValidationError("--resize and --stretch exclude each other.")
        }
        guard (0...1).contains(broken) else {
            throw ValidationError("--broken must lie in 0…1, and \(broken) was given.")
        }
    }

    /// Nil where nothing was said.
    var framing: Framing? { stretch ? .stretch : resize.map { .crop(shorterSide: $0) } }
}

/// How a folder of images is read, where one is given as data.
struct FolderOptions: ParsableArguments {
    @Option(
        help: "Of a folder as data: a table (CSV: file,label) instead of a folder a class.",
        completion: .file())
    var labels: String?

    @OptionGroup var pictures: PictureOptions

    /// For a classifier, whose shape pictures take.
    func reading(for classifier: any Classifier) -> FolderReading {
        completed(FolderReading(for: classifier))
    }

    /// For pictures of a size of their own, or of `size`.
    func reading(size: PictureSize?) -> FolderReading {
        completed(FolderReading(shape: size?.shape))
    }

    private func completed(_ reading: FolderReading) -> FolderReading {
        var reading = reading
        reading.labels = labels.map { URL(filePath: $0) }
        reading.framing = pictures.framing
        reading.tolerance = pictures.broken
        return reading
    }
}

/// A size as it is typed: `224`, `160x224` (height, width), or `1x28x28` with the channels.
struct PictureSize: ExpressibleByArgument {
    let shape: ImageShape

    init?(argument: String) {
        let numbers = argument.split(separator: "x", omittingEmptySubsequences: false)
            .map { Int($0) }
        let sides = numbers.compactMap { $0 }
        guard sides.count == numbers.count, sides.allSatisfy({ $0 > 0 }) else { return nil }
        switch sides.count {
        case 1: shape = ImageShape(channels: 3, height: sides[0], width: sides[0])
        case 2: shape = ImageShape(channels: 3, height: sides[0], width: sides[1])
        case 3: shape = ImageShape(channels: sides[0], height: sides[1], width: sides[2])
        default: return nil
        }
    }
}
