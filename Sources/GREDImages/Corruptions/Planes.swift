/// One image while it is being changed: values that may lie between and beyond those of 8 bits.
struct Planes: Equatable {
    let shape: ImageShape
    /// `[C, H, W]`, row-major, in 0…1 for an image that needs no clamping.
    var values: [Double]

    /// Clamped and rounded to 0…255, halves to even as in PyTorch.
    var bytes: [UInt8] {
        values.map { UInt8((min(max($0, 0), 1) * 255).rounded(.toNearestOrEven)) }
    }
}
