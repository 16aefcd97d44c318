import LibTorch

extension Corruption {
    /// The images as they look once this has befallen them, at 8 bits.
    ///
    /// What becomes of an image follows from its pixels and its stream alone, on whatever device and
    /// in whatever batch it stands. Computed on the CPU, image by image.
    ///
    /// - Parameters:
    ///   - images: `[N, C, H, W]`, in 0…1.
    ///   - streams: One an image, in the same order; only noise draws from them, C·H·W normal
    ///     numbers, so the next noise on the same image differs.
    /// - Returns: `[N, C, H, W]`, float32, clamped to 0…1 and rounded to k/255; on the images'
    ///   device.
    /// - Throws: ``CorruptionError``; `JPEGError` where images cannot be a JPEG's.
    public func applied(to images: Tensor, streams: inout [RandomStream]) throws -> Tensor {
        try check()
        guard let shape = ImageShape(of: images), shape.isPositive else {
            throw CorruptionError.notImages(shape: images.shape)
        }
        let count = images.shape[0]
        guard streams.count == count else {
            throw CorruptionError.otherCount(streams: streams.count, images: count)
        }
        let values = try images.floats()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count)
        for index in 0..<count {
            let image = values[index * shape.count..<(index + 1) * shape.count]
            if let value = image.first(where: { !(0...1).contains($0) }) {
                throw CorruptionError.badPixel(value, image: index)
            }
            let planes = Planes(shape: shape, values: image.map(Double.init))
            bytes += try befalling(planes, stream: &streams[index]).bytes
        }
        return try (Tensor(bytes, shape: images.shape).to(.float32) / 255).to(images.device)
    }

    /// One image, before it is rounded.
    func befalling(_ image: Planes, stream: inout RandomStream) throws -> Planes {
        switch self {
        case .noise(let l2): image.noisy(l2: l2, stream: &stream)
        case .jpeg(let quality): try image.recompressed(quality: quality)
        case .blur(let sigma): image.blurred(sigma: sigma)
        case .shift(let right, let down): image.shifted(right: right, down: down)
        case .brightness(let factor): image.brightened(by: factor)
        case .contrast(let factor): image.contrasted(by: factor)
        }
    }
}
