import Foundation
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDClassifiers

/// A network whose weights come from a formula, and its logits, written by
/// `Scripts/golden/networks.py`; the script holds the same formula.
struct FilledNetwork {
    /// What the script built.
    private struct Case: Decodable {
        /// The shape of the images, `[N, C, H, W]`.
        var images: [Int]
        var classes: Int
        var gain: Double
        /// The shape of every tensor, by torchvision's names.
        var state: [String: [Int]]
    }

    let description: NetworkClassifier.Description
    private let built: Case
    private let logits: Tensor

    /// - Parameter name: a family, and after a comma what is special.
    init(_ name: String) throws {
        let golden = try Golden("networks")
        let text = try #require(golden.metadata["cases"])
        let cases = try JSONDecoder().decode([String: Case].self, from: Data(text.utf8))
        built = try #require(cases[name])
        logits = try golden[name]
        let family = try #require(
            Architecture.Family(rawValue: String(name.prefix { $0 != "," })))
        description = NetworkClassifier.Description(
            architecture: Architecture(family),
            inputShape: ImageShape(
                channels: built.images[1], height: built.images[2], width: built.images[3]),
            classNames: (0..<built.classes).map(String.init))
    }

    // MARK: The formula

    func weights() throws -> [String: Tensor] {
        try Dictionary(
            uniqueKeysWithValues: built.state.map { name, shape in
                (name, try Self.uniform(name, shape, in: range(name, shape)))
            })
    }

    func images() throws -> Tensor { try Self.uniform("images", built.images, in: 0...1) }

    /// Kernels and matrices are as He et al. (2015) start them, times a gain that keeps the
    /// activations of a deep network in bounds.
    private func range(_ name: String, _ shape: [Int]) -> ClosedRange<Float> {
        if shape.count > 1 {
            let fanIn = shape.dropFirst().reduce(1, *)
            let bound = Float(built.gain * (6 / Double(fanIn)).squareRoot())
            return -bound...bound
        }
        if name.hasSuffix("running_var") { return 0.5...1.5 }
        return name.hasSuffix("weight") ? 0.5...1 : -0.1...0.1
    }

    /// Numbers that depend on the name alone.
    private static func uniform(
        _ name: String, _ shape: [Int], in range: ClosedRange<Float>
    ) throws -> Tensor {
        let seed = name.utf8.reduce(0 as UInt64) { seed, byte in
            var stream = RandomStream(seed: seed ^ UInt64(byte), purpose: "name")
            return stream.next()
        }
        var stream = RandomStream(seed: seed, purpose: "values")
        return try Tensor(stream.uniforms(shape.reduce(1, *), in: range), shape: shape)
    }

    // MARK: Agreement

    /// Expects of our network, filled with the same weights, the names, shapes and logits of
    /// PyTorch's.
    /// - Parameter others: tensors that the weights hold beside the network's own.
    func expectAgreement(
        ignoring others: [String: Tensor] = [:], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let classifier = try NetworkClassifier(description, seed: 1)
        try classifier.network.load(weights().merging(others) { own, _ in own })
        try expectAgreement(of: classifier, sourceLocation: sourceLocation)
    }

    func expectAgreement(
        of classifier: NetworkClassifier, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let state = classifier.network.state
        #expect(state.count == built.state.count, sourceLocation: sourceLocation)
        let shapes = Dictionary(state.map { ($0.name, $0.value.shape) }) { first, _ in first }
        #expect(shapes == built.state, sourceLocation: sourceLocation)

        let found = try classifier.logits(of: images())
        try #require(found.shape == logits.shape, sourceLocation: sourceLocation)
        let distances = zip(try found.doubles(), try logits.doubles()).map {
            abs($0 - $1) / max(1, abs($1))
        }
        // A NaN is near nothing.
        let isNear = distances.allSatisfy { $0 <= 1e-4 }
        #expect(isNear, "up to \(distances.max() ?? 0) apart", sourceLocation: sourceLocation)
    }

    /// Writes a classifier's folder as somebody would who has torchvision's own file.
    func write(to folder: URL) throws {
        var tensors = try weights()
        for name in tensors.keys where name.hasSuffix("running_var") {
            let counter = name.replacing("running_var", with: "num_batches_tracked")
            tensors[counter] = try Tensor([7 as Int64], shape: [])
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Safetensors.write(
            tensors.map { ($0.key, $0.value) },
            to: folder.appending(component: "classifier.safetensors"))
        try JSONEncoder().encode(description)
            .write(to: folder.appending(component: "classifier.json"))
    }
}
