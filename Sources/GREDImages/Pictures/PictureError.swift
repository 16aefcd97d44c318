import Foundation

/// Why a file gives no picture of the shape wanted.
public enum PictureError: Error, Sendable, Equatable {
    /// The first bytes are neither a JPEG's nor a PNG's; `size` is how many there are.
    case unknownKind(size: Int)
    /// A shape that no picture can be given: an empty side, other than 1 or 3 channels, or more
    /// than ``Picture/maximumPixels``.
    case badShape(ImageShape)
    /// A picture of another size, where none may be scaled.
    case otherSize(ImageShape, expected: ImageShape)
    /// The shorter side would be too short to cut the shape out.
    case shortSide(Int, shape: ImageShape)
    /// A long narrow picture would have more than ``Picture/maximumPixels`` once it is scaled.
    case hugeWhenScaled(shape: ImageShape, shorterSide: Int)
}

extension PictureError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        switch self {
        case .unknownKind(let size):
            "expected a JPEG or PNG file, found \(size) bytes that begin as neither; convert the "
                + "image"
        case .badShape(let shape):
            "expected a shape of 1 or 3 channels, positive sides and at most "
                + "\(Picture.maximumPixels) pixels for pictures, found \(shape); name another"
        case .otherSize(let found, let expected):
            "expected a picture of \(expected), found one of \(found); say how pictures are to be "
                + "scaled, or bring one of that size"
        case .shortSide(let side, let shape):
            "expected pictures scaled to a shorter side of at least "
                + "\(max(shape.height, shape.width)) to cut \(shape) out, found \(side); name a "
                + "longer side"
        case .hugeWhenScaled(let shape, let side):
            "expected at most \(Picture.maximumPixels) pixels once the shorter side is scaled to "
                + "\(side), found a picture of \(shape); cut the picture"
        }
    }
}
