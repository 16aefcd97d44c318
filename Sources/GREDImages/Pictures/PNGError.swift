import Foundation

/// What is wrong with a PNG file, or with pixels that should become one.
public enum PNGError: Error, Sendable, Equatable {
    /// The bytes are no PNG, or break off or are damaged within; `size` is how many they are.
    case damaged(size: Int, reason: String)
    /// The header claims more pixels than ``Picture/maximumPixels``, or than `size` bytes can hold.
    case tooLarge(width: Int, height: Int, size: Int)
    /// The pixel values to encode are not H·W·C, or C is neither 1 nor 3.
    case notAnImage(shape: ImageShape, found: Int)
    /// A scale below 1, or one that enlarges beyond ``Picture/maximumPixels``.
    case badScale(Int, shape: ImageShape)
    /// libpng refused to encode pixels that passed the checks here; `reason` is its own.
    case unwritable(shape: ImageShape, reason: String)
}

extension PNGError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        switch self {
        case .damaged(let size, let reason):
            "expected a whole PNG file, found \(size) bytes that are none (\(reason)); "
                + "check that the file is a PNG and complete"
        case .tooLarge(let width, let height, let size):
            "expected a PNG of at most \(Picture.maximumPixels) pixels and no more than its \(size) "
                + "bytes can hold, found \(width)×\(height); resize the image"
        case .notAnImage(let shape, let found):
            "expected \(shape) pixel values of 1 or 3 channels to encode, found \(found); "
                + "pass height × width × channels values"
        case .badScale(let scale, let shape):
            "expected a scale of 1 or more that gives at most \(Picture.maximumPixels) pixels, found "
                + "\(scale) for an image of \(shape); choose another"
        case .unwritable(let shape, let reason):
            "expected to encode an image of \(shape) as PNG, but libpng cannot (\(reason)); "
                + "choose a smaller image"
        }
    }
}
