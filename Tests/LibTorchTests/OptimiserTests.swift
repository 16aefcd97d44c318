import LibTorch
import TestSupport
import Testing

@Suite("Training")
struct OptimiserTests {
    private struct Poison: Error {}

    enum Kind: String, CaseIterable {
        case sgd, adam

        func make(_ parameters: [NamedTensor]) throws -> any Optimiser {
            switch self {
            case .sgd: try SGD(parameters, momentum: 0.9, weightDecay: 5e-3, nesterov: true)
            case .adam: try Adam(parameters, weightDecay: 0.05)
            }
        }

        var peak: Double { self == .sgd ? 0.1 : 0.01 }
    }

    private func network(seed: UInt64 = 1, dropout: Double = 0) throws -> Sequential {
        let generator = try Generator(seed: seed)
        return Sequential([
            try Convolution2d(
                inputChannels: 2, outputChannels: 4, kernelSize: 3, padding: 1, bias: false,
                generator: generator),
            try BatchNorm2d(channels: 4), ReLU(), MaxPool2d(2),
            try Convolution2d(
                inputChannels: 4, outputChannels: 6, kernelSize: 3, padding: 1, groups: 2,
                generator: generator),
            ReLU(), Flatten(),
            try Linear(inputs: 54, outputs: 3, generator: generator), Dropout(dropout),
        ])
    }

    /// Six steps; the losses on the way.
    private func train(
        _ network: Sequential, _ kind: Kind, channelsLast: Bool = false, seed: UInt64 = 1
    ) throws -> [Double] {
        let golden = try Golden("training")
        let labels = try golden["labels"]
        let images =
            channelsLast ? try golden["images"].channelsLast() : try golden["images"]
        let optimiser = try kind.make(network.parameters)
        let rate = LearningRate.oneCycle(peak: kind.peak, warmUp: 0.5)
        let mode = Mode.training(try Generator(seed: seed))
        return try (0..<6).map { step in
            let (loss, gradients) = try network.lossAndGradients {
                try network(images, mode: mode).crossEntropy(labels, labelSmoothing: 0.1)
            }
            try optimiser.step(
                gradients: gradients, learningRate: rate.value(step: step, of: 6))
            return try loss.item()
        }
    }

    @Test("ends where PyTorch's ends", arguments: Kind.allCases, [false, true])
    func agrees(_ kind: Kind, channelsLast: Bool) throws {
        let golden = try Golden("training")
        let network = try network()
        try network.load(golden.all("start "))
        let losses = try train(network, kind, channelsLast: channelsLast)
        try expect(Tensor(losses), near: golden["\(kind): losses"], within: 1e-5)
        for (name, value) in network.state {
            try expect(value, near: golden["\(kind): \(name)"], within: 2e-5, name)
        }
    }

    @Test("takes PyTorch's gradients by every parameter")
    func gradients() throws {
        let golden = try Golden("training")
        let network = try network()
        try network.load(golden.all("start "))
        let (_, gradients) = try network.lossAndGradients {
            try network(golden["images"], mode: .training(Generator(seed: 1)))
                .crossEntropy(golden["labels"], labelSmoothing: 0.1)
        }
        #expect(gradients.count == network.parameters.count)
        for ((name, _), gradient) in zip(network.parameters, gradients) {
            try expect(
                #require(gradient), near: golden["first gradient \(name)"], within: 1e-5, name)
        }
    }

    @Test("twice gives the same weights, bit by bit", arguments: Kind.allCases)
    func reproducible(_ kind: Kind) throws {
        let runs = try (0..<2).map { _ in
            let network = try network(seed: 5, dropout: 0.3)
            let losses = try train(network, kind, seed: 9)
            return (losses, try network.state.map { try $0.value.bytes() })
        }
        #expect(runs[0].0 == runs[1].0)
        #expect(runs[0].1 == runs[1].1)
        let other = try network(seed: 5, dropout: 0.3)
        #expect(try train(other, kind, seed: 10) != runs[0].0)
    }

    @Test("needs gradients of the parameters for the length of a call only, also after an error")
    func parametersAreFree() throws {
        let network = try network()
        #expect(throws: Poison.self) {
            try network.lossAndGradients {
                #expect(network.parameters.allSatisfy { $0.value.requiresGradient })
                #expect(network.buffers.allSatisfy { !$0.value.requiresGradient })
                throw Poison()
            }
        }
        #expect(network.state.allSatisfy { !$0.value.requiresGradient })
        let (loss, gradients) = try network.lossAndGradients {
            try network(.ones([1, 2, 6, 6])).sum()
        }
        #expect(network.state.allSatisfy { !$0.value.requiresGradient })
        #expect(!loss.requiresGradient)
        #expect(gradients.allSatisfy { $0?.requiresGradient == false })
    }

    @Test(
        "leaves parameters alone that have no gradient, be it all of them", arguments: Kind.allCases
    )
    func noGradients(_ kind: Kind) throws {
        let parameters: [NamedTensor] = [
            ("a", try Tensor([1.0, 2])), ("b", try Tensor([3.0])),
        ]
        let optimiser = try kind.make(parameters)
        try optimiser.step(gradients: [nil, nil], learningRate: 0.1)
        #expect(try parameters.map { try $0.value.doubles() } == [[1, 2], [3]])
        try optimiser.step(gradients: [nil, Tensor([1.0])], learningRate: 0.1)
        #expect(try parameters[0].value.doubles() == [1, 2])
        #expect(try parameters[1].value.doubles() != [3])
    }

    @Test("follows a gradient that is one number seen many times", arguments: Kind.allCases)
    func expandedGradient(_ kind: Kind) throws {
        let start = try Tensor((0..<64).map(Float.init), shape: [8, 8])
        let (_, expanded) = try Gradient.valueAndGradient(at: start) { try $0.sum() * 3 }
        let ends = try [expanded, start.fullLike(3)].map { gradient in
            let parameter = try start.cloned()
            let optimiser = try kind.make([("w", parameter)])
            try optimiser.step(gradients: [gradient], learningRate: 0.1)
            return try parameter.floats()
        }
        #expect(ends[0] == ends[1])
        #expect(try ends[0] != start.floats())
    }

    @Test(
        "refuses a saved state that lacks a tensor or has another shape", arguments: Kind.allCases)
    func badState(_ kind: Kind) throws {
        let optimiser = try kind.make([("a", Tensor([1.0, 2]))])
        let name = try #require(optimiser.state.first?.name)
        let good = Dictionary(uniqueKeysWithValues: optimiser.state.map { ($0.name, $0.value) })
        try optimiser.load(good, from: "state")
        for replacement in [nil, try Tensor.zeros([3])] {
            var bad = good
            bad[name] = replacement
            #expect(
                throws: TorchError.badFile(
                    path: "state",
                    reason: "the optimiser's tensor '\(name)' is missing or altered.")
            ) { try optimiser.load(bad, from: "state") }
        }
    }
}
