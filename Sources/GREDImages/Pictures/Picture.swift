import CCodecs
import Foundation

/// One decoded image file: 8-bit pixels of any size.
///
/// Pixels are those that Pillow gives (`Image.open(file)`, turned by `ImageOps.exif_transpose`), so
/// that a classifier sees here what it saw in PyTorch.
public struct Picture: Sendable, Equatable {
    /// `[H, W, C]`, row-major with the channels innermost, 0…255.
    public let pixels: [UInt8]
    /// In pixels.
    public let width: Int
    /// In pixels.
    public let height: Int
    /// 1 for grey, 3 for red, green and blue.
    public let channels: Int

    /// The most pixels that a file may claim, 2²⁶; one that claims more is refused before memory
    /// is taken for it.
    public static let maximumPixels = 1 << 26

    /// For parts that are known to fit.
    init(pixels: [UInt8], width: Int, height: Int, channels: Int) {
        self.pixels = pixels
        self.width = width
        self.height = height
        self.channels = channels
    }

    /// C, H and W.
    public var shape: ImageShape { ImageShape(channels: channels, height: height, width: width) }
}

extension Picture {
    /// Decodes a JPEG or PNG, told by its first bytes, and turns it as its EXIF block says.
    ///
    /// - Parameter bytes: The whole file.
    /// - Throws: `JPEGError`, `PNGError`, or ``PictureError/unknownKind(size:)``.
    public static func decode(_ bytes: [UInt8]) throws -> Picture {
        if JPEG.begins(bytes) {
            let orientation = JPEG.orientation(of: bytes)
            return try JPEG.decode(bytes).turned(orientation)
        }
        if PNG.begins(bytes) {
            let orientation = PNG.orientation(of: bytes)
            return try PNG.decode(bytes).turned(orientation)
        }
        throw PictureError.unknownKind(size: bytes.count)
    }

    /// The shape that ``decode(_:)`` would give, from the header alone.
    static func shape(of bytes: [UInt8]) throws -> ImageShape {
        let header: codec_header
        let orientation: Orientation
        if JPEG.begins(bytes) {
            header = try JPEG.header(of: bytes)
            orientation = JPEG.orientation(of: bytes)
        } else if PNG.begins(bytes) {
            header = try PNG.header(of: bytes)
            orientation = PNG.orientation(of: bytes)
        } else {
            throw PictureError.unknownKind(size: bytes.count)
        }
        let (width, height) = (Int(header.width), Int(header.height))
        return ImageShape(
            channels: header.channels == 1 ? 1 : 3, height: orientation.swapsSides ? width : height,
            width: orientation.swapsSides ? height : width)
    }
}

extension Picture {
    /// Reads a file and decodes it as ``decode(_:)`` does.
    ///
    /// - Throws: ``ImageFileFault``, which names the file.
    public init(contentsOf url: URL) throws {
        guard let bytes = try? Data(contentsOf: url) else {
            throw ImageFileFault.unreadable(path: url.path)
        }
        do {
            self = try Self.decode([UInt8](bytes))
        } catch {
            throw ImageFileFault.picture(path: url.path, reason: "\(error)")
        }
    }
}
