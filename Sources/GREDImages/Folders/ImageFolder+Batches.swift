import LibTorch

extension ImageFolder {
    /// Images that are used together.
    public struct Batch: Sendable {
        /// The shape of each image.
        public let shape: ImageShape
        /// Of each image, relative to the folder.
        public fileprivate(set) var paths: [String] = []
        /// `[paths.count, C, H, W]`, row-major, 0…255.
        public fileprivate(set) var pixels: [UInt8] = []
        /// The files that were skipped on the way.
        public fileprivate(set) var broken: [BrokenFile] = []

        /// The images as float32 in 0…1, `[n, C, H, W]`.
        public func tensor() throws -> Tensor {
            try Tensor(pixels, shape: [paths.count, shape.channels, shape.height, shape.width])
                .to(.float32) / 255
        }
    }

    /// The images in batches, in the order of ``items``; the next batch is decoded in parallel while
    /// one is used, so that memory holds two.
    ///
    /// - Parameters:
    ///   - size: Images in a batch; the last one has fewer, and none where all that remains is
    ///     broken.
    ///   - shape: Of each image; 1 or 3 channels, to which colours are converted.
    ///   - framing: How pictures of other sizes fill it; by default ``Framing/filling(_:)``.
    /// - Throws: ``PictureError`` for a shape that no picture can be given.
    public func batches(
        of size: Int, as shape: ImageShape, _ framing: Framing? = nil
    ) throws -> some Sequence<Batch> {
        var pictures = try pictures(as: shape, framing, ahead: size).makeIterator()
        var index = 0
        return AnySequence {
            AnyIterator<Batch> {
                var batch = Batch(shape: shape)
                while batch.paths.count < size, let picture = pictures.next() {
                    switch picture {
                    case .success(let pixels):
                        batch.paths.append(items[index].path)
                        batch.pixels += pixels
                    case .failure(let fault): batch.broken.append(fault)
                    }
                    index += 1
                }
                return batch.paths.isEmpty && batch.broken.isEmpty ? nil : batch
            }
        }
    }
}
