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

    /// As ``init(name:images:labels:classNames:)-(_,URL,_,_)``, from files already read.
    public init(name: String, images: IDX, labels: IDX, classNames: [String]) throws {
        guard images.dimensions.count == 3, labels.dimensions.count == 1 else {
            throw IDXError.wrongMagic(
                path: images.dimensions.count == 3 ? labels.path : images.path,
                kind: images.dimensions.count == 3 ? .labels : .images,
                found: 0x0800 | UInt32(images.dimensions.count == 3 ? 3 : 1))
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
