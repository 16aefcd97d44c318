import Foundation

/// Why images cannot be corrupted as asked.
public enum CorruptionError: Error, Sendable, Equatable {
    /// A setting outside its range.
    case badSetting(Corruption)
    /// A tensor that is not `[N, C, H, W]` with at least one value an image.
    case notImages(shape: [Int])
    /// A value outside 0…1, or not a number; images are counted from 0.
    case badPixel(Float, image: Int)
    /// Streams of random numbers for more or fewer images than there are.
    case otherCount(streams: Int, images: Int)
}

extension CorruptionError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        switch self {
        case .badSetting(let corruption):
            "expected \(corruption.permitted), found \(corruption.title); choose another"
        case .notImages(let shape):
            "expected images [N, C, H, W] with positive sides to corrupt, found a tensor of "
                + "\(shape); reshape it"
        case .badPixel(let value, let image):
            "expected pixels in 0…1 to corrupt, found \(value) in image \(image); divide 8-bit "
                + "pixels by 255"
        case .otherCount(let streams, let images):
            "expected a stream of random numbers for each of \(images) images, found \(streams); "
                + "pass one an image"
        }
    }
}

extension Corruption {
    /// The settings that its kind may have.
    fileprivate var permitted: String {
        switch self {
        case .noise: "noise of a finite L2 norm of 0 or more"
        case .jpeg: "a JPEG quality in 1…100"
        case .blur: "a blur of σ in 0…100 pixels"
        case .shift: "a shift by whole pixels"
        case .brightness: "a finite brightness factor of 0 or more"
        case .contrast: "a finite contrast factor of 0 or more"
        }
    }
}
