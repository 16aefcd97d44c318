import Foundation
import GREDImages
import LibTorch

/// Perturbations that no attack made: tiles of one sign, as strong as what lies far past the boundary.
///
/// Gradients leave fine patterns, and a network that learns from such attacks alone overlooks the coarse ones
/// of an attack that knows only logits. A forgery mostly fools nobody: it is there for its looks.
package struct Forgeries: Encodable, Sendable {
    /// The L∞ norms, for pixels in 0…1; drawn evenly on a logarithmic scale.
    var radius: ClosedRange<Double>
    /// One image of so many is forged.
    package var every = 3
    /// The fewest pixels of a tile.
    package var leastTile = 1

    /// - Parameter radius: the L∞ norm that attacks are mostly judged at.
    package init(around radius: Double) { self.radius = radius / 2...radius * 1.75 }

    /// A forged copy of every ``every``-th image, rounded to 8 bits.
    /// - Parameters:
    ///   - images: `[N, C, H, W]` in 0…1.
    ///   - first: the place of the first image among all, which its random numbers follow from.
    /// - Returns: nil where there are no images.
    package func copies(of images: Tensor, seed: UInt64, first: Int) throws -> Tensor? {
        let places = Array(stride(from: 0, to: images.shape[0], by: every))
        guard !places.isEmpty, let shape = ImageShape(of: images) else { return nil }
        let perturbations = places.flatMap { place in
            var stream = RandomStream(seed: seed, purpose: "forgeries", index: first + place)
            return perturbation(of: shape, &stream)
        }
        let forged =
            try images.rows(places)
            + Tensor(perturbations, shape: [places.count] + images.shape.dropFirst()).to(
                images.device)
        return try (forged.clamped(min: 0, max: 1) * 255).round() / 255
    }

    /// Tiles whose sides are powers of two, up to a quarter of the image's, and begin anywhere; each channel
    /// has signs of its own, or all have the same.
    private func perturbation(of shape: ImageShape, _ stream: inout RandomStream) -> [Float] {
        /// The exponent of the largest side.
        func most(_ whole: Int) -> Int {
            var most = 0
            while 4 << (most + 1) <= whole { most += 1 }
            return most
        }
        let (tallest, widest) = (most(shape.height), most(shape.width))
        var (height, width) = (0, 0)
        repeat {
            height = 1 << Int.random(in: 0...tallest, using: &stream)
            width = 1 << Int.random(in: 0...widest, using: &stream)
        } while height * width < min(leastTile, 1 << (tallest + widest))
        let (down, right) = (
            Int.random(in: 0..<height, using: &stream), Int.random(in: 0..<width, using: &stream)
        )
        let epsilon = Float(
            exp(Double.random(in: log(radius.lowerBound)...log(radius.upperBound), using: &stream)))
        let rows = (shape.height + down - 1) / height + 1
        let columns = (shape.width + right - 1) / width + 1
        let isGrey = Bool.random(using: &stream)
        let signs = (0..<(isGrey ? 1 : shape.channels) * rows * columns).map { _ in
            Bool.random(using: &stream) ? epsilon : -epsilon
        }
        var values: [Float] = []
        values.reserveCapacity(shape.count)
        for channel in 0..<shape.channels {
            let plane = isGrey ? 0 : channel * rows * columns
            for y in 0..<shape.height {
                let row = plane + (y + down) / height * columns
                for x in 0..<shape.width { values.append(signs[row + (x + right) / width]) }
            }
        }
        return values
    }
}
