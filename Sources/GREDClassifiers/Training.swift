import Digests
import Foundation
import LibTorch

/// How a network is trained.
public struct TrainingPlan: Sendable, Hashable, Codable {
    /// Which optimiser changes the weights.
    public enum Method: Sendable, Hashable, Codable {
        /// `SGD`, with ``TrainingPlan/weightDecay`` added to the gradients.
        case sgd(momentum: Double, nesterov: Bool)
        /// `Adam` with decoupled weight decay and the usual settings (β 0.9 and 0.999, ε 1e-8).
        case adam
    }

    /// Passes over all examples.
    public var epochs: Int
    /// Examples a step, at least 1; an epoch's last batch may be smaller, and is skipped where it
    /// would be a single example.
    public var batchSize: Int
    /// The optimiser, with its own settings.
    public var method: Method
    /// The rate at each step of the whole run, all epochs together.
    public var learningRate: LearningRate
    /// Pulls the weights towards 0; 0 is no decay. Its meaning is the ``method``'s.
    public var weightDecay: Double
    /// The share of probability, 0…1, that is taken from the label and spread evenly over all
    /// classes.
    public var labelSmoothing: Double
    /// Of the forward and backward passes; parameters and optimiser stay in float32.
    public var precision: Precision
    /// Of the order of the examples, of augmentation and of dropout; fresh weights have their own.
    public var seed: UInt64

    /// Names all settings; by default Adam in float32, without decay or smoothing.
    public init(
        epochs: Int, batchSize: Int = 128, method: Method = .adam, learningRate: LearningRate,
        weightDecay: Double = 0, labelSmoothing: Double = 0, precision: Precision = .float32,
        seed: UInt64
    ) {
        self.epochs = epochs
        self.batchSize = batchSize
        self.method = method
        self.learningRate = learningRate
        self.weightDecay = weightDecay
        self.labelSmoothing = labelSmoothing
        self.precision = precision
        self.seed = seed
    }
}

/// Where a training run stands, told after every batch.
public struct TrainingProgress: Sendable {
    /// Examples seen so far, over all epochs.
    public var examples: Int
    /// Examples to be seen in all.
    public var totalExamples: Int
    /// Counted from 1.
    public var epoch: Int
    /// The mean loss of this epoch so far.
    public var loss: Double
}

/// Trains a network on batches that somebody else makes.
///
/// Everything random follows from the plan's seed, the epoch and the step, so a run that was killed
/// and resumed from its checkpoint ends with the same weights, bit for bit, as one that was not.
public struct Training {
    /// How to train; what a checkpoint must have been made with to be taken up.
    public let plan: TrainingPlan
    /// Where the state after each epoch is kept, or nil. A checkpoint of another plan is ignored.
    public let checkpoint: URL?
    /// Says what the network and its data are, so that a checkpoint of others is not taken up.
    public let identity: String

    /// Describes a run; by default it keeps no checkpoint.
    public init(plan: TrainingPlan, checkpoint: URL? = nil, identity: String = "") {
        self.plan = plan
        self.checkpoint = checkpoint
        self.identity = identity
    }

