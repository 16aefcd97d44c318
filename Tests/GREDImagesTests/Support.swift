import Foundation

@testable import GREDImages

/// An idx file as it lies on a disk.
func idx(magic: UInt32, _ dimensions: [UInt32], _ body: [UInt8]) -> [UInt8] {
    ([magic] + dimensions).flatMap { number in
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * UInt32($0))) }
    } + body
}

func idxImages(_ n: UInt32, _ h: UInt32, _ w: UInt32, _ body: [UInt8]) -> [UInt8] {
    idx(magic: 0x803, [n, h, w], body)
}

func idxLabels(_ labels: [UInt8]) -> [UInt8] {
    idx(magic: 0x801, [UInt32(labels.count)], labels)
}

/// The message of an error that `body` must throw.
func message(of body: () throws -> Void) -> String {
    do { try body() } catch { return String(describing: error) }
    return "no error"
}

/// `count` images of random pixels with uneven classes.
func randomSet(_ count: Int, classes: Int, seed: UInt64, name: String = "random") throws -> ImageSet
{
    var random = SplitMix64(seed: seed, index: 0)
    let shape = ImageShape(channels: 1, height: 3, width: 3)
    return try ImageSet(
        name: name, shape: shape, classNames: (0..<classes).map { "class \($0)" },
        pixels: (0..<(count * shape.count)).map { _ in UInt8.random(in: 0...255, using: &random) },
        labels: (0..<count).map { _ in
            min(
                Int.random(in: 0..<classes, using: &random),
                Int.random(in: 0..<classes, using: &random))
        })
}

extension ImageSet {
    /// Each image with its label, as something that can lie in a Swift set.
    var items: [[UInt8]] {
        get throws { try (0..<count).map { try bytes(of: $0) + [UInt8(labels[$0])] } }
    }
}
