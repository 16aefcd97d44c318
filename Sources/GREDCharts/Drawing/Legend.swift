/// Names of series with their colours, in as many rows as they need.
struct Legend {
    static let rowHeight = 22.0
    private static let swatch = 22.0
    private static let gap = 22.0

    private var places: [(index: Int, left: Double, row: Int)] = []
    private let names: [String]
    private(set) var rows = 0

    init(_ names: [String], width: Double) {
        self.names = names
        var left = 0.0
        for (index, name) in names.enumerated() {
            let need = Self.swatch + 6 + Canvas.width(of: name)
            if rows == 0 { rows = 1 }
            if left > 0, left + need > width { (left, rows) = (0, rows + 1) }
            places.append((index, left, rows - 1))
            left += need + Self.gap
        }
    }

    var height: Double { Double(rows) * Self.rowHeight }

    func draw(on canvas: inout Canvas, left: Double, top: Double) {
        for place in places {
            let x = left + place.left
            let y = top + Double(place.row) * Self.rowHeight + Self.rowHeight / 2
            canvas.line((x, y), (x + Self.swatch, y), "curve \(Palette.classes(of: place.index))")
            canvas.text(names[place.index], at: (x + Self.swatch + 6, y + 4.5))
        }
    }
}
