import Foundation

/// What is wrong with a JPEG file.
public enum JPEGError: Error, Sendable, Equatable {
    /// The bytes are no JPEG, or break off or are damaged within, or are of a kind that is not
    /// decoded (12 bits, two components); `size` is how many they are.
    case damaged(size: Int, reason: String)
    /// The header claims more pixels than ``Picture/maximumPixels``, or than `size` bytes can hold.
    case tooLarge(width: Int, height: Int, size: Int)
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
        }
    }
}
