import Foundation

/// A stream of random numbers that belongs to one image, one epoch or one purpose.
///
/// Streams are derived from a seed and a key, never from the order of batches or threads, so the
/// numbers that an image receives do not depend on its neighbours. The generator is SplitMix64
/// (Steele, Lea and Flood 2014); the key is mixed into its state by the same function.
public struct RandomStream: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// - Parameters:
    ///   - seed: the seed of the whole run.
    ///   - purpose: what the numbers are for; two purposes never share numbers.
    ///   - index: which image, epoch or copy.
    public init(seed: UInt64, purpose: StaticString, index: Int = 0) {
        var state = Self.mixed(seed &+ Self.increment)
        for offset in 0..<purpose.utf8CodeUnitCount {
            state = Self.mixed(state ^ UInt64(purpose.utf8Start[offset]))
        }
        self.state = Self.mixed(state ^ UInt64(bitPattern: Int64(index)))
    }

    public mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mixed(state)
    }

    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in 0 ..< 1, with 24 bits.
    public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// `count` numbers uniform in `range`.
    public mutating func uniforms(_ count: Int, in range: ClosedRange<Float>) -> [Float] {
        let width = range.upperBound - range.lowerBound
        return (0..<count).map { _ in range.lowerBound + width * uniform() }
    }

    /// `count` standard normal numbers (Box and Muller).
    public mutating func normals(_ count: Int) -> [Float] { normals(count) { _ in true } }

    /// Those of `count` standard normal numbers that are asked for, each what it would be among all of them.
    /// They come in pairs; of a pair of which neither is asked for, both may be 0, which saves nearly all of
    /// the time.
    public mutating func normals(_ count: Int, where isWanted: (Int) -> Bool) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(count + 1)
        while result.count < count {
            let place = result.count
            guard isWanted(place) || place + 1 < count && isWanted(place + 1) else {
                state &+= 2 &* Self.increment
                result.append(0)
                result.append(0)
                continue
            }
            let radius = (-2 * log(1 - uniform())).squareRoot()
            let angle = 2 * Float.pi * uniform()
            result.append(radius * cos(angle))
            result.append(radius * sin(angle))
        }
        if result.count > count { result.removeLast() }
        return result
    }

    /// The numbers 0 ..< count in random order.
    public mutating func permutation(_ count: Int) -> [Int] {
        (0..<count).shuffled(using: &self)
    }
}
