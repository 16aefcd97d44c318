import LibTorch

extension ImageSet {
    /// All images as float32 in 0…1, `[N, C, H, W]`.
    public func tensor() throws -> Tensor { try tensor(0..<count) }

    /// The images in `range` as float32 in 0…1, `[n, C, H, W]`.
    public func tensor(_ range: Range<Int>) throws -> Tensor {
        try unitTensor(range)
    }

    /// The images at `indices`, in that order, as float32 in 0…1, `[n, C, H, W]`.
    public func tensor(_ indices: [Int]) throws -> Tensor {
        try unitTensor(indices)
    }

    private func unitTensor(_ indices: some Collection<Int>) throws -> Tensor {
        try Tensor(
            bytes(of: indices), shape: [indices.count, shape.channels, shape.height, shape.width]
        ).to(.float32) / 255
    }
}

extension ImageShape {
    /// C, H and W of images `[N, C, H, W]`, or nil for a tensor of another rank.
    public init?(of images: Tensor) {
        let sizes = images.shape
        guard sizes.count == 4 else { return nil }
        self.init(channels: sizes[1], height: sizes[2], width: sizes[3])
    }
}
