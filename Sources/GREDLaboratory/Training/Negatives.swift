import Foundation
import LibTorch

/// Clean images that were changed harmlessly: a detector that is to find attacks, and not whatever is
/// unusual, learns them as benign ("hard negatives").
struct Negatives {
    /// The L2 norms of the Gaussian noise, for an image of 3×32×32 pixels; drawn evenly on a
    /// logarithmic scale. An image of another size gets noise of the same strength a pixel.
    var noise: ClosedRange<Double> = 0.1...2

    /// A changed copy of each image, rounded to 8 bits.
    /// - Parameters:
    ///   - images: `[N, C, H, W]` in 0…1.
    ///   - first: the place of the first image among all, which its random numbers follow from.
    func copies(of images: Tensor, seed: UInt64, first: Int) throws -> Tensor {
        let size = images.count / max(images.shape[0], 1)
        let scale = (Double(size) / 3072).squareRoot()
        let (least, most) = (log(noise.lowerBound), log(noise.upperBound))
        let copies = try (0..<images.shape[0]).map { place in
            var stream = RandomStream(seed: seed, purpose: "negatives", index: first + place)
            let norm = exp(least + (most - least) * Double(stream.uniform())) * scale
            let shifts = try Tensor(stream.normals(size), shape: [1] + images.shape.dropFirst())
            let length = try shifts.rowNorms().item()
            return try shifts * (norm / length)
        }
        guard !copies.isEmpty else { return images }
        let shifted = try images + Tensor.concatenated(copies).to(images.device)
        return try (shifted.clamped(min: 0, max: 1) * 255).round() / 255
    }
}
