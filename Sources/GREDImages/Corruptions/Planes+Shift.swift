extension Planes {
    /// Moved, with copies of the edge pixels behind.
    func shifted(right: Int, down: Int) -> Planes {
        let rows = Self.sources(shape.height, by: down)
        let columns = Self.sources(shape.width, by: right)
        var moved: [Double] = []
        moved.reserveCapacity(values.count)
        for channel in 0..<shape.channels {
            for y in rows {
                let row = (channel * shape.height + y) * shape.width
                for x in columns { moved.append(values[row + x]) }
            }
        }
        return Planes(shape: shape, values: moved)
    }

    /// Where each place of a line of pixels takes its value from.
    private static func sources(_ length: Int, by shift: Int) -> [Int] {
        // Farther than the line is long makes no difference, and could overflow.
        let shift = min(max(shift, -length), length)
        return (0..<length).map { min(max($0 - shift, 0), length - 1) }
    }
}
