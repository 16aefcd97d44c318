import GRED
import GREDImages
import LibTorch

/// One inspected image as a picture to look at, in four panels side by side: the image; its sensitivity;
/// both in one, with the pixels that were masked; and the image with these replaced.
public enum InspectionPicture {
    /// - Parameters:
    ///   - images: the images that were inspected, `[N, C, H, W]` in 0…1.
    ///   - place: which of them.
    /// - Returns: the bytes of a PNG file, four times as wide as the image; one whose longer
    ///   side has less than 160 pixels is enlarged by the least whole number that mends it. In the second panel the most
    ///   sensitive pixel is pale yellow, one that is a hundred times less sensitive dark blue. In the third
    ///   these colours lie over the image in dim grey, the more opaque the more sensitive a pixel is, and
    ///   masked pixels are green.
    public static func png(of images: Tensor, _ inspection: Inspection, at place: Int) throws
        -> [UInt8]
    {
        let image = try images.rows([place]).to(.cpu)
        let masked = try inspection.masked.rows([place]).to(.cpu)
        let map = try ColourRamp.twoDecades(
            of: (inspection.sensitivity.rows([place]).logMap() / -InputSensitivity.logFloor + 1)
                .maximum(over: [1], keepDimensions: true)
        ).clamped(min: 0, max: 1).to(.cpu)
        let colours = try ColourRamp.image(of: map).unsqueezed(0)
        let dim = try inColour(image.mean([1], keepDimensions: true)) * 0.5
        // Less than a level of 256 makes.
        let isMasked = try (masked - image).abs().maximum(over: [1], keepDimensions: true) .> 1e-3
        let overlay = try isMasked.choose(
            Tensor(maskedColour, shape: [1, 3, 1, 1]), dim + (colours - dim) * map)
        return try PNG.encode(
            enlarged(
                .concatenated(
                    [inColour(image), colours, overlay, inColour(masked)], dimension: 3),
                by: enlargement(of: image)))
    }

    /// Pixels that the longer side of a panel has at least.
    static let leastSide = 160

    static func enlargement(of image: Tensor) -> Int {
        let side = max(image.shape[2], image.shape[3])
        return max((leastSide + side - 1) / side, 1)
    }

    /// Every pixel becomes a square.
    private static func enlarged(_ image: Tensor, by factor: Int) throws -> Tensor {
        let (channels, height, width) = (image.shape[1], image.shape[2], image.shape[3])
        return try image.reshaped([channels, height, 1, width, 1])
            .expanded([channels, height, factor, width, factor])
            .reshaped([channels, height * factor, width * factor])
    }

    /// Green, which no sensitivity has.
    static let maskedColour: [Float] = [0, 1, 0.6]

    /// Grey becomes colour; of other than one or three channels the first is shown.
    private static func inColour(_ image: Tensor) throws -> Tensor {
        if image.shape[1] == 3 { return image }
        let grey = try image.sliced(0..<1, dimension: 1)
        return try .concatenated([grey, grey, grey], dimension: 1)
    }
}
