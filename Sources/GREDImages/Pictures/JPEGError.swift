import Foundation

/// What is wrong with a JPEG file, or with pixels that should become one.
public enum JPEGError: Error, Sendable, Equatable {
    /// The bytes are no JPEG, or break off or are damaged within, or are of a kind that is not
    /// decoded (12 bits, two components); `size` is how many they are.
    case damaged(size: Int, reason: String)
    /// The header claims more pixels than ``Picture/maximumPixels``, or than `size` bytes can hold.
    case tooLarge(width: Int, height: Int, size: Int)
    /// The pixel values to encode are not H·W·C, C is neither 1 nor 3, or there are more than
    /// ``Picture/maximumPixels``.
    case notAnImage(shape: ImageShape, found: Int)
    /// A quality outside 1…100.
    case badQuality(Int)
    /// libjpeg refused to encode pixels that passed the checks here; `reason` is its own.
    case unwritable(shape: ImageShape, reason: String)
}

extension JPEGError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        switch self {
        case .damaged(let size, let reason):
            "expected a whole JPEG file of 8 bits, found \(size) bytes that are none (\(reason)); "
                + "check that the file is a JPEG and complete"
        case .tooLarge(let width, let height, let size):
            "expected a JPEG of at most \(Picture.maximumPixels) pixels and no more than its "
                + "\(size) bytes can hold, found \(width)×\(height); resize the image"
        case .notAnImage(let shape, let found):
            "expected \(shape) pixel values of 1 or 3 channels and at most "
                + "\(Picture.maximumPixels) pixels to encode, found \(found); pass height × width × "
                + "channels values"
        case .badQuality(let quality):
            "expected a JPEG quality in 1…100, found \(quality); choose another"
        case .unwritable(let shape, let reason):
            "expected to encode an image of \(shape) as JPEG, but libjpeg cannot (\(reason)); "
                + "choose a smaller image"
        }
    }
}
