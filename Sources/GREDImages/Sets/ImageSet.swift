import Foundation

/// Labelled 8-bit images of one shape: what a data set is once its files are read.
///
/// ```swift
/// let mnist = try MNIST(folder: try DataHome.ensureMNIST())
/// let few = mnist.test.prefix(100)
/// print(few.shape, few.classNames[few.labels[0]])  // 1×28×28 7
/// ```
///
/// A value holds bytes only, so it may cross any task border. Copies and subsets share the pixels,
/// which lie in memory, or for a folder of images in a file on disk: memory does not grow with it.
public struct ImageSet: Sendable {
    /// What to call the set in a report, for example `MNIST test`.
    public let name: String
    /// The shape of each image.
    public let shape: ImageShape
    /// One name a class, in the order of the labels.
    public let classNames: [String]
    /// `[N]`, each in `0..<classNames.count`.
    public let labels: [Int]
    let storage: PixelStorage
    /// Where in the storage each image lies, `[N]`, in images.
    let places: [Int]

    /// Checks the parts against each other.
    ///
    /// - Parameters:
    ///   - pixels: `[N, C, H, W]`, row-major, 0…255.
    ///   - labels: `[N]`, each in `0..<classNames.count`.
    /// - Throws: `ImageSetError` where the shape has an empty side, where there are not
    ///   N·C·H·W pixels, or where a label names no class.
    public init(
        name: String, shape: ImageShape, classNames: [String], pixels: [UInt8], labels: [Int]
    ) throws {
        guard shape.isPositive else {
            throw ImageSetError.emptyShape(set: name, shape: shape)
        }
        let (expected, over) = shape.count.multipliedReportingOverflow(by: labels.count)
        guard !over, pixels.count == expected else {
            throw ImageSetError.pixelCount(
                set: name, shape: shape, images: labels.count, found: pixels.count)
        }
        try Self.check(labels, of: classNames, set: name)
        self.init(
            checked: name, shape: shape, classNames: classNames, pixels: pixels, labels: labels)
    }

    /// For parts that are known to fit.
    init(
        checked name: String, shape: ImageShape, classNames: [String], pixels: [UInt8],
        labels: [Int]
    ) {
        self.init(
            checked: name, shape: shape, classNames: classNames, labels: labels,
            storage: .memory(pixels), places: Array(labels.indices))
    }

    init(
        checked name: String, shape: ImageShape, classNames: [String], labels: [Int],
        storage: PixelStorage, places: [Int]
    ) {
        self.name = name
        self.shape = shape
        self.classNames = classNames
        self.labels = labels
        self.storage = storage
        self.places = places
    }

    /// The same images with labels of other classes.
    /// - Throws: ``ImageSetError`` where there is not one label an image, or a label names no class.
    public func relabelled(_ labels: [Int], classNames: [String]) throws -> ImageSet {
        guard labels.count == count else {
            throw ImageSetError.labelCount(set: name, images: count, found: labels.count)
        }
        try Self.check(labels, of: classNames, set: name)
        return ImageSet(
            checked: name, shape: shape, classNames: classNames, labels: labels, storage: storage,
            places: places)
    }

    private static func check(_ labels: [Int], of classNames: [String], set name: String) throws {
        if let index = labels.firstIndex(where: { !classNames.indices.contains($0) }) {
            throw ImageSetError.labelOutOfRange(
                set: name, index: index, label: labels[index], classes: classNames.count)
        }
    }

    /// N, the number of images.
    public var count: Int { labels.count }

    /// Whether there is no image.
    public var isEmpty: Bool { labels.isEmpty }

    /// The number of images of each class, `[classNames.count]`.
    public var classCounts: [Int] {
        labels.reduce(into: Array(repeating: 0, count: classNames.count)) { $0[$1] += 1 }
    }
}

/// Why parts do not make an `ImageSet`.
public enum ImageSetError: Error, Sendable, Equatable {
    /// The number of channels, the height or the width is below 1.
    case emptyShape(set: String, shape: ImageShape)
    /// There are not C·H·W pixel values for each label.
    case pixelCount(set: String, shape: ImageShape, images: Int, found: Int)
    /// There is not one label an image.
    case labelCount(set: String, images: Int, found: Int)
    /// A label is negative, or there are not so many class names.
    case labelOutOfRange(set: String, index: Int, label: Int, classes: Int)
}

extension ImageSetError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        switch self {
        case .emptyShape(let set, let shape):
            "\(set): expected images with positive sides, found the shape \(shape); "
                + "check the file that the shape came from"
        case .pixelCount(let set, let shape, let images, let found):
            "\(set): expected \(images) images of \(shape), one a label, found \(found) pixel "
                + "values; pass as many images as labels"
        case .labelCount(let set, let images, let found):
            "\(set): expected \(images) labels, one an image, found \(found); pass a label for each"
        case .labelOutOfRange(let set, let index, let label, let classes):
            "\(set): expected labels 0…\(classes - 1), found \(label) at image \(index); "
                + "name every class or mend the label"
        }
    }
}
