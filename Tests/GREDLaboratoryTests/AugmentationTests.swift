import LibTorch
import Testing

@testable import GREDLaboratory

@Suite("Augmentation of training images")
struct AugmentationTests {
    private func images(_ shape: [Int]) throws -> Tensor {
        var stream = RandomStream(seed: 5, purpose: "augmented")
        // No pixel is 0, so that filled borders can be told from pixels.
        let count = shape.reduce(1, *)
        return try Tensor(stream.uniforms(count, in: 0.25...1), shape: shape)
    }

    private func applied(_ augmentation: Augmentation, to images: Tensor, seed: UInt64) throws
        -> Tensor
    {
        var stream = RandomStream(seed: seed, purpose: "augmentation")
        return try augmentation.applied(to: images, stream: &stream)
    }

    /// One image moved pixel by pixel: down and right by the given steps, black where nothing was.
    private func moved(
        _ pixels: ArraySlice<Float>, _ shape: [Int], down: Int, right: Int, mirrored: Bool
    ) -> [Float] {
        let (channels, height, width) = (shape[0], shape[1], shape[2])
        var result = [Float](repeating: 0, count: channels * height * width)
        for channel in 0..<channels {
            for row in 0..<height {
                for column in 0..<width {
                    let place = mirrored ? width - 1 - column : column
                    let (y, x) = (row - down, place - right)
                    guard (0..<height).contains(y), (0..<width).contains(x) else { continue }
                    result[(channel * height + row) * width + column] =
                        pixels[pixels.startIndex + (channel * height + y) * width + x]
                }
            }
        }
        return result
    }

    @Test("without shift and flips the images come back as they are")
    func identity() throws {
        let images = try images([3, 2, 4, 5])
        let result = try applied(.none, to: images, seed: 1)
        #expect(try result.floats() == images.floats())
    }

    @Test(
        "each image is an exact translation with a black border, mirrored only where allowed",
        arguments: [
            Augmentation(shift: 2, flips: false), Augmentation(shift: 0, flips: true),
            Augmentation(shift: 1, flips: true), .digits, .photographs,
        ])
    func translations(augmentation: Augmentation) throws {
        let shape = [3, 6, 7]
        let count = 40
        let images = try images([count] + shape)
        let result = try applied(augmentation, to: images, seed: 2)
        #expect(result.shape == images.shape)
        let (before, after) = (try images.floats(), try result.floats())
        let size = shape.reduce(1, *)
        var candidates: [[Int]] = []
        for down in -augmentation.shift...augmentation.shift {
            for right in -augmentation.shift...augmentation.shift {
                candidates += [[down, right, 0], [down, right, 1]]
            }
        }
        var moves: Set<[Int]> = []
        for index in 0..<count {
            let original = before[index * size..<(index + 1) * size]
            let found = Array(after[index * size..<(index + 1) * size])
            let fitting = candidates.filter {
                moved(original, shape, down: $0[0], right: $0[1], mirrored: $0[2] == 1) == found
            }
            #expect(fitting.count == 1, "image \(index)")
            moves.formUnion(fitting)
        }
        let sides = Set(moves.map { $0[2] })
        #expect(sides == (augmentation.flips ? [0, 1] : [0]))
        if augmentation.shift > 0 { #expect(Set(moves.map { $0[0] }).count > 1) }
    }

    @Test("the same stream gives the same images, another stream others")
    func followsTheStream() throws {
        let images = try images([8, 1, 9, 9])
        let first = try applied(.photographs, to: images, seed: 3).floats()
        #expect(try applied(.photographs, to: images, seed: 3).floats() == first)
        #expect(try applied(.photographs, to: images, seed: 4).floats() != first)
    }
}
