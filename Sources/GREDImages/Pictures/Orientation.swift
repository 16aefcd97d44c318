/// How a camera lay when it took the picture: the value of the EXIF tag 0x0112, 1…8, and what
/// makes the picture upright.
enum Orientation: Int, CaseIterable {
    case upright = 1
    /// Left and right change places.
    case mirrored
    /// Turned by 180°.
    case upsideDown
    /// Top and bottom change places.
    case flipped
    /// Rows become columns.
    case transposed
    /// To be turned by 90° clockwise.
    case leaningLeft
    /// Rows become columns, and the whole is turned by 180°.
    case transversed
    /// To be turned by 90° counter-clockwise.
    case leaningRight

    /// Whether rows become columns.
    var swapsSides: Bool { rawValue >= 5 }
    /// Whether the columns as they are stored are read from right to left.
    fileprivate var readsLeftwards: Bool {
        [.mirrored, .upsideDown, .transversed, .leaningRight].contains(self)
    }
    /// Whether the rows as they are stored are read from bottom to top.
    fileprivate var readsUpwards: Bool {
        [.upsideDown, .flipped, .leaningLeft, .transversed].contains(self)
    }
}

extension Picture {
    /// The picture made upright, as by Pillow's `ImageOps.exif_transpose`.
    func turned(_ orientation: Orientation) -> Picture {
        guard orientation != .upright else { return self }
        // In pixels: where the upright picture's first pixel lies, and how far to the next one in
        // its row and in its column.
        let column = orientation.readsLeftwards ? -1 : 1
        let row = orientation.readsUpwards ? -width : width
        let start =
            (orientation.readsLeftwards ? width - 1 : 0)
            + (orientation.readsUpwards ? (height - 1) * width : 0)
        let (right, down) = orientation.swapsSides ? (row, column) : (column, row)
        let (wide, high) = orientation.swapsSides ? (height, width) : (width, height)

        var turned: [UInt8] = []
        turned.reserveCapacity(pixels.count)
        for y in 0..<high {
            for x in 0..<wide {
                let source = (start + y * down + x * right) * channels
                for channel in 0..<channels { turned.append(pixels[source + channel]) }
            }
        }
        return Picture(pixels: turned, width: wide, height: high, channels: channels)
    }
}
