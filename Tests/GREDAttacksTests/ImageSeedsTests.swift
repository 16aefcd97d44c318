import LibTorch
import Testing

@testable import GREDAttacks

struct ImageSeedsTests {
    @Test("An image draws the same numbers in whatever batch it stands")
    func position() throws {
        let whole = ImageSeeds(seed: 4, range: 10..<20)
        let part = ImageSeeds(seed: 4, indices: [17, 12])
        for (place, index) in part.indices.enumerated() {
            var one = part.stream(at: place, purpose: "a test")
            var other = whole.stream(at: index - 10, purpose: "a test")
            #expect(one.uniforms(5, in: 0...1) == other.uniforms(5, in: 0...1))
        }
    }

    @Test("Seeds, images and purposes have numbers of their own")
    func difference() {
        var streams = [
            ImageSeeds(seed: 4, range: 0..<2).stream(at: 0, purpose: "a test"),
            ImageSeeds(seed: 4, range: 0..<2).stream(at: 1, purpose: "a test"),
            ImageSeeds(seed: 5, range: 0..<2).stream(at: 0, purpose: "a test"),
            ImageSeeds(seed: 4, range: 0..<2).stream(at: 0, purpose: "another"),
        ]
        let numbers = streams.indices.map { streams[$0].next() }
        #expect(Set(numbers).count == 4)
    }

    @Test("Noise is shaped like the images, and each image's is its own")
    func noise() throws {
        try Engine.setThreadCount(1)
        let images = try Tensor.zeros([3, 2, 4, 5])
        let noise = try ImageSeeds(seed: 1, indices: [6, 8, 6])
            .uniformNoise(like: images, purpose: "a test")
        #expect(noise.shape == [3, 2, 4, 5])
        #expect(try noise.floats().allSatisfy { (-1...1).contains($0) })
        #expect(try noise.rows([0]).bytes() == noise.rows([2]).bytes())
        #expect(try noise.rows([0]).bytes() != noise.rows([1]).bytes())
    }
}
