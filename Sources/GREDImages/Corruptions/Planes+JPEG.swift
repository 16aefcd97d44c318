extension Planes {
    /// Saved as a JPEG and read again.
    func recompressed(quality: Int) throws -> Planes {
        let file = try JPEG.encode(
            pixels: interleaved, width: shape.width, height: shape.height,
            channels: shape.channels, quality: quality)
        let planes = try JPEG.decode(file).planes
        return Planes(shape: shape, values: planes.map { Double($0) / 255 })
    }

    /// The bytes as `[H, W, C]`.
    private var interleaved: [UInt8] {
        let bytes = bytes
        let plane = shape.height * shape.width
        return (0..<bytes.count).map { bytes[$0 % shape.channels * plane + $0 / shape.channels] }
    }
}
