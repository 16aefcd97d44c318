import LibTorch

/// How a picture of any size fills the height and width that a classifier takes.
public enum Framing: Sendable, Hashable {
    /// Scaled until the shorter side has so many pixels, then the middle cut out: torchvision's
    /// `Resize(shorterSide)` and `CenterCrop`.
    case crop(shorterSide: Int)
    /// Only pictures of the very size are taken, and others refused.
    case unscaled
    /// Each side scaled on its own, so that proportions may change: torchvision's `Resize((H, W))`.
    case stretch

    /// Cuts out as much as fills `shape`: a picture of that very size stays as it is.
    public static func filling(_ shape: ImageShape) -> Framing {
        .crop(shorterSide: max(shape.height, shape.width))
    }

    /// Whether some picture can be given this shape.
    func check(_ shape: ImageShape) throws {
        guard shape.isPositive, shape.channels == 1 || shape.channels == 3,
            shape.count / shape.channels <= Picture.maximumPixels
        else { throw PictureError.badShape(shape) }
        if case .crop(let side) = self, side < max(shape.height, shape.width) {
            throw PictureError.shortSide(side, shape: shape)
        }
    }
}

extension Picture {
    /// The picture as an image of `shape`: its colours converted, scaled and cut.
    ///
    /// Scaling is bilinear with antialiasing, as torchvision's, and differs from it by 1 at most in
    /// 0…255. Between kinds of processors it may differ by as much.
    ///
    /// - Parameter shape: 1 or 3 channels.
    /// - Throws: ``PictureError``.
    public func framed(_ framing: Framing, as shape: ImageShape) throws -> Picture {
        try framing.check(shape)
        let picture = converted(toChannels: shape.channels)
        let shorterSide: Int
        switch framing {
        case .unscaled:
            guard height == shape.height, width == shape.width else {
                throw PictureError.otherSize(self.shape, expected: shape)
            }
            return picture
        case .stretch: return try picture.scaled(toHeight: shape.height, width: shape.width)
        case .crop(let side): shorterSide = side
        }
        let shorter = min(width, height)
        // Rounded down, as torchvision does.
        func side(_ length: Int) -> Int { length * shorterSide / shorter }
        guard shorterSide <= Self.maximumPixels,
            ImageShape(channels: 1, height: side(height), width: side(width)).count
                <= Self.maximumPixels
        else { throw PictureError.hugeWhenScaled(shape: self.shape, shorterSide: shorterSide) }
        return try picture.scaled(toHeight: side(height), width: side(width))
            .centre(height: shape.height, width: shape.width)
    }

    /// `[C, H, W]`, as ``ImageSet`` holds them.
    public var planes: [UInt8] {
        guard channels > 1 else { return pixels }
        var planes: [UInt8] = []
        planes.reserveCapacity(pixels.count)
        for channel in 0..<channels {
            for place in stride(from: channel, to: pixels.count, by: channels) {
                planes.append(pixels[place])
            }
        }
        return planes
    }

    /// From RGB to grey by ITU-R 601-2 luma, in Pillow's whole numbers; from grey to three equal
    /// channels.
    func converted(toChannels wanted: Int) -> Picture {
        guard wanted != channels else { return self }
        var converted: [UInt8] = []
        converted.reserveCapacity(width * height * wanted)
        if wanted == 3 {
            for value in pixels { for _ in 0..<3 { converted.append(value) } }
        } else {
            for red in stride(from: 0, to: pixels.count, by: 3) {
                let luma =
                    19_595 * Int(pixels[red]) + 38_470 * Int(pixels[red + 1])
                    + 7_471 * Int(pixels[red + 2])
                converted.append(UInt8((luma + 0x8000) >> 16))
            }
        }
        return Picture(pixels: converted, width: width, height: height, channels: wanted)
    }

    func scaled(toHeight high: Int, width wide: Int) throws -> Picture {
        guard high != height || wide != width else { return self }
        // Channels innermost in memory, so that nothing is laid out anew before or after.
        let image = try Tensor(pixels, shape: [1, height, width, channels]).permuted([0, 3, 1, 2])
        let scaled = try image.scaled(toHeight: high, width: wide)
        return Picture(
            pixels: try scaled.permuted([0, 2, 3, 1]).bytes(), width: wide, height: high,
            channels: channels)
    }

    /// The middle; where it cannot be met exactly, a half is rounded to even as torchvision does.
    func centre(height high: Int, width wide: Int) -> Picture {
        guard high != height || wide != width else { return self }
        let top = Int((Double(height - high) / 2).rounded(.toNearestOrEven))
        let left = Int((Double(width - wide) / 2).rounded(.toNearestOrEven))
        var middle: [UInt8] = []
        middle.reserveCapacity(high * wide * channels)
        for y in top..<(top + high) {
            let start = (y * width + left) * channels
            middle += pixels[start..<(start + wide * channels)]
        }
        return Picture(pixels: middle, width: wide, height: high, channels: channels)
    }
}

extension Tensor {
    private static let bilinear = Operator("aten::_upsample_bilinear2d_aa")

    /// Images `[N, C, H, W]` of bytes at another size, bilinear with antialiasing.
    func scaled(toHeight high: Int, width wide: Int) throws -> Tensor {
        try Self.bilinear(.tensor(self), .ints([high, wide]), false)
    }
}
