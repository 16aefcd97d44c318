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

    /// Reads all images, as one shape, into a nameless file on disk, which is there as long as the
    /// set or a subset of it is: N·C·H·W bytes, so 1.5 GB for 10,000 of 3×224×224. Memory holds the
    /// few that are being decoded.
    ///
    /// Files are decoded in parallel. A broken one is skipped and named in
    /// ``Contents/broken``, up to `tolerance`.
    ///
    /// - Parameters:
    ///   - shape: Of each image; 1 or 3 channels, to which colours are converted.
    ///   - framing: How pictures of other sizes fill it; by default ``Framing/filling(_:)``.
    ///   - tolerance: The share of files that may be broken, 0…1.
    ///   - scratch: The folder on whose disk the pixels lie.
    ///   - progress: Is told how many files are done; what it throws ends the reading.
    /// - Throws: ``ImageFolderError``; ``PictureError`` for a shape that no picture can be given;
    ///   `FileFault` where the disk is full.
    public func read(
        as shape: ImageShape, _ framing: Framing? = nil, tolerance: Double = 0.01,
        scratch: URL = GREDCache.url,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> Contents {
        let pictures = try framed(as: shape, framing, ahead: 64)
        let images = try ImageSetWriter(
            shape, classNames: isLabelled ? classNames : ["unlabelled"], in: scratch)
        var paths: [String] = []
        var broken = BrokenFiles(in: self, tolerance: tolerance)
        for (index, picture) in pictures.enumerated() {
            switch picture {
            case .success(let picture):
                try images.append(
                    picture.planes, labels: [items[index].label ?? 0], origin: picture.origin)
                paths.append(items[index].path)
            case .failure(let fault):
                try broken.add(fault)
            }
            try progress(index + 1)
        }
        guard !paths.isEmpty else { throw ImageFolderError.noImages(path: url.path) }
        return Contents(
            set: images.set(named: url.lastPathComponent), paths: paths, broken: broken.files)
    }

    /// The images one after another, `[C, H, W]` in 0…255, in the order of ``items``; decoded in
    /// parallel while earlier ones are used, with at most `ahead` in memory.
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
        try framed(as: shape, framing, ahead: ahead).lazy.map { $0.map(\.planes) }
    }

    /// An image as a classifier takes it.
    private struct Framed: Sendable {
        /// `[C, H, W]` in 0…255.
        let planes: [UInt8]
        /// The rank of the picture that it was made from, where that had another size.
        let origin: Rank?

        init(_ picture: Picture, _ framing: Framing, as shape: ImageShape) throws {
            planes = try picture.framed(framing, as: shape).planes
            let original = picture.converted(toChannels: shape.channels).planes
            origin = planes == original ? nil : Rank(seed: 0, pixels: original)
        }
    }

    private func framed(as shape: ImageShape, _ framing: Framing?, ahead: Int) throws
        -> ReadAhead<Result<Framed, BrokenFile>>
    {
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
                return .success(
                    try Framed(Picture.decode([UInt8](bytes)), framing, as: shape))
            } catch {
                return .failure(BrokenFile(path: path, reason: "\(error)"))
            }
        }
    }
}
