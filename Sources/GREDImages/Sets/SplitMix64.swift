/// A small counter-based generator (Steele, Lea and Flood 2014): its whole stream follows from
/// (seed, index), so that an image is the same whatever was drawn before it.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// The stream of one item.
    ///
    /// - Parameters:
    ///   - seed: Chooses the family of streams.
    ///   - index: Chooses the stream, for example the image's number.
    package init(seed: UInt64, index: UInt64) {
        // Mixed twice: states that differ by a multiple of the increment would otherwise be
        // one stream shifted.
        state = Self.mix(Self.mix(seed &+ Self.increment) ^ Self.mix(index))
    }

    package mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mix(state)
    }

    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
