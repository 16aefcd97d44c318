import Foundation
import GREDImages
import LibTorch

/// Clean images that were changed harmlessly: a detector that is to find attacks, and not whatever is
/// unusual, learns them as benign ("hard negatives").
///
/// Most carry Gaussian noise, without which a network that sees the image takes noise for an
/// attack; the others are recompressed, blurred, shifted, or made lighter or darker.
package struct Negatives: Encodable {
    package init() {}

    /// The L2 norms of the noise, for an image of 3×32×32 pixels; drawn evenly on a logarithmic scale.
    /// An image of another size gets noise of the same strength a pixel.
    var noise: ClosedRange<Double> = 0.2...2
    /// JPEG's qualities.
    var quality: ClosedRange<Int> = 50...95
    /// The blur's deviations, in pixels.
    var blur: ClosedRange<Double> = 0.3...1
    /// The longest shift, in pixels.
    var shift = 2
    /// Factors on brightness and on contrast.
    var factor: ClosedRange<Double> = 0.8...1.2

    /// A changed copy of each image, rounded to 8 bits.
    /// - Parameters:
    ///   - images: `[N, C, H, W]` in 0…1.
    ///   - first: the place of the first image among all, which its random numbers follow from.
    package func copies(of images: Tensor, seed: UInt64, first: Int) throws -> Tensor {
        let copies = try (0..<images.shape[0]).map { place in
            var stream = Self.stream(seed: seed, index: first + place)
            let image = try images.sliced(place..<place + 1)
            let corruption = corruption(of: image, &stream)
            var streams = [stream]
            return try corruption.applied(to: image, streams: &streams)
        }
        return copies.isEmpty ? images : try .concatenated(copies)
    }

    /// What the change of an image is drawn from.
    package static func stream(seed: UInt64, index: Int) -> RandomStream {
        RandomStream(seed: seed, purpose: "negatives", index: index)
    }

    package func corruption(of image: Tensor, _ stream: inout RandomStream) -> Corruption {
        func drawn(_ range: ClosedRange<Double>) -> Double {
            Double.random(in: range, using: &stream)
        }
        switch Int.random(in: 0..<12, using: &stream) {
        case let kind where kind < 2 && [1, 3].contains(image.shape[1]):
            return .jpeg(quality: Int.random(in: quality, using: &stream))
        case 0, 1, 2: return .blur(sigma: drawn(blur))
        case 3:
            return .shift(
                right: Int.random(in: -shift...shift, using: &stream),
                down: Int.random(in: -shift...shift, using: &stream))
        case 4:
            return Bool.random(using: &stream)
                ? .brightness(factor: drawn(factor)) : .contrast(factor: drawn(factor))
        default:
            let scale = (Double(image.count) / 3072).squareRoot()
            return .noise(l2: exp(drawn(log(noise.lowerBound)...log(noise.upperBound))) * scale)
        }
    }
}
