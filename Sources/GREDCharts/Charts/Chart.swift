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
    /// In the horizontal axis's unit.
    public var x: Double
    /// In the vertical axis's unit.
    public var y: Double
    /// An interval around `y`, such as its 95% bounds; drawn as a band along the curve.
    public var interval: ClosedRange<Double>?

    /// A point of two measured values; without an interval no band is drawn at it.
    public init(x: Double, y: Double, interval: ClosedRange<Double>? = nil) {
        self.x = x
        self.y = y
        self.interval = interval
    }
}

/// An axis of a ``LineChart``.
public struct Axis: Hashable, Sendable {
    /// How values are laid out along the axis.
    public enum Scale: Hashable, Sendable {
        /// Equal distances for equal differences.
        case linear
        /// Decimal logarithm; values of 0 or less are left out.
        case log10
    }

    /// How the marks' numbers are written.
    public enum Format: Hashable, Sendable {
        /// 0.5 as 0.5; as a power of ten where decimals would be too long.
        case plain
        /// 0.5 as 50%.
        case percent
    }

    /// What is measured, and its unit.
    public var label: String
    /// A logarithmic one leaves out values of 0 or less.
    public var scale: Scale
    /// The values shown, in the data's own unit; those outside are cut off at the frame. Nil: all.
    public var range: ClosedRange<Double>?
    /// How the marks' numbers are written; heeded on a linear scale only.
    public var format: Format

    /// Names all settings; by default an axis is linear and shows all values.
    /// - Parameter label: what is measured, and its unit.
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
