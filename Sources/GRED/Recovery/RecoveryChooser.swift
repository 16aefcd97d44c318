import LibTorch

/// Says, class by class, how much of the evidence speaks for it: the label with the most is given back.
///
/// One small network judges all classes, each by its own evidence. So it learns from few images, whatever
/// their number of classes, and does not learn which classes are frequent.
public final class RecoveryChooser {
    /// Of the evidence: a mean and a deviation for each number.
    public let standardisation: Standardisation
    /// From the evidence to a logit for each class; see ``input(_:)``.
    public let network: any Layer

    /// A chooser that knows nothing yet.
    /// - Parameter strengths: at how many strengths the guard's detector makes noisy copies.
    /// - Throws: ``DetectorFault`` where the standardisation is not for the evidence.
    public init(_ standardisation: Standardisation, strengths: Int, seed: UInt64) throws {
        let count = RecoveryEvidence.count(strengths: strengths)
        guard standardisation.means.count == count, standardisation.deviations.count == count else {
            throw DetectorFault.standardisation(
                what: "numbers of evidence", count: count, means: standardisation.means.count,
                deviations: standardisation.deviations.count)
        }
        self.standardisation = standardisation
        let generator = try Generator(seed: seed)
        var layers: [any Layer] = []
        for (inputs, outputs) in [(count, 32), (32, 32), (32, 1)] {
            layers += [
                try Convolution2d(
                    inputChannels: inputs, outputChannels: outputs, kernelSize: 1,
                    generator: generator), ReLU(),
            ]
        }
        network = Sequential(layers.dropLast() + [Flatten()])
    }

    /// A chooser with the weights of a file.
    /// - Throws: ``DetectorFault``, and `TorchError.badFile` for weights that do not fit.
    public convenience init(
        _ standardisation: Standardisation, strengths: Int, weights: Safetensors.Contents,
        from source: String
    ) throws {
        try self.init(standardisation, strengths: strengths, seed: 0)
        try network.load(weights.tensors, from: source)
    }

    /// The evidence as the network reads it: standardised, within ±10 deviations.
    /// - Parameter evidence: `[N, E, L, 1]`.
    public func input(_ evidence: Tensor) throws -> Tensor {
        let standardised = try standardisation.applied(to: evidence)
        return try standardised.clamped(min: -10, max: 10).followed(by: standardised)
    }

    /// How much speaks for each class, `[N, L]`.
    package func logits(_ evidence: RecoveryEvidence) throws -> Tensor {
        try network(input(evidence.classes))
    }
}
