import Foundation
import GRED
import GREDClassifiers
import LibTorch

/// Which pixels of an image are masked: those of Eq. 13, or a control.
public enum PixelChoice: String, Sendable, Codable {
    /// Those whose sensitivity is high in their image (Eq. 13).
    case sensitive
    /// As many, anywhere.
    case random
    /// None.
    case none

    /// The pixels, `[N, 1, H, W]` of booleans.
    /// - Parameters:
    ///   - heights: ``PixelHeights`` of the images.
    ///   - alphas: α of each image.
    ///   - streams: one an image, for the control.
    func pixels(
        _ heights: Tensor, alphas: [Double], streams: inout [RandomStream]
    ) throws -> Tensor {
        let limits = try Tensor(alphas.map(Float.init)).to(heights.device).perRow(rank: 4)
        let suspects = try heights .> limits
        switch self {
        case .sensitive: return suspects
        case .none: return try suspects .& (heights .> 2)
        case .random:
            let counts = try suspects.to(.float32).rowSums().ints()
            return try Self.anywhere(counts, like: heights, streams: &streams)
        }
    }

    /// So many pixels of each image, anywhere.
    static func anywhere(
        _ counts: [Int], like heights: Tensor, streams: inout [RandomStream]
    ) throws -> Tensor {
        let plane = heights.count / max(counts.count, 1)
        var flags = [Float](repeating: 0, count: heights.count)
        for (image, count) in counts.enumerated() {
            for pixel in streams[image].permutation(plane).prefix(count) {
                flags[image * plane + pixel] = 1
            }
        }
        return try Tensor(flags, shape: heights.shape).to(heights.device) .> 0.5
    }
}

/// Where each pixel's sensitivity lies between the least and the largest of its image: Eq. 13 suspects
/// those above α.
enum PixelHeights {
    /// `[N, 1, H, W]` in 0…1; a pixel's sensitivity is the largest over its channels.
    static func of(_ images: Tensor, in classifier: any Classifier) throws -> Tensor {
        try .concatenated(
            stride(from: 0, to: images.shape[0], by: 256).map { start in
                let batch = try images.sliced(start..<min(start + 256, images.shape[0])).toUnit()
                let map = try classifier.inputSensitivity(of: batch).pixelMap().unsqueezed(1)
                let least = try map.rowMinima().perRow(rank: 4)
                let span = try (map.rowMaxima().perRow(rank: 4) - least).clamped(min: 1e-38)
                return try (map - least) / span
            })
    }
}

/// Answers of a network on masked copies of images (Eqs. 13 and 14).
struct MaskedCopies {
    /// α of Eq. 13.
    var alpha: Double
    /// Which pixels are masked.
    var choice: PixelChoice
    /// K, the copies whose probabilities are averaged.
    var count: Int

    /// The label of each image.
    /// - Parameter heights: ``PixelHeights`` of the images.
    func labels(of network: any Classifier, _ images: Tensor, heights: Tensor) throws -> [Int] {
        try labels(ofEach: [network], images, heights: heights)[0]
    }

    /// The same of several networks, which are shown the same copies: drawing those takes long beside the
    /// pass of a small network.
    func labels(
        ofEach networks: [any Classifier], _ images: Tensor, heights: Tensor
    ) throws -> [[Int]] {
        var labels = [[Int]](repeating: [], count: networks.count)
        for start in stride(from: 0, to: images.shape[0], by: 256) {
            let range = start..<min(start + 256, images.shape[0])
            let batch = try images.sliced(range)
            guard choice != .none else {
                for (place, network) in networks.enumerated() {
                    labels[place] += try network.predictions(for: batch).ints()
                }
                continue
            }
            // A fixed key, as in all published tables: the same image has the same masks.
            var streams = try GuardKey.published.streams(for: batch)
            let alphas = range.map { _ in alpha }
            var totals: [Tensor] = []
            for _ in 0..<max(count, 1) {
                let suspects = try choice.pixels(
                    heights.sliced(range), alphas: alphas, streams: &streams)
                let masked = try RandomisedMasking(alpha: alpha).copies(
                    of: batch, suspects: suspects, streams: &streams)
                let said = try networks.map { try $0.logits(of: masked).softmax(1) }
                totals = try totals.isEmpty ? said : zip(totals, said).map { try $0 + $1 }
            }
            for (place, total) in totals.enumerated() {
                labels[place] += try total.argmax(1).ints()
            }
        }
        return labels
    }

    /// The mean share of pixels that Eq. 13 suspects; a coin spares half of them.
    static func suspectedShare(_ heights: Tensor, alpha: Double) throws -> Double {
        try (heights .> alpha).to(.float32).mean().item()
    }
}
