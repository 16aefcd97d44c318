extension ImageSet {
    /// The images at `indices`, in that order; an index may occur more than once.
    ///
    /// - Parameter indices: Each in `0..<count`; anything else is a programming error and traps,
    ///   as it does with an array.
    /// - Complexity: O(`indices.count`): the pixels are shared.
    public func subset(_ indices: [Int]) -> ImageSet {
        subset(indices, name: name)
    }

    /// As ``subset(_:)``, under a name of its own.
    public func subset(_ indices: [Int], name: String) -> ImageSet {
        ImageSet(
            checked: name, shape: shape, classNames: classNames, labels: indices.map { labels[$0] },
            storage: storage, places: indices.map { places[$0] })
    }

    /// As ``subset(_:)``: `set[indices: [3, 1]]`.
    public subscript(indices indices: [Int]) -> ImageSet { subset(indices) }

    /// The first `maximum` images, or all where there are fewer; of the sets that `FourSets` makes
    /// this is a balanced sample.
    public func prefix(_ maximum: Int) -> ImageSet {
        let kept = min(max(maximum, 0), count)
        guard kept < count else { return self }
        return ImageSet(
            checked: name, shape: shape, classNames: classNames, labels: Array(labels[..<kept]),
            storage: storage, places: Array(places[..<kept]))
    }

    /// The `[C, H, W]` values of one image, row-major, 0…255.
    ///
    /// - Parameter index: In `0..<count`; traps otherwise.
    /// - Throws: `TorchError.badFile` where a file on disk cannot be read any more.
    public func bytes(of index: Int) throws -> [UInt8] { try bytes(of: index..<(index + 1)) }

    /// All values, `[N, C, H, W]`, row-major, 0…255: as much memory as there are images.
    /// - Throws: As ``bytes(of:)-(Int)``.
    public var pixels: [UInt8] { get throws { try bytes(of: 0..<count) } }

    /// The values of some images, one after another.
    /// - Parameter indices: Each in `0..<count`; traps otherwise.
    /// - Throws: As ``bytes(of:)-(Int)``.
    public func bytes(of indices: some Collection<Int>) throws -> [UInt8] {
        let size = shape.count
        return try [UInt8](unsafeUninitializedCapacity: indices.count * size) { buffer, used in
            for (position, index) in indices.enumerated() {
                let target = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[(position * size)...]
                        .prefix(size))
                try storage.copy(from: places[index] * size, into: target)
            }
            used = indices.count * size
        }
    }
}
