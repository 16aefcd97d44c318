import GREDImages
import LibTorch

/// Anything that gives each image a score for each class.
///
/// Images are float32 in 0…1, `[N, C, H, W]`. Normalisation, padding and resizing belong inside,
/// so that an attack touches real pixels only and nobody can forget them.
public protocol Classifier {
    /// The shape of one image.
    var inputShape: ImageShape { get }
    /// One name a class, in the order of the logits.
    var classNames: [String] { get }
    /// Where its weights are, and where images must be.
    var device: Device { get }

    /// Moves the weights to a device.
    func move(to device: Device) throws

    /// The logits of images, `[N, L]`. A pass never changes the classifier: it is a function.
    func logits(of images: Tensor) throws -> Tensor

    /// A classifier that says the same, to rounding in this precision, and is made for being asked
    /// often: its weights are fixed and rewritten for speed. For the search of an attack; what an
    /// attack claims is judged by the classifier itself.
    func frozen(_ precision: Precision) throws -> any Classifier

    /// A copy whose gradients have gradients, every kink rounded off over about 1/`sharpness`, to
    /// attack what reads the classifier's gradient: a network of ReLUs has hardly any second
    /// derivatives of its own. What is found is judged by the classifier itself.
    /// - Throws: `ProgramFault` where an operator cannot be written so.
    func smoothed(sharpness: Double) throws -> any Classifier

    /// About how many bytes a pass keeps for each image while a gradient is to be taken; nil where
    /// that is not known.
    func bytesPerImage() throws -> Int?
}

extension Classifier {
    /// The classifier itself, where nothing is known that would be faster.
    public func frozen(_ precision: Precision) throws -> any Classifier { self }

    /// The classifier itself: taken to be smooth where nothing else is known.
    public func smoothed(sharpness: Double) throws -> any Classifier { self }

    /// Not known.
    public func bytesPerImage() throws -> Int? { nil }

    /// As ``frozen(_:)``, in float32.
    public func frozen() throws -> any Classifier { try frozen(.float32) }

    /// L, the number of classes.
    public var classCount: Int { classNames.count }

    /// The likeliest class of each image, `[N]`, of int64.
    public func predictions(for images: Tensor) throws -> Tensor {
        try logits(of: images).argmax(1)
    }

    /// Checks images before anything is done with them, clamps what rounding left outside 0…1, and
    /// moves them to the classifier's device.
    /// - Returns: the images, within 0…1.
    /// - Throws: `TorchError.wrongElementType` for another type than float32, and
    ///   ``InputFault`` for another shape, for NaN, and for values outside 0…1 by more than
    ///   a millionth, naming the value and the image.
    public func admitted(_ images: Tensor) throws -> Tensor {
        guard let shape = ImageShape(of: images), shape == inputShape else {
            throw InputFault.shape(expected: inputShape, found: images.shape)
        }
        guard images.dtype == .float32 else {
            throw TorchError.wrongElementType(
                expected: "float32, with pixels in 0…1", found: "\(images)")
        }
        guard images.count > 0 else { return images }
        let lowest = try images.rowMinima().floats()
        let highest = try images.rowMaxima().floats()
        for index in lowest.indices {
            // A NaN spreads to both extremes.
            if lowest[index].isNaN { throw InputFault.notANumber(image: index) }
            let worst = lowest[index] < -highest[index] + 1 ? lowest[index] : highest[index]
            guard lowest[index] >= -InputFault.tolerance, highest[index] <= 1 + InputFault.tolerance
            else { throw InputFault.range(image: index, value: worst) }
        }
        return try images.clamped(min: 0, max: 1).to(device)
    }
}

/// Images that a classifier cannot take.
public enum InputFault: Error, Equatable, CustomStringConvertible {
    /// The images are no `[N, C, H, W]` of the classifier's own C, H and W.
    case shape(expected: ImageShape, found: [Int])
    /// An image holds a value outside 0…1 by more than a millionth.
    case range(image: Int, value: Float)
    /// An image holds a NaN.
    case notANumber(image: Int)

    /// What undoing a normalisation may leave outside 0…1.
    static let tolerance: Float = 1e-6

    public var description: String {
        switch self {
        case .shape(let expected, let found):
            "Images of shape \(expected) are expected (N×C×H×W), and \(found.map(String.init).joined(separator: "×")) was given."
        case .range(let image, let value):
            "Image \(image) holds the value \(value), and pixels lie in 0…1: divide 8-bit pixels by 255, and leave the normalisation by mean and deviation to the classifier."
        case .notANumber(let image):
            "Image \(image) holds a value that is not a number (NaN), and pixels lie in 0…1: look at how it was read or computed."
        }
    }
}