    /// - Parameters:
    ///   - network: trained in place.
    ///   - count: the number of examples.
    ///   - progress: called after every batch; throwing from it stops the run.
    ///   - batch: inputs and class numbers of the examples with these indices; the random stream is
    ///     for augmentation.
    public func run(
        _ network: any Layer, count: Int, progress: (TrainingProgress) throws -> Void = { _ in },
        batch: ([Int], inout RandomStream) throws -> (inputs: Tensor, labels: Tensor)
    ) throws {
        let optimiser: any Optimiser =
            switch plan.method {
            case .adam: try Adam(network.parameters, weightDecay: plan.weightDecay)
            case .sgd(let momentum, let nesterov):
                try SGD(
                    network.parameters, momentum: momentum, weightDecay: plan.weightDecay,
                    nesterov: nesterov)
            }
        guard plan.batchSize >= 1, plan.epochs >= 0, count >= 1 else {
            throw TrainingFault.nothingToDo(
                examples: count, batchSize: plan.batchSize, epochs: plan.epochs)
        }
        let steps = (count + plan.batchSize - 1) / plan.batchSize
        let firstEpoch = try resume(network, optimiser)

        for epoch in firstEpoch..<max(plan.epochs, firstEpoch) {
            var stream = RandomStream(seed: plan.seed, purpose: "training epoch", index: epoch)
            let order = stream.permutation(count)
            var losses = 0.0
            for step in 0..<steps {
                let start = step * plan.batchSize
                let indices = Array(order[start..<min(start + plan.batchSize, count)])
                // A batch of one has no variance for batch normalisation.
                if indices.count == 1 && count > 1 { continue }
                let (inputs, labels) = try batch(indices, &stream)
                let generator = try Generator(seed: stream.next(), device: inputs.device)
                let (loss, gradients) = try network.lossAndGradients {
                    try plan.precision.during(on: inputs.device) {
                        try network(inputs, mode: .training(generator))
                    }
                    .to(.float32).crossEntropy(labels, labelSmoothing: plan.labelSmoothing)
                }
                try optimiser.step(
                    gradients: gradients,
                    learningRate: plan.learningRate.value(
                        step: epoch * steps + step, of: plan.epochs * steps))
                losses += try loss.item()
                guard losses.isFinite else { throw TrainingFault.diverged(epoch: epoch + 1) }
                try progress(
                    TrainingProgress(
                        examples: epoch * count + start + indices.count,
                        totalExamples: plan.epochs * count, epoch: epoch + 1,
                        loss: losses / Double(step + 1)))
            }
            try save(network, optimiser, finishedEpochs: epoch + 1)
        }
    }

    // MARK: Checkpoints

    private var key: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            let data = try encoder.encode(plan) + Data(identity.utf8)
            return SHA256.digest(of: data).hexadecimal
        }
    }

    private func save(_ network: any Layer, _ optimiser: any Optimiser, finishedEpochs: Int) throws
    {
        guard let checkpoint else { return }
        try Safetensors.write(
            network.state + optimiser.state.map { ("optimiser.\($0.name)", $0.value) },
            metadata: ["key": key, "epochs": "\(finishedEpochs)"], to: checkpoint)
    }

    /// Takes up a checkpoint of the same run; returns the number of epochs that are done.
    private func resume(_ network: any Layer, _ optimiser: any Optimiser) throws -> Int {
        guard let checkpoint, FileManager.default.fileExists(atPath: checkpoint.path) else {
            return 0
        }
        do {
            return try takeUp(checkpoint, network, optimiser)
        } catch TorchError.badFile(let path, let reason) {
            throw TrainingFault.badCheckpoint(path: path, reason: reason)
        }
    }

    private func takeUp(
        _ checkpoint: URL, _ network: any Layer, _ optimiser: any Optimiser
    ) throws -> Int {
        let contents = try Safetensors.read(checkpoint)
        guard contents.metadata["key"] == (try key), let text = contents.metadata["epochs"],
            let epochs = Int(text)
        else { return 0 }
        try network.load(contents.tensors, from: checkpoint.path)
        let prefix = "optimiser."
        let state = contents.tensors.filter { $0.key.hasPrefix(prefix) }
        try optimiser.load(
            Dictionary(
                uniqueKeysWithValues: state.map {
                    ($0.key.dropFirst(prefix.count).description, $0.value)
                }),
            from: checkpoint.path)
        return epochs
    }
}

/// A training run that cannot go on.
public enum TrainingFault: Error, Equatable, CustomStringConvertible {
    /// There are no examples, or a batch or the number of epochs is absurd.
    case nothingToDo(examples: Int, batchSize: Int, epochs: Int)
    /// The loss became infinite or NaN in this epoch, counted from 1.
    case diverged(epoch: Int)
    /// The file at the checkpoint's place is damaged, or lacks a tensor of the run that it names.
    case badCheckpoint(path: String, reason: String)

    public var description: String {
        switch self {
        case .nothingToDo(let examples, let batchSize, let epochs):
            "Training needs at least one example and one in a batch; \(examples) examples in batches of \(batchSize) for \(epochs) epochs were asked for."
        case .diverged(let epoch):
            "The loss stopped being a number in epoch \(epoch): try a lower learning rate."
        case .badCheckpoint(let path, let reason):
            "\(path) is no checkpoint to go on from: \(reason) Remove it, and training begins anew."
        }
    }
}
