import Foundation
import LibTorch

/// Writes images one after another into a nameless file on disk, which is there as long as a set of them is:
/// memory does not grow with them.
package final class ImageSetWriter {
    private let shape: ImageShape
    private let classNames: [String]
    private let pixels: PixelFile
    private var labels: [Int] = []

    /// - Parameter folder: on the disk that is to hold the file; made where it is missing.
    /// - Throws: `FileFault`.
    package init(_ shape: ImageShape, classNames: [String], in folder: URL) throws {
        self.shape = shape
        self.classNames = classNames
        pixels = try PixelFile(in: folder)
    }

    /// How many images there are.
    package var count: Int { labels.count }

    /// - Parameters:
    ///   - images: `[N, C, H, W]`, in 0…1 with 8 bits, or bytes.
    ///   - labels: `[N]`.
    /// - Throws: ``ImageSetError``; `FileFault`, such as for a full disk.
    package func append(_ images: Tensor, labels: [Int]) throws {
        let isBytes = images.dtype == .uint8
        let bytes = try (isBytes ? images : (images * 255).round().to(.uint8)).bytes()
        try append(bytes, labels: labels, origin: nil)
    }

    /// Some images of a set, under labels of their own where they are to have others.
    /// - Throws: As above, and where the set's own pixels cannot be read any more.
    package func append(_ set: ImageSet, labels: [Int]? = nil) throws {
        let labels = labels ?? set.labels
        for start in stride(from: 0, to: set.count, by: 64) {
            let some = start..<min(start + 64, set.count)
            try append(set.bytes(of: some), labels: Array(labels[some]), origin: nil)
        }
    }

    /// - Parameter origin: what ranks the one image, where its picture had another size.
    func append(_ bytes: [UInt8], labels: [Int], origin: Rank?) throws {
        // Checks the parts against each other.
        _ = try ImageSet(
            name: "images to write", shape: shape, classNames: classNames, pixels: bytes,
            labels: labels)
        try pixels.append(bytes, origins: labels.map { _ in origin })
        self.labels += labels
    }

    /// The images that have been written so far.
    package func set(named name: String) -> ImageSet {
        ImageSet(
            checked: name, shape: shape, classNames: classNames, labels: labels,
            storage: .file(pixels), places: Array(labels.indices))
    }
}
