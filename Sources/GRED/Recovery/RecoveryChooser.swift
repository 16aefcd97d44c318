import LibTorch

/// Chooses, image by image, which move's label the evidence favours: a logistic regression for each
/// move says how likely it is right, and the label whose moves have the largest sum wins.
public final class RecoveryChooser {
    /// Of the evidence: a mean and a deviation for each number.
    public let standardisation: Standardisation
    /// From the evidence to a logit for each of ``RecoveryMove``.
    public let network: any Layer

    /// A chooser that knows nothing yet.
    /// - Throws: ``DetectorFault`` where the standardisation is not for the evidence.
    public init(_ standardisation: Standardisation, seed: UInt64) throws {
        let count = RecoveryCandidates.evidenceCount
        guard standardisation.means.count == count, standardisation.deviations.count == count else {
            throw DetectorFault.standardisation(
                what: "numbers of evidence", count: count, means: standardisation.means.count,
                deviations: standardisation.deviations.count)
        }
        self.standardisation = standardisation
        network = try Linear(
            inputs: count, outputs: RecoveryMove.allCases.count, generator: Generator(seed: seed))
    }

    /// A chooser with the weights of a file.
    /// - Throws: ``DetectorFault``, and `TorchError.badFile` for weights that do not fit.
    public convenience init(
        _ standardisation: Standardisation, weights: Safetensors.Contents, from source: String
    ) throws {
        try self.init(standardisation, seed: 0)
        try network.load(weights.tensors, from: source)
    }

    /// The evidence as the network reads it, `[N, E]`: standardised, within ±10 deviations.
    public func input(_ evidence: Tensor) throws -> Tensor {
        let shape = [evidence.shape[0], standardisation.means.count, 1, 1]
        return try standardisation.applied(to: evidence.reshaped(shape)).flattened(from: 1)
            .clamped(min: -10, max: 10)
    }

    /// A label for each image.
    func labels(_ candidates: RecoveryCandidates) throws -> [Int] {
        let moves = RecoveryMove.allCases.count
        let chances = try network(input(candidates.evidence)).sigmoid().floats()
        return candidates.labels[0].indices.map { image in
            var sums: [Int: Float] = [:]
            for move in 0..<moves {
                sums[candidates.labels[move][image], default: 0] += chances[image * moves + move]
            }
            // Of equal sums the smaller label, so that the answer does not hang on a hash.
            let best = sums.max { ($0.value, -$0.key) < ($1.value, -$1.key) }
            return best?.key ?? candidates.labels[0][image]
        }
    }
}
