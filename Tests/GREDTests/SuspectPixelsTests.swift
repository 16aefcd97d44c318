import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GRED

@Suite("Suspect pixels")
struct SuspectPixelsTests {
    private static let shape = ImageShape(channels: 3, height: 6, width: 5)

    /// Maps of very different sizes, as one batch.
    private func maps() throws -> Tensor {
        try useOneThread()
        let sizes = try Tensor([Float(1), 1e-20, 1e20, 3, 0.1, 7e-3, 12, 1e-9]).perRow(rank: 4)
        return try (randomImages(8, Self.shape) + 0.3) * sizes
    }

    @Test(
        "are those above α·(S_max − S_min) + S_min, by the largest over their channels",
        arguments: [0, 0.1, 0.25, 0.5, 0.9])
    func threshold(_ alpha: Double) throws {
        let maps = try maps()
        let found = try SuspectPixels.above(alpha, in: sensitivity(map: maps))
        #expect(found.shape == [8, 1, 6, 5])
        let suspects = try found.bools()
        let values = try maps.doubles()
        var counted = 0
        for image in 0..<8 {
            let pixels: [Double] = (0..<30).map { pixel in
                let channels = (0..<3).map { values[image * 90 + $0 * 30 + pixel] }
                return channels.max() ?? 0
            }
            let least: Double = pixels.min() ?? 0
            let most: Double = pixels.max() ?? 0
            let threshold = alpha * (most - least) + least
            for (place, pixel) in pixels.enumerated() {
                // Where float32's last place decides, either answer is right.
                guard alpha == 0 || abs(pixel - threshold) > 1e-6 * most else { continue }
                counted += 1
                #expect(suspects[image * 30 + place] == (pixel > threshold))
            }
        }
        #expect(counted > 230)
    }

    @Test("are all but the least sensitive where α is 0, and none where α is 1")
    func extremes() throws {
        try useOneThread()
        // Many images, since a threshold that is rounded down would let a few pixels through.
        let maps = try (randomImages(2000, ImageShape(channels: 1, height: 3, width: 3)) + 0.01) / 3
        let found = try sensitivity(map: maps)
        #expect(try !SuspectPixels.above(1, in: found).anyTrue())
        let all = try SuspectPixels.above(0, in: found).bools()
        let values = try maps.floats()
        for image in 0..<2000 {
            let range = image * 9..<image * 9 + 9
            let least = values[range].min()
            #expect(range.allSatisfy { all[$0] == (values[$0] != least) })
        }
    }

    @Test("are fewer, never others, where α is larger")
    func nested() throws {
        let found = try sensitivity(map: maps())
        let counts = try stride(from: 0, through: 1, by: 0.05).map { alpha in
            let (more, fewer) = (
                try SuspectPixels.above(alpha, in: found),
                try SuspectPixels.above(alpha + 0.05, in: found)
            )
            #expect(try !(fewer .& (.!more)).anyTrue())
            return try more.bools().count(where: \.self)
        }
        #expect(counts == counts.sorted(by: >))
        #expect(Set(counts).count > 10)
    }

    @Test("are none in an image without any sensitivity")
    func zero() throws {
        try useOneThread()
        #expect(try !SuspectPixels.above(0, in: sensitivity(map: .zeros([2, 3, 4, 4]))).anyTrue())
    }
}
