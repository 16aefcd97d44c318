import Foundation
import LibTorch
import TestSupport
import Testing

@testable import GREDClassifiers

@Suite("Training")
struct TrainingTests {
    private static let count = 50

    private struct Stop: Error {}

    private let folder: TemporaryFolder
    private var checkpoint: URL { folder.url.appending(component: "checkpoint.safetensors") }

    init() throws {
        try useOneThread()
        folder = try TemporaryFolder()
    }

    /// With batch normalisation (buffers) and dropout (random numbers in a pass).
    private func network(seed: UInt64 = 3) throws -> Sequential {
        let generator = try Generator(seed: seed)
        return Sequential([
            try Convolution2d(
                inputChannels: 1, outputChannels: 4, kernelSize: 3, generator: generator),
            try BatchNorm2d(channels: 4), ReLU(), Flatten(), Dropout(0.2),
            try Linear(inputs: 16, outputs: 3, generator: generator),
        ])
    }

    /// Bright or dark or neither, with noise that the stream adds.
    private func batch(
        _ indices: [Int], _ stream: inout RandomStream
    ) throws -> (inputs: Tensor, labels: Tensor) {
        let labels = indices.map { $0 % 3 }
        let pixels = labels.flatMap { label in
            stream.normals(16).map { Float(label) / 2 + $0 * 0.3 }
        }
        return (try Tensor(pixels, shape: [indices.count, 1, 4, 4]), try Tensor(labels))
    }

    private static let sgd = TrainingPlan.Method.sgd(momentum: 0.9, nesterov: true)

    private func plan(
        _ method: TrainingPlan.Method = .adam, epochs: Int = 5, rate: Double = 0.01
    ) -> TrainingPlan {
        TrainingPlan(
            epochs: epochs, batchSize: 16, method: method,
            learningRate: .oneCycle(peak: rate, warmUp: 0.3), weightDecay: 1e-3,
            labelSmoothing: 0.05, seed: 11)
    }

    /// Trains and returns the bytes of all weights and buffers.
    private func trained(
        _ training: Training, _ network: Sequential? = nil,
        progress: (TrainingProgress) throws -> Void = { _ in }
    ) throws -> [[UInt8]] {
        let network = try network ?? self.network()
        try training.run(network, count: Self.count, progress: progress, batch: batch)
        return try bytes(network)
    }

    private func bytes(_ network: Sequential) throws -> [[UInt8]] {
        try network.state.map { try $0.value.bytes() }
    }

