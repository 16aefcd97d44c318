extension ImageSet {
    /// All images side by side in one PNG, row after row, so that a set can be looked at.
    ///
    /// - Parameters:
    ///   - columns: Images in a row.
    ///   - scale: Each pixel becomes a square of this side.
    /// - Returns: The bytes of a PNG file, grey or RGB.
    /// - Throws: `PNGError` where the set is empty, has channels other than 1 or 3, or makes too
    ///   large a picture.
    public func contactSheet(columns: Int, scale: Int = 1) throws -> [UInt8] {
        let columns = max(1, min(columns, count))
        let rows = (count + columns - 1) / columns
        let (height, width) = (rows * shape.height, columns * shape.width)
        let sheet = ImageShape(channels: shape.channels, height: height, width: width)
        guard count > 0, sheet.count <= Picture.maximumPixels * shape.channels else {
            throw PNGError.notAnImage(shape: sheet, found: count * shape.count)
        }
        var picture = [UInt8](repeating: 0, count: sheet.count)
        for index in 0..<count {
            let top = index / columns * shape.height
            let left = index % columns * shape.width
            let pixels = try bytes(of: index)
            var source = 0
            for channel in 0..<shape.channels {
                for y in top..<(top + shape.height) {
                    for x in left..<(left + shape.width) {
                        picture[(y * width + x) * shape.channels + channel] = pixels[source]
                        source += 1
                    }
                }
            }
        }
        return try PNG.encode(
            pixels: picture, width: width, height: height, channels: shape.channels, scale: scale)
    }
}
