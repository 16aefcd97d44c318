import GREDClassifiers
import GREDImages
import LibTorch

/// What a detector thinks of each image of a batch.
public struct Opinion {
    /// z = ln(p⁻/p⁺), `[N]`: the logit of adversarial minus the logit of benign.
    public let logit: Tensor

    init(logit: Tensor) { self.logit = logit }

    /// From two logits an image, `[N, 2]`: class 0 is benign, class 1 adversarial, as l = (l⁺, l⁻) in
    /// the paper's Eq. 7.
    package init(classes logits: Tensor) throws {
        let columns = (
            try logits.sliced(0..<1, dimension: 1), try logits.sliced(1..<2, dimension: 1)
        )
        logit = try (columns.1 - columns.0).squeezed(1)
    }

    /// p⁻, the probability that the image is adversarial, `[N]`.
    public func adversarialProbability() throws -> Tensor { try logit.sigmoid() }

    /// H = −(p⁺ log₂ p⁺ + p⁻ log₂ p⁻) in bits, `[N]` (paper, Eq. 11).
    public func entropy() throws -> Tensor {
        // With z the log-odds, −ln p⁺ = softplus(z) and −ln p⁻ = softplus(−z): no 0 · ln 0.
        let adversarial = try logit.sigmoid()
        let benign = try (-logit).sigmoid()
        let nats = try benign * logit.softplus() + adversarial * (-logit).softplus()
        return try nats / 0.6931471805599453
    }
}

/// One of GRED's two small networks, which tell benign inputs from adversarial ones.
public final class Detector {
    /// What the network reads.
    public enum Reading: Sendable, Hashable {
        /// CNN_org reads the image (paper, Eq. 8).
        case image
        /// CNN_sen reads the input sensitivity (paper, Eq. 9).
        case sensitivity(SensitivityForm)
        /// DET_sal reads so many saliency maps of the classifier's middle layers (Zhang et al. 2018). It
        /// is a baseline: no guard has it.
        case saliency(maps: Int)
    }

    /// What is needed, beside the weights, to build the detector again.
    public struct Description: Sendable, Hashable, Codable {
        /// What the network is shown, which makes it CNN_org or CNN_sen.
        public var reading: Reading
        /// The built-in network, with two classes: benign and adversarial.
        public var architecture: Architecture
        /// Of the images judged; the network's own input has the planes of ``reading``.
        public var imageShape: ImageShape
        /// A mean and a deviation for each plane of ``reading``.
        public var standardisation: Standardisation

        /// Names all parts; whether they fit together is checked when a detector is built.
        public init(
            reading: Reading, architecture: Architecture, imageShape: ImageShape,
            standardisation: Standardisation
        ) {
            self.reading = reading
            self.architecture = architecture
            self.imageShape = imageShape
            self.standardisation = standardisation
        }
    }

    /// What the network was built from, and what files hold beside its weights.
    public let description: Description
    /// Gives the logits of benign and adversarial, `[N, 2]`, for what
    /// ``input(images:sensitivity:saliency:)`` returns.
    public let network: any Layer

    /// Joins the parts as they are; ``StoredDetector`` has ways that fit them to each other.
    public init(_ description: Description, network: any Layer) {
        self.description = description
        self.network = network
    }

    public static func network(_ description: Description, seed: UInt64) throws -> any Layer {
        let shape = description.imageShape
        let planes = description.reading.planes(channels: shape.channels)
        let (means, deviations) = (
            description.standardisation.means.count, description.standardisation.deviations.count
        )
        guard means == planes, deviations == planes else {
            throw DetectorFault.standardisation(
                what: "planes", count: planes, means: means, deviations: deviations)
        }
        return try description.architecture.network(
            shape: ImageShape(channels: planes, height: shape.height, width: shape.width),
            classes: 2, paddingValue: description.borderValue, seed: seed)
    }

    /// What the network is shown, `[N, planes, H, W]`.
    /// - Parameter saliency: what ``Reading/saliency(maps:)`` reads, `[N, maps, H, W]`.
    public func input(
        images: Tensor, sensitivity: InputSensitivity, saliency: Tensor? = nil
    ) throws -> Tensor {
        try description.standardisation.applied(
            to: description.reading.planes(
                images: images, sensitivity: sensitivity, saliency: saliency))
    }

    /// Judges images.
    /// - Parameter saliency: what ``Reading/saliency(maps:)`` reads, `[N, maps, H, W]`.
    public func judge(
        images: Tensor, sensitivity: InputSensitivity, saliency: Tensor? = nil
    ) throws -> Opinion {
        try Opinion(
            classes: network(
                input(images: images, sensitivity: sensitivity, saliency: saliency)))
    }
}

extension Detector.Reading {
    /// How many planes are read of images with so many channels: one for each, and two more for
    /// the logarithmic sensitivity.
    public func planes(channels: Int) -> Int {
        switch self {
        case .image: channels
        case .sensitivity(let form): form.planes(channels: channels)
        case .saliency(let maps): maps
        }
    }

    /// The planes, not yet standardised.
    /// - Parameter saliency: the maps that ``saliency(maps:)`` reads.
    /// - Throws: ``DetectorFault/noSaliency`` where they are read and not given.
    public func planes(
        images: Tensor, sensitivity: InputSensitivity, saliency: Tensor? = nil
    ) throws -> Tensor {
        switch self {
        case .image: return images
        case .sensitivity(let form): return try form.planes(of: sensitivity)
        case .saliency:
            guard let saliency else { throw DetectorFault.noSaliency }
            return saliency
        }
    }
}

extension Detector.Description {
    /// The value of the border inside the network: black for an image, "no sensitivity" for a map,
    /// both after standardisation. The first plane stands for all.
    fileprivate var borderValue: Double {
        let plain: Double =
            switch reading {
            case .image, .sensitivity(.raw), .saliency: 0
            case .sensitivity(.logarithmic): InputSensitivity.logFloor
            }
        return (plain - standardisation.means[0]) / standardisation.deviations[0]
    }
}

/// A detector that cannot be built.
public enum DetectorFault: Error, Equatable, CustomStringConvertible {
    /// The description's standardisation is for another number of planes or numbers than are read.
    case standardisation(what: String, count: Int, means: Int, deviations: Int)
    /// A detector that reads saliency maps was not given any: only its own experiment makes them.
    case noSaliency
    /// The universal detector's width is outside 1…512.
    case width(Int)
    /// The universal detector halves images three times, and these are too small for it.
    case imageTooSmall(ImageShape)

    public var description: String {
        switch self {
        case .standardisation(let what, let count, let means, let deviations):
            "A detector that reads \(count) \(what) needs a mean and a deviation for each, and its description has \(means) means and \(deviations) deviations."
        case .noSaliency:
            "This detector reads saliency maps of the classifier's middle layers, which a guard does not make."
        case .width(let width):
            "A detector's first block has 1 to 512 channels, and its description says \(width)."
        case .imageTooSmall(let shape):
            "A detector needs images of 8×8 pixels or more, and these are \(shape)."
        }
    }
}
