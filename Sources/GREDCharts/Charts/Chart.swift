/// Something drawn from values.
///
/// The same values always give the same bytes. A drawing is a self-contained SVG document (its own
/// style sheet, no script, no reference), right on light and dark grounds, with a `<title>` and a
/// `<desc>` for those who can't see it.
public protocol Chart: Sendable {
    /// The drawing as an SVG document without an XML declaration, fit for a file or for a page.
    func svg() -> String
}

/// A point of a curve.
public struct Point: Hashable, Sendable {
    public var x: Double
    public var y: Double
    /// An interval around `y`, such as its 95% bounds; drawn as a band along the curve.
    public var interval: ClosedRange<Double>?

    public init(x: Double, y: Double, interval: ClosedRange<Double>? = nil) {
        self.x = x
        self.y = y
        self.interval = interval
    }
}

/// An axis of a ``LineChart``.
public struct Axis: Hashable, Sendable {
    public enum Scale: Hashable, Sendable {
        case linear
        /// Decimal logarithm; values of 0 or less are left out.
        case log10
    }

    /// How the marks' numbers are written.
    public enum Format: Hashable, Sendable {
        case plain
        /// 0.5 as 50%.
        case percent
    }

    /// What is measured, and its unit.
    public var label: String
    public var scale: Scale
    /// The values shown, in the data's own unit; those outside are cut off at the frame. Nil: all.
    public var range: ClosedRange<Double>?
    public var format: Format

    public init(
        _ label: String, scale: Scale = .linear, range: ClosedRange<Double>? = nil,
        format: Format = .plain
    ) {
        self.label = label
        self.scale = scale
        self.range = range
        self.format = format
    }

    /// An axis of a share in 0…1, written in percent.
    public static func share(_ label: String) -> Axis {
        Axis(label, range: 0...1, format: .percent)
    }
}
