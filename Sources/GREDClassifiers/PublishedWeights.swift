import Foundation
import GREDImages
import LibTorch

/// Weights of a built-in network that somebody else trained and stored as safetensors by torchvision's
/// names, such as those that torchvision publishes for ImageNet.
public struct PublishedWeights {
    /// Where they are.
    public let file: URL
    /// The name of each class that they tell apart, in their order; nil where they are the data's own.
    public let classes: [String]?

    /// Names both.
    public init(_ file: URL, classes: [String]? = nil) {
        self.file = file
        self.classes = classes
    }

    /// Reads the classes from a text, a name a line; empty lines are left out.
    /// - Throws: ``PublishedWeightsFault/unreadableClasses(path:)``.
    public init(_ file: URL, classesIn text: URL) throws {
        guard let data = try? Data(contentsOf: text),
            let names = String(data: data, encoding: .utf8)
        else { throw PublishedWeightsFault.unreadableClasses(path: text.path) }
        self.init(
            file,
            classes: names.split(whereSeparator: \.isNewline)
                .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty })
    }

    /// The classifier for some classes: of the last layer, the rows of the others are dropped. Images are
    /// normalised inside as torchvision's weights expect, and for Inception v3 brought to 299×299.
    /// - Throws: ``PublishedWeightsFault``, and `TorchError.badFile` for weights of another network.
    public func classifier(
        _ architecture: Architecture, shape: ImageShape, classNames: [String]
    ) throws -> NetworkClassifier {
        var contents = try Safetensors.read(file)
        let (weight, bias) = ("\(architecture.headName).weight", "\(architecture.headName).bias")
        guard let rows = contents.tensors[weight], let offsets = contents.tensors[bias],
            rows.rank == 2, offsets.shape == [rows.shape[0]]
        else {
            throw PublishedWeightsFault.noHead(
                path: file.path, family: architecture.family.rawValue, name: weight)
        }
        let known = classes ?? classNames
        guard known.count == rows.shape[0] else {
            throw PublishedWeightsFault.otherClasses(
                path: file.path, found: rows.shape[0], expected: known.count,
                areNamed: classes != nil)
        }
        let places = try classNames.map { name in
            guard let place = known.firstIndex(of: name) else {
                throw PublishedWeightsFault.unknownClass(name)
            }
            return place
        }
        contents.tensors[weight] = try rows.rows(places)
        contents.tensors[bias] = try offsets.rows(places)
        return try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: architecture, inputShape: shape, classNames: classNames,
                networkSide: architecture.family.publishedSide,
                normalisation: .imageNet(for: architecture.family)),
            weights: contents, from: file.path)
    }
}

/// Weights that do not fit.
public enum PublishedWeightsFault: Error, Equatable, CustomStringConvertible {
    /// A list of classes that is not there, or no text.
    case unreadableClasses(path: String)
    /// There is no last layer of this name.
    case noHead(path: String, family: String, name: String)
    /// The last layer tells apart another number of classes.
    case otherClasses(path: String, found: Int, expected: Int, areNamed: Bool)
    /// The data has a class that the weights do not know.
    case unknownClass(String)

    /// One sentence.
    public var description: String {
        switch self {
        case .unreadableClasses(let path):
            "\(path) is no text that can be read: name a file with the name of a class on each line."
        case .noHead(let path, let family, let name):
            "\(path) holds no weights of \(family): the tensor '\(name)' is missing."
        case .otherClasses(let path, let found, let expected, let areNamed):
            areNamed
                ? "\(path) tells \(found) classes apart, and \(expected) are named: name one a line, in the weights' order."
                : "\(path) tells \(found) classes apart, and the data has \(expected): name the weights' classes, one a line, with --weight-classes."
        case .unknownClass(let name):
            "The weights know no class '\(name)': name the data's folders as the weights' classes are."
        }
    }
}
