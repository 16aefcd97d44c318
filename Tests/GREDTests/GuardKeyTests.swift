import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GRED

@Suite("A guard's key")
struct GuardKeyTests {
    private static let shape = ImageShape(channels: 3, height: 5, width: 7)

    private func numbers(_ key: GuardKey, _ images: Tensor) throws -> [UInt64] {
        try key.streams(for: images).map { stream in
            var stream = stream
            return stream.next()
        }
    }

    @Test("gives an image the same stream in every batch, and two images two")
    func images() throws {
        try useOneThread()
        let images = try randomImages(6, Self.shape)
        let all = try numbers(.published, images)
        #expect(Set(all).count == 6)
        for places in [[0], [5], [4, 2, 0], [1, 1]] {
            #expect(try numbers(.published, images.rows(places)) == places.map { all[$0] })
        }
        #expect(try numbers(.published, images.sliced(0..<0)).isEmpty)
    }

    @Test("gives other streams than another key does")
    func keys() throws {
        try useOneThread()
        let images = try randomImages(4, Self.shape)
        let found = try ["", "a", "b", String(repeating: "long ", count: 100)].flatMap {
            try numbers(GuardKey($0), images)
        }
        #expect(Set(found).count == 16)
        #expect(try numbers(GuardKey("a"), images) == numbers(GuardKey("a"), images))
        #expect(
            try numbers(GuardKey("GRED published tables"), images) == numbers(.published, images))
    }

    @Test("reads 8-bit pixels: what is rounded to the same image is masked in the same way")
    func rounding() throws {
        try useOneThread()
        let images = try randomImages(3, Self.shape)
        let near = try (images + 1e-3).clamped(min: 0, max: 1)
        #expect(try numbers(.published, near) == numbers(.published, images))
        #expect(try numbers(.published, images + 1.0 / 255) != numbers(.published, images))
    }

    @Test("and the streams are those of HMAC-SHA-256: the published masks are as Python makes them")
    func golden() throws {
        let golden = try Golden("masks")
        let images = try golden["pixels"].to(.float32) / 255
        var streams = try GuardKey.published.streams(for: images)
        let masking = RandomisedMasking(alpha: 0.3)
        for copy in 0..<2 {
            let masked = try masking.copies(
                of: images, sensitivity: sensitivity(map: golden["map"]), streams: &streams)
            let levels = try (masked * 255).round()
            let wrong = zip(try levels.ints(), try golden["copy \(copy)"].ints())
                .map { abs($0 - $1) }
            // Python's normal numbers have more digits, so one in many may be rounded otherwise.
            #expect(wrong.allSatisfy { $0 <= 1 })
            #expect(wrong.count { $0 > 0 } <= 2)
        }
    }
}
