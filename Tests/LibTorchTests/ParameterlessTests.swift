import LibTorch
import TestSupport
import Testing

@Suite("Layers without parameters")
struct ParameterlessTests {
    struct Pool: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var size: Int
        var stride: Int?
        var padding = 0
    }

    @Test(
        "MaxPool2d gives PyTorch's result",
        arguments: [
            Pool(testDescription: "size 2", size: 2),
            Pool(testDescription: "size 3, stride 2", size: 3, stride: 2),
            Pool(testDescription: "size 3, stride 1, padding 1", size: 3, stride: 1, padding: 1),
        ])
    func maxPool(_ pool: Pool) throws {
        let golden = try Golden("layers")
        let layer = MaxPool2d(pool.size, stride: pool.stride, padding: pool.padding)
        let output = try layer(golden["pool: in"])
        try expect(output, near: golden["pool: \(pool.testDescription)"], within: 0)
    }

    @Test(
        "AveragePool2d gives PyTorch's result, in either storage",
        arguments: [
            Pool(testDescription: "size 2", size: 2),
            Pool(testDescription: "size 3, stride 1, padding 1", size: 3, stride: 1, padding: 1),
            Pool(testDescription: "size 3, padding 1", size: 3, padding: 1),
            Pool(testDescription: "size 5, stride 2, padding 2", size: 5, stride: 2, padding: 2),
        ], [false, true])
    func averagePool(_ pool: Pool, channelsLast: Bool) throws {
        let golden = try Golden("windows")
        let layer = AveragePool2d(pool.size, stride: pool.stride, padding: pool.padding)
        let input = try golden["average: in"]
        let output = try layer(channelsLast ? input.channelsLast() : input)
        try expect(output, near: golden["average: \(pool.testDescription)"])
    }

    @Test(
        "GlobalAveragePool2d gives PyTorch's result, in either storage", arguments: [false, true])
    func globalAveragePool(channelsLast: Bool) throws {
        let golden = try Golden("windows")
        let input = try golden["average: in"]
        let output = try GlobalAveragePool2d()(channelsLast ? input.channelsLast() : input)
        try expect(output, near: golden["average: global"])
    }

    @Test("ReLU and Flatten do what their names say, and hold nothing")
    func simple() throws {
        let input = try Tensor([-1.0, 2, -0.5, 0], shape: [2, 2, 1])
        #expect(try ReLU()(input).doubles() == [0, 2, 0, 0])
        #expect(try Flatten()(input).shape == [2, 2])
        #expect(ReLU().state.isEmpty && Flatten().state.isEmpty && Dropout(0.5).state.isEmpty)
    }

    // MARK: Dropout

    private let ones: Tensor

    init() throws {
        try Engine.setThreadCount(1)
        ones = try .ones([100, 1000])
    }

    private func dropped(_ probability: Double, seed: UInt64) throws -> Tensor {
        try Dropout(probability)(ones, mode: .training(Generator(seed: seed)))
    }

    @Test("Dropout keeps its share and scales it up", arguments: [0.1, 0.3, 0.5, 0.9])
    func share(_ probability: Double) throws {
        let values = try dropped(probability, seed: 7).floats()
        let scaled = Float(1 / (1 - probability))
        #expect(values.allSatisfy { $0 == 0 || abs($0 - scaled) <= 1e-6 * scaled })
        let kept = Double(values.filter { $0 != 0 }.count) / Double(values.count)
        let deviation = (probability * (1 - probability) / Double(values.count)).squareRoot()
        #expect(abs(kept - (1 - probability)) < 4 * deviation)
    }

    @Test("Dropout draws from the generator alone")
    func seeds() throws {
        #expect(try dropped(0.5, seed: 7).bytes() == dropped(0.5, seed: 7).bytes())
        #expect(try dropped(0.5, seed: 7).bytes() != dropped(0.5, seed: 8).bytes())
        let generator = try Generator(seed: 7)
        let first = try Dropout(0.5)(ones, mode: .training(generator))
        let second = try Dropout(0.5)(ones, mode: .training(generator))
        #expect(try first.bytes() != second.bytes())
    }

    @Test("Dropout does nothing in evaluation, or with probability 0")
    func idle() throws {
        #expect(try Dropout(0.5)(ones).identity == ones.identity)
        #expect(try dropped(0, seed: 1).bytes() == ones.bytes())
    }

    @Test("Dropout with probability 1 leaves zeros, not NaN")
    func everything() throws {
        #expect(try dropped(1, seed: 1).floats().allSatisfy { $0 == 0 })
    }

    @Test("Dropout lets the gradient through where it kept the value")
    func gradient() throws {
        let (value, gradient) = try Gradient.valueAndGradient(at: ones) {
            try Dropout(0.4)($0, mode: .training(Generator(seed: 3)))
        }
        #expect(try gradient.bytes() == value.bytes())
    }

    @Test("Dropout refuses a probability that is none", arguments: [-0.1, 1.5, .nan])
    func noProbability(_ probability: Double) throws {
        let error = #expect(throws: TorchError.self) { try dropped(probability, seed: 1) }
        #expect("\(try #require(error))".contains("bernoulli"))
    }
}
