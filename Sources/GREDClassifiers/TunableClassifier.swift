import Foundation
import LibTorch

/// A classifier whose weights can be trained further, whatever it is made of.
///
///     let tuned = try classifier.copied()
///     try Training(plan: plan).run(tuned.network, count: count) { … }
///     try tuned.writeWeights(to: file)
///
/// Later the same weights are put over a copy again:
///
///     try classifier.copied().load(weights: Safetensors.read(file), from: file.path)
public protocol TunableClassifier: Classifier {
    /// From images in 0…1, `[N, C, H, W]`, to logits, `[N, L]`; ``Training`` changes its weights in
    /// place, and with them what the classifier says.
    var network: any Layer { get }

    /// A copy on the same device with weights of its own, to be trained further.
    /// - Throws: ``ProgramClassifierFault/nothingToTrain`` for a program without parameters.
    func copied() throws -> Self

    /// Overwrites the network's weights, in place.
    /// - Parameters:
    ///   - weights: what `writeWeights` wrote.
    ///   - source: where they came from, for an error's sentence.
    /// - Throws: `TorchError.badFile` or ``ProgramClassifierFault/otherWeights(path:reason:)`` for
    ///   weights of another network; nothing is changed then.
    func load(weights: Safetensors.Contents, from source: String) throws

    /// SHA-256, in hex: the name that a table gives to the model.
    func contentHash() throws -> String
}

extension TunableClassifier {
    /// Writes the network's state, by its names, as a safetensors file.
    public func writeWeights(to file: URL) throws {
        try Safetensors.write(network.state, to: file)
    }
}
