import LibTorch
import TestSupport
import Testing

@Suite("BatchNorm2d")
struct BatchNorm2dTests {
    struct Form: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var momentum: Double
        var epsilon: Double
    }

    @Test(
        "trains and evaluates as PyTorch's, running statistics included",
        arguments: [
            Form(testDescription: "usual", momentum: 0.1, epsilon: 1e-5),
            Form(testDescription: "unusual", momentum: 0.3, epsilon: 1e-2),
        ])
    func agrees(_ form: Form) throws {
        let golden = try Golden("layers")
        let prefix = "batch norm \(form.testDescription): "
        let layer = try BatchNorm2d(channels: 3, momentum: form.momentum, epsilon: form.epsilon)
        try layer.load(golden.all(prefix))
        let training = Mode.training(try Generator(seed: 1))

        let first = try layer(golden[prefix + "first"], mode: training)
        try expect(first, near: golden[prefix + "first out"], within: 3e-6)
        let second = try layer(golden[prefix + "second"], mode: training)
        try expect(second, near: golden[prefix + "second out"], within: 3e-6)
        try expect(
            layer.runningMean, near: golden[prefix + "running_mean after"], within: 1e-6)
        try expect(
            layer.runningVariance, near: golden[prefix + "running_var after"], within: 1e-6)

        let before = try layer.buffers.map { try $0.value.bytes() }
        let evaluated = try layer(golden[prefix + "first"])
        try expect(evaluated, near: golden[prefix + "evaluation out"], within: 3e-6)
        #expect(try layer.buffers.map { try $0.value.bytes() } == before)
    }

    @Test("starts as the identity but for ε, with PyTorch's names")
    func start() throws {
        let layer = try BatchNorm2d(channels: 2)
        #expect(layer.parameters.map(\.name) == ["weight", "bias"])
        #expect(layer.buffers.map(\.name) == ["running_mean", "running_var"])
        #expect(layer.epsilon == 1e-5 && layer.momentum == 0.1)
        let images = try Tensor((0..<8).map(Float.init), shape: [1, 2, 2, 2])
        try expect(layer(images), near: images, within: 1e-5)
    }

    @Test("measures batches anew, each by its share, and draws nothing at random")
    func measuring() throws {
        let layer = try BatchNorm2d(channels: 1)
        let first = try Tensor([Float(0), 2, 4, 6], shape: [4, 1, 1, 1])
        let out = try layer(first, mode: .measuring(share: 1))
        // Mean 3, variance 5 in the batch and 20/3 of what it was drawn from.
        try expect(out, near: (first - 3) / 5.0.squareRoot(), within: 1e-5)
        #expect(try layer.runningMean.floats() == [3])
        try expect(layer.runningVariance, near: Tensor([Float(20) / 3]), within: 1e-5)
        _ = try layer(first + 2, mode: .measuring(share: 0.5))
        #expect(try layer.runningMean.floats() == [4])
        #expect(try Dropout(0.5)(first, mode: .measuring(share: 1)).floats() == first.floats())
    }
}
