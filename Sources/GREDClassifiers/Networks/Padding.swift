import GREDImages
import LibTorch

/// A border that brings the sides of an image up to a multiple, as evenly as it can.
struct Padding {
    let left: Int
    let right: Int
    let top: Int
    let bottom: Int
    let value: Double

    init(_ shape: ImageShape, toMultipleOf step: Int, value: Double) {
        let wide = (step - shape.width % step) % step
        let high = (step - shape.height % step) % step
        (left, right) = (wide / 2, wide - wide / 2)
        (top, bottom) = (high / 2, high - high / 2)
        self.value = value
    }

    func applied(to images: Tensor) throws -> Tensor {
        guard left + right + top + bottom > 0 else { return images }
        return try images.padded(left: left, right: right, top: top, bottom: bottom, value: value)
    }
}
