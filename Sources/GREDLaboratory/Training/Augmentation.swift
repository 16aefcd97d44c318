import LibTorch

/// How training images are varied.
public struct Augmentation: Sendable, Hashable, Codable {
    /// The largest shift in pixels, each way; the border is filled with black.
    public var shift: Int
    /// Whether half of the images are mirrored.
    public var flips: Bool

    /// Names both.
    public init(shift: Int, flips: Bool) {
        self.shift = shift
        self.flips = flips
    }

    /// Leaves images as they are.
    public static let none = Augmentation(shift: 0, flips: false)
    /// Digits must not be mirrored.
    public static let digits = Augmentation(shift: 2, flips: false)
    /// The usual crops and flips of CIFAR-10.
    public static let photographs = Augmentation(shift: 4, flips: true)

    /// - Parameter images: `[N, C, H, W]` in 0…1.
    public func applied(to images: Tensor, stream: inout RandomStream) throws -> Tensor {
        guard shift > 0 || flips else { return images }
        let shape = images.shape
        let (height, width) = (shape[2], shape[3])
        // One gather over flattened pixels: for each target pixel, the place it comes from in the
        // padded image, so a batch costs one operator however it is shifted.
        let padded = try images.padded(left: shift, right: shift, top: shift, bottom: shift)
        let wide = width + 2 * shift
        var sources: [Int] = []
        sources.reserveCapacity(shape[0] * height * width)
        for _ in 0..<shape[0] {
            let down = Int.random(in: 0...2 * shift, using: &stream)
            let right = Int.random(in: 0...2 * shift, using: &stream)
            let mirrored = flips && Bool.random(using: &stream)
            for row in 0..<height {
                let start = (row + down) * wide + right
                if mirrored {
                    for column in (0..<width).reversed() { sources.append(start + column) }
                } else {
                    for column in 0..<width { sources.append(start + column) }
                }
            }
        }
        let places = try Tensor(sources, shape: [shape[0], 1, height * width])
            .to(images.device)
            .expanded([shape[0], shape[1], height * width])
        return try padded.flattened(from: 2).gathered(places).reshaped(shape)
    }
}
