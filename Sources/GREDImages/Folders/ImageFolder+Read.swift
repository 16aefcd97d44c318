import Foundation

extension ImageFolder {
    /// What was read.
    public struct Contents: Sendable {
        /// The images, in the order of ``ImageFolder/items``. Where there are no labels all are of
        /// one class named `unlabelled`.
        public let set: ImageSet
        /// The path of each image, relative to the folder.
        public let paths: [String]
        /// The files that were skipped.
        public let broken: [BrokenFile]
    }

    /// Reads all images into memory, as one shape: N·C·H·W bytes, so 1.5 GB for 10,000 of
    /// 3×224×224. Splitting such a set takes as much again.
    ///
    /// Files are decoded in parallel. A broken one is skipped and named in
    /// ``Contents/broken``, up to `tolerance`.
    ///
    /// - Parameters:
    ///   - shape: Of each image; 1 or 3 channels, to which colours are converted.
    ///   - framing: How pictures of other sizes fill it; by default ``Framing/filling(_:)``.
    ///   - tolerance: The share of files that may be broken, 0…1.
    ///   - memory: The most bytes that the images may take; by default a quarter of this
    ///     machine's memory.
    ///   - progress: Is told how many files are done; what it throws ends the reading.
    /// - Throws: ``ImageFolderError``; ``PictureError`` for a shape that no picture can be given.
    public func read(
        as shape: ImageShape, _ framing: Framing? = nil, tolerance: Double = 0.01,
        memory: Int = Int(clamping: ProcessInfo.processInfo.physicalMemory / 4),
        progress: (Int) throws -> Void = { _ in }
    ) throws -> Contents {
        let size = shape.count.multipliedReportingOverflow(by: count)
        guard !size.overflow, size.partialValue <= memory else {
            throw ImageFolderError.tooMuchMemory(
                path: url.path, images: count, shape: shape, limit: memory)
        }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(size.partialValue)
        var labels: [Int] = []
        var paths: [String] = []
        var broken = BrokenFiles(in: self, tolerance: tolerance)
        for (index, picture) in try pictures(as: shape, framing).enumerated() {
            switch picture {
            case .success(let picture):
                pixels += picture
                labels.append(items[index].label ?? 0)
                paths.append(items[index].path)
            case .failure(let fault):
                try broken.add(fault)
            }
            try progress(index + 1)
        }
        guard !paths.isEmpty else { throw ImageFolderError.noImages(path: url.path) }
        let set = ImageSet(
            checked: url.lastPathComponent, shape: shape,
            classNames: isLabelled ? classNames : ["unlabelled"], pixels: pixels, labels: labels)
        return Contents(set: set, paths: paths, broken: broken.files)
    }

    /// The images one after another, `[C, H, W]` in 0…255, in the order of ``items``; decoded in
    /// parallel while earlier ones are used, with at most `ahead` in memory: for folders that are
    /// too large to ``read(as:_:tolerance:memory:progress:)``.
    ///
    /// - Parameters:
    ///   - shape: Of each image; 1 or 3 channels, to which colours are converted.
    ///   - framing: How pictures of other sizes fill it; by default ``Framing/filling(_:)``.
    ///   - ahead: How many images may be begun before they are asked for.
    /// - Throws: ``PictureError`` for a shape that no picture can be given. A file's own fault is
    ///   in its place in the sequence.
    public func pictures(
        as shape: ImageShape, _ framing: Framing? = nil, ahead: Int = 64
    ) throws -> some Sequence<Result<[UInt8], BrokenFile>> {
        let framing = framing ?? .filling(shape)
        try framing.check(shape)
        return ReadAhead(count, ahead: ahead) { [self] index in
            let path = items[index].path
            let bytes: Data
            do {
                bytes = try Data(contentsOf: file(of: items[index]))
            } catch {
                let reason = "the file cannot be read (\(plainReason(error)))"
                return .failure(BrokenFile(path: path, reason: reason))
            }
            do {
                let picture = try Picture.decode([UInt8](bytes))
                return .success(try picture.framed(framing, as: shape).planes)
            } catch {
                return .failure(BrokenFile(path: path, reason: "\(error)"))
            }
        }
    }
}