    /// Ends as if it had been killed in the middle of an epoch, counted from 1.
    private func interrupt(_ training: Training, inEpoch epoch: Int) throws {
        var stepsInEpoch = 0
        #expect(throws: Stop.self) {
            try trained(training) {
                if $0.epoch == epoch { stepsInEpoch += 1 }
                if stepsInEpoch == 2 { throw Stop() }
            }
        }
    }

    @Test("lowers the loss, and tells how far it has come")
    func learns() throws {
        var told: [TrainingProgress] = []
        _ = try trained(Training(plan: plan(epochs: 8))) { told.append($0) }
        #expect(told.count == 8 * 4)
        #expect(told.map(\.examples) == told.map(\.examples).sorted())
        #expect(told.last?.examples == 8 * Self.count)
        #expect(told.allSatisfy { $0.totalExamples == 8 * Self.count })
        #expect(told.map(\.epoch) == (1...8).flatMap { [Int](repeating: $0, count: 4) })
        #expect(try #require(told.last).loss < 0.7 * told[0].loss)
    }

    @Test("twice gives the same weights, bit for bit", arguments: [.adam, sgd])
    func repeats(_ method: TrainingPlan.Method) throws {
        let training = Training(plan: plan(method))
        let first = try trained(training)
        #expect(try trained(training) == first)
        #expect(try bytes(network()) != first)

        var other = plan(method)
        other.seed += 1
        #expect(try trained(Training(plan: other)) != first)
    }

    @Test(
        "that was stopped in the middle of an epoch goes on from its checkpoint to the same weights, bit for bit",
        arguments: [.adam, sgd])
    func resumes(_ method: TrainingPlan.Method) throws {
        let whole = try trained(Training(plan: plan(method)))
        let training = Training(plan: plan(method), checkpoint: checkpoint, identity: "digits")
        try interrupt(training, inEpoch: 3)

        var first: TrainingProgress?
        #expect(try trained(training, network(seed: 99)) { first = first ?? $0 } == whole)
        #expect(first?.epoch == 3)
        // A finished run is taken up as finished.
        #expect(
            try trained(training, network(seed: 98)) { _ in Issue.record("trained again") } == whole
        )
    }

    @Test("leaves no gradient to be taken in the network, also when it is stopped")
    func flags() throws {
        let network = try network()
        #expect(throws: Stop.self) {
            try trained(Training(plan: plan()), network) { _ in throw Stop() }
        }
        #expect(network.state.allSatisfy { !$0.value.requiresGradient })
        #expect(throws: Stop.self) {
            try network.lossAndGradients { throw Stop() }
        }
        #expect(network.state.allSatisfy { !$0.value.requiresGradient })
    }

    @Test("ignores a checkpoint of another plan, and one of other data or another network")
    func otherRuns() throws {
        try interrupt(
            Training(plan: plan(), checkpoint: checkpoint, identity: "digits"), inEpoch: 3)
        let ours = try Data(contentsOf: checkpoint)
        for (plan, identity) in [(plan(epochs: 6), "digits"), (plan(), "letters"), (plan(), "")] {
            try ours.write(to: checkpoint)
            var first: TrainingProgress?
            let resumed = try trained(
                Training(plan: plan, checkpoint: checkpoint, identity: identity)
            ) { first = first ?? $0 }
            #expect(first?.epoch == 1 && first?.examples == 16)
            #expect(try resumed == trained(Training(plan: plan)))
        }
    }

    @Test(
        "does not go on from a damaged checkpoint, and names the file",
        arguments: [0, 7, 100, -40, -1])
    func damagedCheckpoint(_ length: Int) throws {
        let training = Training(plan: plan(), checkpoint: checkpoint)
        try interrupt(training, inEpoch: 3)
        let whole = try Data(contentsOf: checkpoint)
        try whole.prefix(length < 0 ? whole.count + length : length).write(to: checkpoint)

        let untouched = try network()
        let fault = #expect(throws: TrainingFault.self) { try trained(training, untouched) }
        guard case .badCheckpoint(let path, let reason) = fault else {
            Issue.record("not the error that was expected: \(String(describing: fault))")
            return
        }
        #expect(path == checkpoint.path && !reason.isEmpty)
        let sentence = "\(try #require(fault))"
        #expect(sentence.contains(checkpoint.path) && sentence.contains("Remove it"))
        #expect(try bytes(untouched) == bytes(network()))
    }

    @Test("stops where the loss is no longer a number, and leaves no checkpoint of it")
    func diverges() throws {
        var plan = plan(Self.sgd, epochs: 50)
        plan.learningRate = .constant(1e30)
        let fault = #expect(throws: TrainingFault.self) {
            try trained(Training(plan: plan, checkpoint: checkpoint))
        }
        #expect(fault == .diverged(epoch: 1))
        #expect("\(try #require(fault))".contains("learning rate"))
        #expect(try folder.contents.isEmpty)
    }

    @Test("does not show the network a batch of one, which has no variance")
    func lastBatch() throws {
        var sizes: [Int] = []
        try Training(plan: plan(epochs: 1)).run(network(), count: 33) { indices, stream in
            sizes.append(indices.count)
            return try batch(indices, &stream)
        }
        #expect(sizes == [16, 16])
    }

    @Test("shows each example once an epoch, in another order each time")
    func order() throws {
        var shown: [Int] = []
        try Training(plan: plan(epochs: 2)).run(network(), count: 50) { indices, stream in
            shown += indices
            return try batch(indices, &stream)
        }
        #expect(shown.prefix(50).sorted() == Array(0..<50))
        #expect(shown.suffix(50).sorted() == Array(0..<50))
        #expect(shown.prefix(50) != shown.suffix(50))
    }
}
