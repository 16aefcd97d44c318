extension ImageSet {
    /// The images at `indices`, in that order; an index may occur more than once.
    ///
    /// - Parameter indices: Each in `0..<count`; anything else is a programming error and traps,
    ///   as it does with an array.
    /// - Complexity: O(`indices.count` · C·H·W).
    public func subset(_ indices: [Int]) -> ImageSet {
        subset(indices, name: name)
    }

    /// As ``subset(_:)``, under a name of its own.
    public func subset(_ indices: [Int], name: String) -> ImageSet {
        var chosen: [UInt8] = []
        chosen.reserveCapacity(indices.count * shape.count)
        for index in indices { chosen += bytes(of: index) }
        return ImageSet(
            checked: name, shape: shape, classNames: classNames, pixels: chosen,
            labels: indices.map { labels[$0] })
    }

    /// As ``subset(_:)``: `set[indices: [3, 1]]`.
    public subscript(indices indices: [Int]) -> ImageSet { subset(indices) }

    /// The first `maximum` images, or all where there are fewer; of the sets that `FourSets` makes
    /// this is a balanced sample.
    public func prefix(_ maximum: Int) -> ImageSet {
        let kept = min(max(maximum, 0), count)
        guard kept < count else { return self }
        return ImageSet(
            checked: name, shape: shape, classNames: classNames,
            pixels: Array(pixels[..<(kept * shape.count)]), labels: Array(labels[..<kept]))
    }

    /// The `[C, H, W]` values of one image, row-major, 0…255.
    ///
    /// - Parameter index: In `0..<count`; traps otherwise.
    public func bytes(of index: Int) -> ArraySlice<UInt8> {
        pixels[(index * shape.count)..<((index + 1) * shape.count)]
    }
}
