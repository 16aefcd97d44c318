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
        let (channels, plane) = (images.shape[1], images.shape[2] * images.shape[3])
        let suspected = try suspects.to(.uint8).bytes()
        // What is rounded has no gradient, so nothing is lost by leaving the tensors.
        let pixels = try images.detached()
        let mean = try pixels.mean([1, 2, 3], keepDimensions: true)
        let deviations = try (pixels - mean).square().mean([1, 2, 3]).sqrt().floats()
        let means = try mean.floats()
        var replaced: [UInt8] = []
        var random: [Float] = []
        replaced.reserveCapacity(suspected.count)
        random.reserveCapacity(images.count)
        for index in streams.indices {
            let coins = streams[index].uniforms(plane, in: 0...1)
            let own = coins.indices.map { coins[$0] < 0.5 ? suspected[index * plane + $0] : 0 }
            let everywhere = [[UInt8]](repeating: own, count: channels).flatMap { $0 }
            let normals = streams[index].normals(channels * plane) { everywhere[$0] != 0 }
            for (place, normal) in normals.enumerated() {
                guard everywhere[place] != 0 else {
                    random.append(0)
                    continue
                }
                let value = ((normal * deviations[index] + means[index]) * 255)
                    .rounded(.toNearestOrEven)
                random.append(min(max(value, 0), 255) / 255)
            }
            replaced += own
        }
        return try Tensor(replaced, shape: suspects.shape).to(.bool).to(images.device)
            .choose(Tensor(random, shape: images.shape).to(images.device), images)
    }
}
