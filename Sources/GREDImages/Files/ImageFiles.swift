import Foundation
import LibTorch

/// Images from files of several kinds, recognised by content: JPEG, PNG, idx (gzipped or not), and
/// safetensors with a tensor `images`.
public struct ImageFiles {
    /// `[N, C, H, W]`, float32. Values are as the file holds them: whoever uses them checks.
    public let images: Tensor
    /// One an image: the file's name, with the place in the file where it holds several.
    public let names: [String]

    /// Reads a file; 8-bit values are divided by 255, floats are taken as they are.
    ///
    /// - Parameters:
    ///   - shape: What a JPEG or PNG is made into; nil leaves it as it is. Images of other files
    ///     keep their shape.
    ///   - framing: How a picture of another size fills the shape; by default it is refused.
    /// - Throws: ``ImageFileFault``; ``IDXError`` for a damaged idx file; `TorchError` for a
    ///   damaged safetensors file.
    public init(
        _ url: URL, picturesAs shape: ImageShape? = nil, _ framing: Framing = .unscaled
    ) throws {
        let file = url.path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder),
            !isFolder.boolValue, let handle = FileHandle(forReadingAtPath: file)
        else { throw ImageFileFault.unreadable(path: file) }
        let start = (try? handle.read(upToCount: 9)) ?? Data()
        try? handle.close()

        if JPEG.begins(start) || PNG.begins(start) {
            images = try Self.picture(url, as: shape, framing)
            names = [url.lastPathComponent]
            return
        }
        if start.starts(with: [0x1F, 0x8B]) {
            images = try Self.idx(url)
        } else if start.count == 9, start.last == UInt8(ascii: "{") {
            // The header of a safetensors file follows eight bytes that state its length.
            images = try Self.safetensors(url)
        } else if start.starts(with: [0, 0]) {
            images = try Self.idx(url)
        } else {
            throw ImageFileFault.unknownKind(path: file)
        }
        names = (0..<images.shape[0]).map { "\(url.lastPathComponent)#\($0)" }
    }

    private static func picture(
        _ url: URL, as shape: ImageShape?, _ framing: Framing
    ) throws -> Tensor {
        var picture = try Picture(contentsOf: url)
        if let shape {
            do {
                picture = try picture.framed(framing, as: shape)
            } catch {
                throw ImageFileFault.picture(path: url.path, reason: "\(error)")
            }
        }
        return try Tensor(
            picture.planes, shape: [1, picture.channels, picture.height, picture.width]
        ).to(.float32) / 255
    }

    private static func idx(_ url: URL) throws -> Tensor {
        let idx = try IDX(.images, at: url)
        let sizes = idx.dimensions
        return try Tensor(idx.body, shape: [sizes[0], 1, sizes[1], sizes[2]]).to(.float32) / 255
    }

    private static func safetensors(_ url: URL) throws -> Tensor {
        let tensors = try Safetensors.read(url).tensors
        guard let images = tensors["images"] ?? (tensors.count == 1 ? tensors.first?.value : nil)
        else {
            throw ImageFileFault.noImages(path: url.path, found: tensors.keys.sorted())
        }
        guard images.rank == 4, let type = images.dtype else {
            throw ImageFileFault.shape(path: url.path, found: images.shape)
        }
        return type == .uint8 ? try images.to(.float32) / 255 : try images.to(.float32)
    }
}

/// A file that holds no images that can be read.
public enum ImageFileFault: Error, Equatable, CustomStringConvertible {
    /// Nothing is there, or a folder, or a file that may not be read.
    case unreadable(path: String)
    /// The first bytes are those of no kind of file that is read here.
    case unknownKind(path: String)
    /// A JPEG or PNG that cannot be decoded or given the shape wanted; `reason` says why in a
    /// sentence.
    case picture(path: String, reason: String)
    /// A safetensors file with no tensor `images` and no single one to take instead; `found` has
    /// the names that it holds.
    case noImages(path: String, found: [String])
    /// The tensor in a safetensors file does not have the four dimensions of images.
    case shape(path: String, found: [Int])

    public var description: String {
        switch self {
        case .unreadable(let path): "\(path) cannot be read: check the path."
        case .unknownKind(let path):
            "\(path) is none of the files that are read here: give a JPEG, a PNG, an idx or a safetensors file."
        case .picture(let path, let reason): "\(path): \(reason)"
        case .noImages(let path, let found):
            "\(path) holds the tensors \(found.joined(separator: ", ")): the images must be named 'images'."
        case .shape(let path, let found):
            "\(path) holds a tensor of shape \(found), and images are N×C×H×W."
        }
    }
}
