import LibTorch

/// An exported program as a network that can be trained: images in 0…1 go in, logits come out.
///
/// Its parameters are the floating-point parameters of the module that was exported, whether or not
/// the module wanted gradients of them; its state has the names of the module's `state_dict`.
/// Weights that are tied are one parameter, under the first of their names.
///
/// A pass that trains is the same as any other. The program was exported for evaluation, so batch
/// normalisation goes by the running statistics that the file holds, while its γ and β are trained,
/// and there is no dropout. For fine-tuning that is sound, and usual for small sets: statistics of a
/// few unusual images, such as masked ones, would be worse than those of the whole training, and what
/// is tuned is the very function that answers later.
///
/// A `Precision` around a pass counts as for any layer, except where the program itself names a type.
public final class ProgramNetwork: Layer {
    /// What is run; its tensors are the network's own.
    public var program: Program { replay.program }
    public let ownParameters: [NamedTensor]
    public let ownBuffers: [NamedTensor]

    let replay: Replay
    let outputIndex: Int
    /// Told by the classifier, after it has looked at what comes out.
    var output: ProgramClassifier.Description.Output
    private(set) var normalisation: Normalisation?

    /// What images are shifted and scaled by before the program sees them, `[1, C, 1, 1]` each.
    struct Normalisation {
        var mean: Tensor
        var std: Tensor

        func applied(to images: Tensor) throws -> Tensor { try (images - mean) / std }

        func copied() throws -> Normalisation {
            Normalisation(mean: try mean.cloned(), std: try std.cloned())
        }
    }

    /// Copies the program's tensors: whoever else holds them never sees them change.
    init(
        _ program: Program, precision: Precision = .float32, normalisation: Normalisation?,
        outputIndex: Int, output: ProgramClassifier.Description.Output
    ) throws {
        replay = try Replay(program.withOwnTensors(), precision: precision)
        self.normalisation = try normalisation?.copied()
        self.outputIndex = outputIndex
        self.output = output
        var seen: Set<UnsafeRawPointer?> = []
        var parameters: [NamedTensor] = []
        var buffers: [NamedTensor] = []
        for weight in replay.program.weights {
            guard let tensor = replay.program.tensors[weight.value],
                seen.insert(tensor.identity).inserted
            else { continue }
            if weight.isParameter, tensor.dtype?.isTrainable == true {
                parameters.append((weight.name, tensor))
            } else {
                buffers.append((weight.name, tensor))
            }
        }
        (ownParameters, ownBuffers) = (parameters, buffers)
    }

    /// The same network running another program, on the same device.
    func running(_ program: Program, precision: Precision = .float32) throws -> ProgramNetwork {
        let network = try ProgramNetwork(
            program, precision: precision, normalisation: normalisation, outputIndex: outputIndex,
            output: output)
        try network.move(to: device)
        return network
    }

    /// Where its tensors are, and where images must be.
    public var device: Device { replay.device }

    public func move(to device: Device) throws {
        // In place, so that an optimiser and the program go on with the same tensors.
        for tensor in replay.program.tensors.values { try tensor.move(to: device) }
        try replay.move(to: device)
        try normalisation?.mean.move(to: device)
        try normalisation?.std.move(to: device)
    }

    /// The logits of `[N, C, H, W]` in 0…1, `[N, L]`, the same way in both modes.
    /// - Throws: `ProgramFault.input` for images that do not fit, such as another number of them than
    ///   the program was exported for.
    public func callAsFunction(_ images: Tensor, mode: Mode) throws -> Tensor {
        try logits(of: scores(of: images))
    }

    // MARK: What the output means

    /// What the program says of images as they come, which it sees normalised: `[N, L]`; a map of one
    /// pixel counts as a vector.
    ///
    /// `torch.export` takes a batch of one for a special case, so that many programs take any number of images
    /// from two on. Attacks and guards ask about single images: the last one then stands for those missing.
    /// More images than the program takes at once go through it in pieces.
    func scores(of images: Tensor) throws -> Tensor {
        let count = images.shape[0]
        if let sizes = program.batchSizes, sizes.lowerBound < sizes.upperBound {
            if count > 0, count < sizes.lowerBound {
                let last = Array(repeating: count - 1, count: sizes.lowerBound - count)
                let padded = try Tensor.concatenated([images, images.rows(last)])
                return try scores(of: padded).sliced(0..<count)
            }
            if count > sizes.upperBound, sizes.upperBound > 0 {
                let pieces = try stride(from: 0, to: count, by: sizes.upperBound).map {
                    try scores(of: images.sliced($0..<min($0 + sizes.upperBound, count)))
                }
                return try .concatenated(pieces)
            }
        }
        let found = try replay([normalisation?.applied(to: images) ?? images])[outputIndex]
        let shape = found.shape
        guard shape.count >= 2, shape[1] >= 1, shape.dropFirst(2).allSatisfy({ $0 == 1 }) else {
            throw ProgramClassifierFault.notScores(shape: shape)
        }
        return try (shape.count == 2 ? found : found.flattened(from: 1)).to(.float32)
    }

    private func logits(of scores: Tensor) throws -> Tensor {
        let isOne = scores.shape[1] == 1
        switch output {
        case .logits:
            // One score z stands against 0: the second class wins where it is positive.
            return isOne ? try .concatenated([scores.zerosLike(), scores], dimension: 1) : scores
        case .probabilities:
            // What the softmax rounded to 0 is gone; below the least float there is no logarithm.
            let all = isOne ? try .concatenated([1 - scores, scores], dimension: 1) : scores
            return try all.clamped(min: Double(Float.leastNormalMagnitude)).log()
        }
    }
}

extension DType {
    /// Whether optimisers know the type: 8-bit floats are for storage alone.
    fileprivate var isTrainable: Bool { isFloatingPoint && byteCount > 1 }
}
