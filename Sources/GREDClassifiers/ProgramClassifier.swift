import Digests
import Foundation
import GREDImages
import LibTorch

/// A classifier that came as an exported PyTorch program, with what stands beside it in a JSON file:
/// how its images are made, and what its output means.
///
/// The file is never changed. To fine-tune the model, train the network of a copy: see
/// ``TunableClassifier``.
public final class ProgramClassifier: TunableClassifier {
    /// What the program does not say of itself. `NAME.json` beside `NAME.pt2`, all of it optional.
    public struct Description: Sendable, Hashable, Codable {
        /// What the numbers of the output are.
        public enum Output: String, Sendable, Hashable, Codable {
            /// Scores before softmax; one score alone is that of the second of two classes.
            case logits
            /// Probabilities: their logarithms serve as logits.
            case probabilities
        }

        /// `[C, H, W]`; needed where the program leaves a size open.
        public var inputShape: [Int]?
        /// Subtracted from each channel of images in 0…1, before ``std`` divides.
        public var mean: [Double]?
        /// The deviation that each channel is divided by.
        public var std: [Double]?
        /// One name a class, in the order of the logits.
        public var classNames: [String]?
        /// What the output holds; found by looking where nothing is said.
        public var output: Output?
        /// Which of several outputs holds it, by its path, such as `0` or `logits`.
        public var outputName: String?

        /// Says nothing: everything is taken from the program.
        public init() {}

        /// In the file: `input_shape`, `class_names`, `output_name`.
        private enum CodingKeys: String, CodingKey {
            case inputShape = "input_shape"
            case mean, std
            case classNames = "class_names"
            case output
            case outputName = "output_name"
        }
    }

    public let inputShape: ImageShape
    public let classNames: [String]
    /// What was found out or said about the output.
    public var output: Description.Output { programNetwork.output }
    /// The program as it was read; its tensors are the network's own.
    public var program: Program { programNetwork.program }
    /// What a reader of the file should know, a sentence each.
    public let notes: [String]
    /// The version of torch that wrote the file.
    public let torchVersion: String
    /// What was said of the program when it was read.
    public let description: Description
    /// Where it was read from.
    public let file: URL

    /// A ``ProgramNetwork``. Train that of a copy: the one that was read is named by its file.
    public var network: any Layer { programNetwork }
    public var device: Device { programNetwork.device }

    private let programNetwork: ProgramNetwork
    private let fileHash: String
    /// Nil where the weights may be others than the file's.
    private var knownHash: String?

    /// Reads `NAME.pt2` and, where it is there, `NAME.json` beside it.
    /// - Parameter outputName: which output holds the logits, before what the JSON says.
    /// - Throws: `ProgramFault` and ``ProgramClassifierFault``.
    public convenience init(_ file: URL, outputName: String? = nil) throws {
        let json = file.deletingPathExtension().appendingPathExtension("json")
        var description = Description()
        if let data = try? Data(contentsOf: json) {
            do {
                description = try JSONDecoder().decode(Description.self, from: data)
            } catch {
                throw ProgramClassifierFault.badDescription(path: json.path)
            }
        }
        if let outputName { description.outputName = outputName }
        try self.init(file, description)
    }

    /// Reads a file that `description` speaks of.
    public init(_ file: URL, _ description: Description) throws {
        let read = try ProgramFile(file)
        self.file = file
        self.description = description
        notes = read.notes
        torchVersion = read.torchVersion
        let shape = try Self.shape(of: read.program, description)
        fileHash = Self.hex(try Data(contentsOf: file, options: .alwaysMapped))
        knownHash = fileHash
        let network = try ProgramNetwork(
            read.program,
            normalisation: Self.normalisation(description, channels: shape.channels),
            outputIndex: Self.outputIndex(of: read.program, description.outputName, shape),
            output: description.output ?? .logits)

        // One pass says how many classes there are, and what the numbers look like.
        let scores = try network.scores(of: Self.grey(shape, for: read.program))
        let classes = scores.shape[1] == 1 ? 2 : scores.shape[1]
        classNames = description.classNames ?? (0..<classes).map(String.init)
        guard classNames.count == classes else {
            throw ProgramClassifierFault.classNames(named: classNames.count, found: classes)
        }
        if description.output == nil, try Self.areProbabilities(scores) {
            network.output = .probabilities
        }
        inputShape = shape
        programNetwork = network
    }

    /// A copy, with tensors of its own, that runs another program.
    /// - Parameter knownHash: nil where its weights are going to change.
    private init(
        _ original: ProgramClassifier, running program: Program, precision: Precision = .float32,
        knownHash: String?
    ) throws {
        inputShape = original.inputShape
        classNames = original.classNames
        notes = original.notes
        torchVersion = original.torchVersion
        description = original.description
        file = original.file
        fileHash = original.fileHash
        self.knownHash = knownHash
        programNetwork = try original.programNetwork.running(program, precision: precision)
    }

    public func frozen(_ precision: Precision) throws -> any Classifier {
        try ProgramClassifier(
            self, running: program.frozen(), precision: precision, knownHash: contentHash())
    }

    public func smoothed(sharpness: Double) throws -> any Classifier {
        try ProgramClassifier(
            self, running: program.twiceDifferentiable().smoothed(sharpness: sharpness),
            knownHash: contentHash())
    }

    public func bytesPerImage() throws -> Int? {
        let grey = try Self.grey(inputShape, for: program).to(device)
        let input = try programNetwork.normalisation?.applied(to: grey) ?? grey
        return try program.cost(of: [input]).bytes / grey.shape[0]
    }

