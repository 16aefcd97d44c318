import Crypto
import Foundation
import GREDImages
import LibTorch

/// A classifier that is one of the built-in networks.
public final class NetworkClassifier: Classifier {
    /// What is needed, beside the weights, to build the classifier again.
    public struct Description: Sendable, Hashable, Codable {
        public var architecture: Architecture
        public var inputShape: ImageShape
        public var classNames: [String]

        public init(architecture: Architecture, inputShape: ImageShape, classNames: [String]) {
            self.architecture = architecture
            self.inputShape = inputShape
            self.classNames = classNames
        }
    }

    public let description: Description
    public let network: any Layer
    public private(set) var device = Device.cpu

    public var inputShape: ImageShape { description.inputShape }
    public var classNames: [String] { description.classNames }

    /// Builds the network with fresh weights from a seed.
    public init(_ description: Description, seed: UInt64) throws {
        guard description.classNames.count >= 2 else {
            throw ClassifierFault.tooFewClasses(description.classNames.count)
        }
        self.description = description
        network = try description.architecture.network(
            shape: description.inputShape, classes: description.classNames.count, seed: seed)
    }

    /// Builds the network with given weights, by PyTorch's names.
    public convenience init(_ description: Description, weights: Safetensors.Contents, from: String)
        throws
    {
        try self.init(description, seed: 0)
        try network.load(weights.tensors, from: from)
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

    /// SHA-256 of the weights in their file form: the name that a table gives to the model.
    public func contentHash() throws -> String {
        let data = try Safetensors.data(of: network.state)
        return SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined()
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
    case tooFewClasses(Int)
    case noClassifier(path: String)
    case badDescription(path: String)
    case imageTooSmall(family: String, shape: ImageShape, least: Int)
    case absurdWidth(Double)

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
        case .absurdWidth(let width):
            "A network's width is above 0 and at most \(Int(Architecture.largestWidth)) times the original's, and this one is \(width): 1 is the original."
        }
    }
}
