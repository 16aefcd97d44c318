import LibTorch
import TestSupport
import Testing

@Suite("Operators of networks")
struct TensorNetworkTests {
    static let operations: [Operation] = [
        Operation("relu") { try $0.a.relu() },
        Operation("linear") { try $0("matrix").linear($0("matrix")) },
        Operation("averagePool2d") { try $0("images").averagePool2d(2, stride: 1, padding: 1) },
        Operation("adaptiveAveragePool2d") { try $0("images").adaptiveAveragePool2d([2, 3]) },
    ]

    @Test("agree with PyTorch", arguments: operations)
    func agrees(_ operation: Operation) throws { try operation.check() }

    @Test("convolve with unequal strides and paddings")
    func uneven() throws {
        let golden = try Golden("layers")
        let found = try golden["uneven: in"].conv2d(
            golden["uneven: weight"], bias: golden["uneven: bias"], stride: [1, 2],
            padding: [2, 1])
        try expect(found, near: golden["uneven: out"])
    }

    @Test(
        "give PyTorch's cross entropy and its gradient", arguments: ["labels", "soft labels"],
        [0.0, 0.1, 0.5])
    func crossEntropy(_ kind: String, smoothing: Double) throws {
        let golden = try Golden("losses")
        let (value, gradient) = try Gradient.valueAndGradient(at: golden["logits"]) {
            try $0.crossEntropy(golden[kind], labelSmoothing: smoothing)
        }
        try expect(value, near: golden["\(kind), smoothing \(smoothing): value"])
        try expect(gradient, near: golden["\(kind), smoothing \(smoothing): gradient"])
    }

    @Test("refuse a label that is no class, naming it")
    func badLabel() throws {
        let error = #expect(throws: TorchError.self) {
            try Tensor.zeros([2, 3]).crossEntropy(Tensor([0, 7]))
        }
        guard case .operatorFailed("aten::cross_entropy_loss", let reason) = error else {
            Issue.record("not the error that was expected: \(String(describing: error))")
            return
        }
        #expect(reason.contains("7"))
    }

    @Test("refuse images that have another number of channels than the kernel, naming both")
    func badChannels() throws {
        let error = #expect(throws: TorchError.self) {
            try Tensor.zeros([1, 3, 5, 5]).conv2d(.zeros([4, 2, 3, 3]))
        }
        guard case .operatorFailed("aten::conv2d", let reason) = error else {
            Issue.record("not the error that was expected: \(String(describing: error))")
            return
        }
        #expect(reason.contains("[4, 2, 3, 3]") && reason.contains("[1, 3, 5, 5]"))
    }

    @Test("fill with uniform numbers in the range, the same for the same seed")
    func uniform() throws {
        let numbers = try Tensor.zeros([20_000], dtype: .float64)
        try numbers.fillUniform(-3...5, generator: Generator(seed: 4))
        let values = try numbers.doubles()
        #expect(values.allSatisfy { (-3...5).contains($0) })
        // Standard errors: 8/√12/√20,000 = 0.016, four of them.
        #expect(abs(try numbers.mean().item() - 1) < 0.065)
        #expect(try #require(values.min()) < -2.99)
        #expect(try #require(values.max()) > 4.99)
        let again = try numbers.zerosLike()
        try again.fillUniform(-3...5, generator: Generator(seed: 4))
        #expect(try again.doubles() == values)
        try again.fillUniform(-3...5, generator: Generator(seed: 5))
        #expect(try again.doubles() != values)
    }

    @Test("fill with normal numbers of the mean and deviation asked for")
    func normal() throws {
        let numbers = try Tensor.zeros([20_000], dtype: .float64)
        try numbers.fillNormal(mean: 2, standardDeviation: 3, generator: Generator(seed: 4))
        #expect(abs(try numbers.mean().item() - 2) < 0.085)
        #expect(abs(try numbers.variance().item() - 9) < 0.36)
        let again = try numbers.zerosLike()
        try again.fillNormal(mean: 2, standardDeviation: 3, generator: Generator(seed: 4))
        #expect(try again.doubles() == numbers.doubles())
    }

    @Test("draw on from a generator instead of starting anew")
    func generatorMoves() throws {
        let generator = try Generator(seed: 1)
        let (first, second) = (try Tensor.zeros([8]), try Tensor.zeros([8]))
        try first.fillUniform(0...1, generator: generator)
        try second.fillUniform(0...1, generator: generator)
        #expect(try first.floats() != second.floats())
    }
}
