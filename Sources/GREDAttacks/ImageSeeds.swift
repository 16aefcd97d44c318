import LibTorch

/// Which random numbers belong to which image: a seed, and each image's own index in its data set.
///
/// An image receives the same numbers in whatever batch it stands.
public struct ImageSeeds: Sendable {
    /// The seed of the whole run, the same for all images.
    public let seed: UInt64
    /// The index of each image of the batch.
    public let indices: [Int]

    /// Any images of a data set, in the order of the batch.
    public init(seed: UInt64, indices: [Int]) {
        self.seed = seed
        self.indices = indices
    }

    /// The images `range` of a data set.
    public init(seed: UInt64, range: Range<Int>) {
        self.init(seed: seed, indices: Array(range))
    }

    /// The random numbers of the image at a position of the batch, in 0..<`indices.count`; two
    /// purposes never share numbers.
    public func stream(at position: Int, purpose: StaticString) -> RandomStream {
        RandomStream(seed: seed, purpose: purpose, index: indices[position])
    }

    /// One uniform number in 0…1 for each image, `[N]`.
    func uniformShares(purpose: StaticString) throws -> Tensor {
        try Tensor(
            indices.indices.map { position -> Float in
                var stream = stream(at: position, purpose: purpose)
                return stream.uniform()
            })
    }

    /// Uniform numbers in −1…1, shaped like the images `[N, C, H, W]`.
    func uniformNoise(like images: Tensor, purpose: StaticString) throws -> Tensor {
        let perImage = images.count / max(indices.count, 1)
        let numbers = indices.indices.flatMap { position in
            var stream = stream(at: position, purpose: purpose)
            return stream.uniforms(perImage, in: -1...1)
        }
        return try Tensor(numbers, shape: images.shape).to(images.device)
    }
}
