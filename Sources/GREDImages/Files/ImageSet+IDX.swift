import Foundation

extension ImageSet {
    /// Reads grey images and their labels from a pair of idx files, gzipped or not.
    ///
    /// - Parameters:
    ///   - images: The file of images, `[N, H, W]`.
    ///   - labels: The file of labels, `[N]`.
    /// - Throws: `IDXError`, for a fault of either file or of the pair.
    public init(name: String, images: URL, labels: URL, classNames: [String]) throws {
        try self.init(
            name: name, images: IDX(.images, at: images), labels: IDX(.labels, at: labels),
            classNames: classNames)
    }

    /// Makes a set of a pair of idx files that have been read already.
    ///
    /// - Throws: `IDXError`, for a fault of the pair.
    public init(name: String, images: IDX, labels: IDX, classNames: [String]) throws {
        for (file, kind) in [(images, IDX.Kind.images), (labels, .labels)] where file.kind != kind {
            throw IDXError.wrongMagic(path: file.path, kind: kind, found: file.kind.magic)
        }
        guard images.dimensions[0] == labels.dimensions[0] else {
            throw IDXError.countMismatch(
                images: images.dimensions[0], imagesPath: images.path,
                labels: labels.dimensions[0], labelsPath: labels.path)
        }
        if let index = labels.body.firstIndex(where: { Int($0) >= classNames.count }) {
            throw IDXError.labelOutOfRange(
                path: labels.path, index: index, label: Int(labels.body[index]),
                classes: classNames.count)
        }
        self.init(
            checked: name,
            shape: ImageShape(
                channels: 1, height: images.dimensions[1], width: images.dimensions[2]),
            classNames: classNames, pixels: images.body, labels: labels.body.map(Int.init))
    }
}