    /// A copy whose gradients have gradients where this one's have none: see
    /// `Program.twiceDifferentiable()`.
    public func twiceDifferentiable() throws -> ProgramClassifier {
        try ProgramClassifier(
            self, running: program.twiceDifferentiable(), knownHash: contentHash())
    }

    public func move(to device: Device) throws { try programNetwork.move(to: device) }

    public func logits(of images: Tensor) throws -> Tensor {
        try programNetwork(images, mode: .evaluation)
    }

    // MARK: Weights of its own

    public func copied() throws -> ProgramClassifier {
        guard !programNetwork.ownParameters.isEmpty else {
            throw ProgramClassifierFault.nothingToTrain
        }
        return try ProgramClassifier(self, running: program, knownHash: nil)
    }

    public func load(weights: Safetensors.Contents, from source: String) throws {
        let names = Set(program.weights.map(\.name))
        if let other = weights.tensors.keys.sorted().first(where: { !names.contains($0) }) {
            throw ProgramClassifierFault.otherWeights(
                path: source, reason: "the program has no weight '\(other)'.")
        }
        do {
            try programNetwork.load(weights.tensors, from: source)
        } catch TorchError.badFile(let path, let reason) {
            throw ProgramClassifierFault.otherWeights(path: path, reason: reason)
        }
        knownHash = nil
    }

    /// SHA-256 of the file; of the file's and the weights' together for a copy, or where weights were
    /// loaded.
    public func contentHash() throws -> String {
        if let knownHash { return knownHash }
        return Self.hex(try Data(fileHash.utf8) + Safetensors.data(of: programNetwork.state))
    }

    /// Reads the file that the program came from once more, to keep it elsewhere.
    /// - Throws: ``ProgramClassifierFault/changed(path:)`` where it is not the file that was read.
    public func fileContents() throws -> Data {
        guard let data = try? Data(contentsOf: file), Self.hex(data) == fileHash else {
            throw ProgramClassifierFault.changed(path: file.path)
        }
        return data
    }

    private static func hex(_ data: Data) -> String {
        SHA256.digest(of: data).hexadecimal
    }

    /// Compares the program itself, before any normalisation, with what Python said of it.
    public func compare(with file: SafetensorsFile) throws -> ProgramComparison {
        try ProgramComparison(
            of: programNetwork.replay, output: programNetwork.outputIndex, with: file)
    }

    // MARK: Making sense of a program

    private static func shape(of program: Program, _ description: Description) throws -> ImageShape
    {
        guard program.inputs.count == 1, let input = program.inputs.first, input.sizes.count == 4
        else {
            throw ProgramClassifierFault.notOneImageInput(
                found: program.inputs.map { "\($0.name) with \($0.sizes.count) dimensions" })
        }
        let given = description.inputShape
        if let given, given.count != 3 { throw ProgramClassifierFault.badShape(given) }
        let sizes = try input.sizes.dropFirst().enumerated().map { place, size -> Int in
            switch size {
            case .fixed(let number):
                if let given, given[place] != number {
                    throw ProgramClassifierFault.otherShape(
                        given: given, size: number, place: place)
                }
                return number
            case .open:
                guard let given else { throw ProgramClassifierFault.openShape(input: input.name) }
                return given[place]
            }
        }
        return ImageShape(channels: sizes[0], height: sizes[1], width: sizes[2])
    }

    private static func outputIndex(
        of program: Program, _ name: String?, _ shape: ImageShape
    ) throws -> Int {
        let paths = program.outputs.map(\.path)
        let index: Int? =
            if let name { paths.firstIndex(of: name) } else { paths.count == 1 ? 0 : nil }
        guard let index else {
            throw ProgramFault.output(asked: name, found: try outputs(of: program, shape))
        }
        return index
    }

    /// Each output's path and shape, such as `logits (N×5)`, by which somebody knows the scores among them.
    private static func outputs(of program: Program, _ shape: ImageShape) throws -> [String] {
        let images = try grey(shape, for: program)
        return try zip(program.outputs, Replay(program)([images])).map { output, tensor in
            var sizes = tensor.shape.map(String.init)
            if tensor.shape.first == images.shape[0] { sizes[0] = "N" }
            let path = output.path.isEmpty ? "one tensor" : output.path
            return "\(path) (\(sizes.joined(separator: "×")))"
        }
    }

    private static func normalisation(
        _ description: Description, channels: Int
    ) throws -> ProgramNetwork.Normalisation? {
        guard description.mean != nil || description.std != nil else { return nil }
        let mean = description.mean ?? Array(repeating: 0, count: channels)
        let std = description.std ?? Array(repeating: 1, count: channels)
        guard mean.count == channels, std.count == channels, std.allSatisfy({ $0 > 0 }),
            mean.allSatisfy(\.isFinite)
        else { throw ProgramClassifierFault.badNormalisation(channels: channels) }
        func plane(_ values: [Double]) throws -> Tensor {
            try Tensor(values.map(Float.init), shape: [1, channels, 1, 1])
        }
        return ProgramNetwork.Normalisation(mean: try plane(mean), std: try plane(std))
    }

    /// As many grey images as the program takes at least.
    private static func grey(_ shape: ImageShape, for program: Program) throws -> Tensor {
        let count = program.batchSizes.map { max($0.lowerBound, 1) } ?? 1
        return try .full([count, shape.channels, shape.height, shape.width], 0.5)
    }

    private static func areProbabilities(_ scores: Tensor) throws -> Bool {
        let rows = scores.shape[1]
        let values = try scores.floats()
        guard rows > 1, values.allSatisfy({ (0...1).contains($0) }) else { return false }
        return stride(from: 0, to: values.count, by: rows).allSatisfy {
            abs(values[$0..<$0 + rows].reduce(0, +) - 1) < 1e-3
        }
    }
}
