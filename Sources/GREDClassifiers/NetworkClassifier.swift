import Digests
import Foundation
import GREDImages
import LibTorch

/// A classifier that is one of the built-in networks.
public final class NetworkClassifier: TunableClassifier {
    /// What is needed, beside the weights, to build the classifier again.
    public struct Description: Sendable, Hashable, Codable {
        /// Which network, and how wide.
        public var architecture: Architecture
        /// The shape of one image, C×H×W.
        public var inputShape: ImageShape
        /// One name a class, at least two, in the order of the logits.
        public var classNames: [String]
        /// The height and width, in pixels, that the network sees images at, whatever size they have: scaled
        /// bilinearly, so that an attack touches the images' own pixels; nil leaves their size.
        public var networkSide: Int?
        /// What becomes of images before the network sees them; nil leaves them in 0…1.
        public var normalisation: Normalisation?

        /// Names all parts; whether they make a classifier is checked where it is built.
        public init(
            architecture: Architecture, inputShape: ImageShape, classNames: [String],
            networkSide: Int? = nil, normalisation: Normalisation? = nil
        ) {
            self.architecture = architecture
            self.inputShape = inputShape
            self.classNames = classNames
            self.networkSide = networkSide
            self.normalisation = normalisation
        }
    }

    /// What the classifier was built from, as `classifier.json` holds it.
    public let description: Description
    /// The network itself, whose weights ``Training`` changes in place.
    public let network: any Layer
    public private(set) var device = Device.cpu

    public var inputShape: ImageShape { description.inputShape }
    public var classNames: [String] { description.classNames }

    /// Builds the network with fresh weights from a seed.
    public convenience init(_ description: Description, seed: UInt64) throws {
        self.init(description, network: try Self.network(description, seed: seed))
    }

    /// Builds the network with given weights, by PyTorch's names.
    public convenience init(_ description: Description, weights: Safetensors.Contents, from: String)
        throws
    {
        let network = try ParameterLimit.largest(of: weights.tensors) {
            try Self.network(description, seed: 0)
        }
        try network.load(weights.tensors, from: from)
        self.init(description, network: network)
    }

    private init(_ description: Description, network: any Layer) {
        self.description = description
        self.network = network
    }

    private static func network(_ description: Description, seed: UInt64) throws -> any Layer {
        guard description.classNames.count >= 2 else {
            throw ClassifierFault.tooFewClasses(description.classNames.count)
        }
        let channels = description.inputShape.channels
        var shape = description.inputShape
        if let side = description.networkSide {
            shape = ImageShape(channels: channels, height: side, width: side)
            guard side >= 1 else { throw ClassifierFault.absurdShape(shape) }
        }
        return try PreparedInput.wrapping(
            description.architecture.network(
                shape: shape, classes: description.classNames.count, seed: seed),
            side: description.networkSide, normalisation: description.normalisation,
            channels: channels)
    }

    public func logits(of images: Tensor) throws -> Tensor {
        try network(images, mode: .evaluation)
    }

    /// Moves the weights to a device.
    public func move(to device: Device) throws {
        try network.move(to: device)
        self.device = device
    }

    /// A copy on the same device with weights of its own, to be trained further.
    public func copied() throws -> NetworkClassifier {
        let copy = try NetworkClassifier(description, seed: 0)
        try copy.network.load(from: network)
        try copy.move(to: device)
        return copy
    }

    public func load(weights: Safetensors.Contents, from source: String) throws {
        try network.load(weights.tensors, from: source)
    }

    /// SHA-256 of the weights in their file form: the name that a table gives to the model.
    public func contentHash() throws -> String {
        let data = try Safetensors.data(of: network.state)
        return SHA256.digest(of: data).hexadecimal
    }

    // MARK: A folder on disk

    /// Writes `classifier.json` and `classifier.safetensors` into a folder, which is there whole or
    /// not at all; a classifier of the same name is replaced.
    public func save(to folder: URL) throws {
        try AtomicFolder.write(to: folder, marker: Self.descriptionFile, save(into:))
    }

    /// Writes the two files into a folder that others may write to as well.
    public func save(into folder: URL) throws {
        try Safetensors.write(network.state, to: folder.appending(component: Self.weightsFile))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try AtomicFile.write(
            encoder.encode(description), to: folder.appending(component: Self.descriptionFile))
    }

    private static let descriptionFile = "classifier.json"
    private static let weightsFile = "classifier.safetensors"

    /// Reads what ``save(to:)`` wrote.
    public convenience init(folder: URL) throws {
        let file = folder.appending(component: Self.descriptionFile)
        guard let json = try? Data(contentsOf: file) else {
            throw ClassifierFault.noClassifier(path: folder.path)
        }
        guard let description = try? JSONDecoder().decode(Description.self, from: json) else {
            throw ClassifierFault.badDescription(path: file.path)
        }
        let weights = folder.appending(component: Self.weightsFile)
        try self.init(
            description, weights: try Safetensors.read(weights), from: weights.path)
    }
}

/// A classifier that cannot be built or read.
public enum ClassifierFault: Error, Equatable, CustomStringConvertible {
    /// A description names fewer than two classes.
    case tooFewClasses(Int)
    /// A folder has no `classifier.json` that can be read.
    case noClassifier(path: String)
    /// A `classifier.json` does not hold what ``NetworkClassifier/Description`` is made of.
    case badDescription(path: String)
    /// A side is shorter than the network can take; `least` is in pixels.
    case imageTooSmall(family: String, shape: ImageShape, least: Int)
    /// A width that is not above 0 or is more than 16 times the original's.
    case absurdWidth(Double)
    /// A family that has only its original width was asked for another.
    case fixedWidth(family: String, Double)
    /// One image would take more than a gigabyte.
    case absurdShape(ImageShape)
    /// A normalisation without a finite mean and a deviation above 0 for each channel.
    case badNormalisation(Normalisation, channels: Int)

    public var description: String {
        switch self {
        case .tooFewClasses(let count):
            "A classifier has at least two classes, and this one has \(count)."
        case .noClassifier(let path):
            "\(path) holds no classifier (there is no classifier.json in it): make one with `gred train`."
        case .badDescription(let path):
            "\(path) does not describe a classifier: make it anew with `gred train`."
        case .imageTooSmall(let family, let shape, let least):
            "\(family) needs images with sides of at least \(least) pixels, and these are \(shape)."
        case .fixedWidth(let family, let width):
            "\(family) has only its original width, 1, and \(width) was asked for."
        case .absurdShape(let shape):
            "No network here can take images of \(shape)."
        case .badNormalisation(let normalisation, let channels):
            "A normalisation has a mean and a deviation above 0 for each of \(channels) channels, and this one has the means \(normalisation.mean) and the deviations \(normalisation.std)."
        case .absurdWidth(let width):
            "A network's width is above 0 and at most \(Int(Architecture.largestWidth)) times the original's, and this one is \(width): 1 is the original."
        }
    }
}
