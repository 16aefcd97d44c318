/// A change that befalls images without malice: what a sensor, a file format or a careless copy does.
///
/// A guard must not take such images for adversarial ones. They serve as hard negatives where a
/// guard is trained, and show its false positives where it is measured.
///
/// ```swift
/// let images = try set.tensor(0..<16)
/// var streams = (0..<16).map { RandomStream(seed: 1, purpose: "corruptions", index: $0) }
/// let noisy = try Corruption.noise(l2: 0.4).applied(to: images, streams: &streams)
/// ```
///
/// The kinds are among those of Hendrycks and Dietterich, *Benchmarking Neural Network Robustness to
/// Common Corruptions and Perturbations* (2019); the settings here are sizes in units of their own,
/// not their five severities.
public enum Corruption: Sendable, Hashable, Codable {
    /// Gaussian noise in a direction of its own for each image, scaled to exactly this L2 norm over
    /// all of the image's C·H·W values in 0…1; clamping and rounding come after. 0 or more.
    case noise(l2: Double)
    /// Saved as a JPEG and read again: grey for one channel, otherwise RGB with chroma at half the
    /// sides (4:2:0), as ``JPEG/encode(pixels:width:height:channels:quality:)`` does. In 1…100.
    /// The images must have 1 or 3 channels.
    case jpeg(quality: Int)
    /// Gaussian blur of this standard deviation, in 0…100 pixels, cut off at 4σ; beyond the edge
    /// lie copies of the edge pixels.
    case blur(sigma: Double)
    /// Moved by whole pixels, to the left and up where negative; what comes in from beyond the edge
    /// are copies of the edge pixels.
    case shift(right: Int, down: Int)
    /// Each value multiplied, as Pillow's `ImageEnhance.Brightness` does. 0 or more; 1 changes
    /// nothing.
    case brightness(factor: Double)
    /// Each value's distance from the mean of all of the image's values multiplied. 0 or more; 1
    /// changes nothing. Pillow's and torchvision's mean is that of the luma, which differs for
    /// colour.
    case contrast(factor: Double)
}

extension Corruption {
    /// For tables, for example `noise, L2 0.4`, `JPEG quality 75` or `shift 1 right, 2 down`.
    public var title: String {
        switch self {
        case .noise(let l2): "noise, L2 \(Self.plain(l2))"
        case .jpeg(let quality): "JPEG quality \(quality)"
        case .blur(let sigma): "blur σ \(Self.plain(sigma))"
        case .shift(let right, let down): "shift " + Self.way(right: right, down: down)
        case .brightness(let factor): "brightness × \(Self.plain(factor))"
        case .contrast(let factor): "contrast × \(Self.plain(factor))"
        }
    }

    /// Whole numbers without a fraction.
    private static func plain(_ number: Double) -> String {
        let text = "\(number)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static func way(right: Int, down: Int) -> String {
        var parts: [String] = []
        if right != 0 { parts.append("\(right.magnitude) \(right > 0 ? "right" : "left")") }
        if down != 0 { parts.append("\(down.magnitude) \(down > 0 ? "down" : "up")") }
        return parts.isEmpty ? "0" : parts.joined(separator: ", ")
    }
}

extension Corruption {
    /// Refuses a setting outside its range, as ``applied(to:streams:)`` would.
    ///
    /// - Throws: ``CorruptionError/badSetting(_:)``.
    public func check() throws {
        let isGood =
            switch self {
            case .jpeg(let quality): (1...100).contains(quality)
            case .blur(let sigma): (0...100).contains(sigma)
            case .shift: true
            case .noise(let size), .brightness(let size), .contrast(let size):
                (0..<Double.infinity).contains(size)
            }
        guard isGood else { throw CorruptionError.badSetting(self) }
    }
}
