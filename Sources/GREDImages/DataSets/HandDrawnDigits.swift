/// Digits that look drawn by hand, made up by the program: white strokes on black, grey, 28×28.
///
/// They stand in for MNIST where there is neither data nor network, so that everything can be
/// tried; a report from them must say so, since figures from them are not of MNIST.
///
/// ```swift
/// let train = HandDrawnDigits.make(count: 10_000, seed: 1)
/// let test = HandDrawnDigits.make(count: 2_000, seed: 1, startingAt: 10_000)
/// ```
///
/// An image follows from (seed, index) alone, and only from sums, products, quotients and square
/// roots, which every processor rounds alike: it has the same bytes everywhere.
public enum HandDrawnDigits {
    /// 1×28×28.
    public static let shape = ImageShape(channels: 1, height: 28, width: 28)
    /// `"0"` to `"9"`.
    public static let classNames = (0...9).map(String.init)

    /// Draws `count` digits; the label of image i is i mod 10.
    ///
    /// - Parameters:
    ///   - count: How many; none where negative.
    ///   - seed: Another seed, other drawings.
    ///   - first: The index of the first image; the images before it are another part of the same
    ///     endless series.
    /// - Complexity: O(count); some 40,000 images a second.
    public static func make(count: Int, seed: UInt64, startingAt first: Int = 0) -> ImageSet {
        let indices = first..<(first + max(count, 0))
        var pixels: [UInt8] = []
        pixels.reserveCapacity(indices.count * shape.count)
        for index in indices { pixels += image(index: index, seed: seed) }
        return ImageSet(
            checked: "hand-drawn digits", shape: shape, classNames: classNames, pixels: pixels,
            labels: indices.map(label))
    }

    private static func label(of index: Int) -> Int { (index % 10 + 10) % 10 }

    /// The `[28, 28]` values of one image.
    private static func image(index: Int, seed: UInt64) -> [UInt8] {
        var chance = Chance(seed: seed, index: UInt64(bitPattern: Int64(index)))
        let variants = glyphs[label(of: index)]
        let glyph = variants[chance.below(variants.count)]
        let strokes = Hand(&chance).draw(glyph, &chance)
        return Pen(&chance).ink(strokes)
    }
}

/// A point or a displacement, x to the right and y downwards.
typealias Point = SIMD2<Double>

/// Random draws that need no more than arithmetic.
struct Chance {
    private var generator: SplitMix64

    init(seed: UInt64, index: UInt64) {
        generator = SplitMix64(seed: seed, index: index)
    }

    /// Uniform in [0, 1).
    mutating func unit() -> Double { Double(generator.next() >> 11) * 0x1p-53 }

    /// Uniform in the range.
    mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + unit() * (range.upperBound - range.lowerBound)
    }

    /// Bell-shaped around 0 with standard deviation 1 and no tails beyond 3.5: a sum of four
    /// uniform draws, which needs no logarithm.
    mutating func bell() -> Double {
        (unit() + unit() + unit() + unit() - 2) * 1.7320508075688772
    }

    /// Uniform in `0..<bound`.
    mutating func below(_ bound: Int) -> Int { min(Int(unit() * Double(bound)), bound - 1) }

    /// A point with bell-shaped coordinates.
    mutating func bellPoint() -> Point { Point(bell(), bell()) }
}
