import GRED
import GREDImages
import LibTorch

/// One inspected image as a picture to look at: the image, its sensitivity, and the image with suspect
/// pixels replaced, side by side.
public enum InspectionPicture {
    /// - Parameters:
    ///   - images: the images that were inspected, `[N, C, H, W]` in 0…1.
    ///   - place: which of them.
    /// - Returns: the bytes of a PNG file, three times as wide as the image. In the middle the most
    ///   sensitive pixel is pale yellow, one that is a hundred times less sensitive dark blue.
    public static func png(of images: Tensor, _ inspection: Inspection, at place: Int) throws
        -> [UInt8]
    {
        let map = try
            (inspection.sensitivity.rows([place]).logMap() / -InputSensitivity.logFloor + 1)
            .maximum(over: [1], keepDimensions: true)
        let panels = [
            try inColour(images.rows([place])),
            try ColourRamp.image(of: ColourRamp.twoDecades(of: map)).unsqueezed(0),
            try inColour(inspection.masked.rows([place])),
        ]
        return try PNG.encode(.concatenated(panels.map { try $0.to(.cpu) }, dimension: 3))
    }

    /// Grey becomes colour; of other than one or three channels the first is shown.
    private static func inColour(_ image: Tensor) throws -> Tensor {
        if image.shape[1] == 3 { return image }
        let grey = try image.sliced(0..<1, dimension: 1)
        return try .concatenated([grey, grey, grey], dimension: 1)
    }
}
