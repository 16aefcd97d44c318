import Foundation
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GRED

@Suite("Randomised masking")
struct RandomisedMaskingTests {
    private static let shape = ImageShape(channels: 3, height: 28, width: 28)

    let images: Tensor
    let maps: Tensor

    init() throws {
        try useOneThread()
        // Of mean ½ and deviation 0.1, so that few replacements are clipped.
        let count = 8 * Self.shape.count
        var stream = RandomStream(seed: 5, purpose: "images")
        let pixels = stream.normals(count).map {
            ((0.5 + 0.1 * min(max($0, -3), 3)) * 255).rounded() / 255
        }
        images = try Tensor(pixels, shape: [8, 3, 28, 28])
        maps = try randomImages(8, Self.shape, seed: 6)
    }

    private func streams(_ indices: some Sequence<Int>, seed: UInt64 = 1) -> [RandomStream] {
        indices.map { RandomStream(seed: seed, purpose: "masks", index: $0) }
    }

    private func copy(alpha: Double, seed: UInt64 = 1) throws -> Tensor {
        var streams = streams(0..<8, seed: seed)
        return try RandomisedMasking(alpha: alpha).copies(
            of: images, sensitivity: sensitivity(map: maps), streams: &streams)
    }

    /// Whether each pixel differs from the original, channel by channel: [image][channel][pixel].
    private func changes(_ masked: Tensor) throws -> [[[Bool]]] {
        let flat = try (masked .!= images).bools()
        return (0..<8).map { image in
            (0..<3).map { channel in
                let start = (image * 3 + channel) * 784
                return Array(flat[start..<start + 784])
            }
        }
    }

    @Test("changes suspects alone, about half of them, in all channels at once")
    func suspects() throws {
        let masked = try copy(alpha: 0.5)
        let suspects = try SuspectPixels.above(0.5, in: sensitivity(map: maps)).bools()
        let changes = try changes(masked)
        var (suspected, replaced, partly) = (0, 0, 0)
        for image in 0..<8 {
            for pixel in 0..<784 {
                let changed = changes[image].count { $0[pixel] }
                if !suspects[image * 784 + pixel] {
                    #expect(changed == 0)
                    continue
                }
                suspected += 1
                replaced += changed > 0 ? 1 : 0
                partly += (1...2).contains(changed) ? 1 : 0
            }
        }
        #expect(suspected > 4000 && suspected < 8 * 784)
        // Four standard deviations of as many coins.
        let deviation = (Double(suspected) / 4).squareRoot()
        #expect(abs(Double(replaced) - Double(suspected) / 2) < 4 * deviation)
        // A channel may be replaced by what it was, which happens to one in 90 or so.
        #expect(Double(partly) < 0.06 * Double(replaced))
    }

    @Test("draws whole numbers of 255ths with the image's own mean and deviation")
    func replacements() throws {
        // One image is darker and one narrower than the others.
        let shifts = try Tensor([Float(0), -0.2, 0, 0, 0, 0, 0, 0]).perRow(rank: 4)
        let images = try ((self.images + shifts) * 255).round() / 255
        var streams = streams(0..<8)
        let masked = try RandomisedMasking(alpha: 0).copies(
            of: images, sensitivity: sensitivity(map: maps), streams: &streams)
        let (values, originals) = (try masked.doubles(), try images.doubles())
        for image in 0..<8 {
            let range = image * 2352..<(image + 1) * 2352
            let drawn = range.filter { values[$0] != originals[$0] }.map { values[$0] }
            #expect(drawn.allSatisfy { abs($0 * 255 - ($0 * 255).rounded()) < 1e-4 })
            #expect(drawn.allSatisfy { 0 <= $0 && $0 <= 1 })
            let (mean, deviation) = moments(drawn)
            let (wantedMean, wantedDeviation) = moments(Array(originals[range]))
            #expect(abs(mean - wantedMean) < 0.012, "image \(image)")
            #expect(abs(deviation / wantedDeviation - 1) < 0.1, "image \(image)")
        }
    }

    @Test("stays in 0…1 where the image's own deviation would leave it")
    func clipping() throws {
        let extreme = try (images .> 0.5).to(.float32)
        var streams = streams(0..<8)
        let masked = try RandomisedMasking(alpha: 0).copies(
            of: extreme, sensitivity: sensitivity(map: maps), streams: &streams
        ).floats()
        #expect(masked.allSatisfy { 0 <= $0 && $0 <= 1 })
        #expect(masked.count { $0 > 0 && $0 < 1 } > 4000)
    }

    @Test("gives the same copy from the same streams, and another from others")
    func streamsDecide() throws {
        #expect(try copy(alpha: 0.3).bytes() == copy(alpha: 0.3).bytes())
        #expect(try copy(alpha: 0.3).bytes() != copy(alpha: 0.3, seed: 2).bytes())
    }

    @Test("gives another copy each time a stream is drawn from")
    func copiesDiffer() throws {
        var streams = streams(0..<8)
        let found = try sensitivity(map: maps)
        let masking = RandomisedMasking(alpha: 0.3)
        let copies = try (0..<3).map { _ in
            try masking.copies(of: images, sensitivity: found, streams: &streams).bytes()
        }
        #expect(Set(copies).count == 3)
    }

    @Test("masks an image in the same way whatever else is in its batch")
    func batches() throws {
        let whole = try copy(alpha: 0.3)
        let masking = RandomisedMasking(alpha: 0.3)
        for places in [[3], [7, 0], [5, 3, 1, 6]] {
            var streams = streams(places)
            let few = try masking.copies(
                of: images.rows(places), sensitivity: sensitivity(map: maps.rows(places)),
                streams: &streams)
            #expect(try few.bytes() == whole.rows(places).bytes())
        }
    }

    @Test("leaves the caller's images alone, and masks nothing where α is 1")
    func untouched() throws {
        let before = try images.bytes()
        _ = try copy(alpha: 0)
        #expect(try images.bytes() == before)
        #expect(try copy(alpha: 1).bytes() == before)
    }

    private func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return (mean, variance.squareRoot())
    }
}
