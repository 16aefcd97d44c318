import LibTorch

/// Replaces suspect pixels at random, so that whatever an attack wrote there is lost (paper,
/// Eq. 14).
///
/// Each suspect pixel is kept or replaced with equal odds; a replacement is drawn from a normal
/// distribution with the image's own mean and deviation, rounded to a whole number and clipped to
/// 0…255. All channels of a pixel share the decision.
public struct RandomisedMasking: Sendable, Hashable, Codable {
    /// α of Eq. 13: a larger one masks fewer pixels.
    public var alpha: Double

    /// - Parameter alpha: in 0…1; not checked here.
    public init(alpha: Double) { self.alpha = alpha }

    /// One masked copy of each image.
    /// - Parameters:
    ///   - images: `[N, C, H, W]` in 0…1.
    ///   - streams: one an image; each is drawn from, so the next copy differs.
    public func copies(
        of images: Tensor, sensitivity: InputSensitivity, streams: inout [RandomStream]
    ) throws -> Tensor {
        try copies(
            of: images, suspects: SuspectPixels.above(alpha, in: sensitivity), streams: &streams)
    }

    /// One masked copy of each image, whose suspect pixels are known.
    /// - Parameters:
    ///   - images: `[N, C, H, W]` in 0…1.
    ///   - suspects: `[N, 1, H, W]` of booleans.
    ///   - streams: one an image; each is drawn from, so the next copy differs.
    public func copies(
        of images: Tensor, suspects: Tensor, streams: inout [RandomStream]
    ) throws -> Tensor {
        let shape = images.shape
        let (channels, plane) = (shape[1], shape[2] * shape[3])
        let suspected = try suspects.to(.uint8).bytes()
        var replaced: [UInt8] = []
        var normals: [Float] = []
        replaced.reserveCapacity(suspected.count)
        normals.reserveCapacity(images.count)
        for index in streams.indices {
            let coins = streams[index].uniforms(plane, in: 0...1)
            let own = coins.indices.map { coins[$0] < 0.5 ? suspected[index * plane + $0] : 0 }
            normals += streams[index].normals(channels * plane) { own[$0 % plane] != 0 }
            replaced += own
        }
        let isReplaced = try Tensor(replaced, shape: suspects.shape).to(.bool)
            .to(images.device)
        let normal = try Tensor(normals, shape: shape).to(images.device)

        let mean = try images.mean([1, 2, 3], keepDimensions: true)
        let deviation = try (images - mean).square().mean([1, 2, 3], keepDimensions: true).sqrt()
        let random = try ((normal * deviation + mean) * 255).round().clamped(min: 0, max: 255) / 255
        return try isReplaced.choose(random, images)
    }
}
