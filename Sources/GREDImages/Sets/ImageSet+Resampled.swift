import LibTorch

extension ImageSet {
    /// The same images, each made smaller and brought back to its size: what a file format left in single
    /// pixels, such as the 8×8 grid of JPEG, is gone.
    ///
    /// Both ways are bilinear with antialiasing, in 8 bits, as ``Framing`` scales pictures.
    /// - Parameter share: of each side, above 0; a side keeps at least one pixel.
    public func resampled(to share: Double) throws -> ImageSet {
        func less(_ side: Int) -> Int { max(1, Int((Double(side) * share).rounded())) }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(count * shape.count)
        for start in stride(from: 0, to: count, by: 256) {
            let range = start..<min(start + 256, count)
            let images = try Tensor(
                bytes(of: range),
                shape: [range.count, shape.channels, shape.height, shape.width])
            let smaller = try images.scaled(
                toHeight: less(shape.height), width: less(shape.width))
            pixels += try smaller.scaled(toHeight: shape.height, width: shape.width).bytes()
        }
        return ImageSet(
            checked: "\(name), resampled", shape: shape, classNames: classNames, pixels: pixels,
            labels: labels)
    }
}
