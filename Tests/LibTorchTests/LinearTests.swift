import LibTorch
import TestSupport
import Testing

@Suite("Linear")
struct LinearTests {
    @Test("gives PyTorch's result over the last dimension", arguments: [true, false])
    func agrees(bias: Bool) throws {
        let golden = try Golden("layers")
        let name = bias ? "linear with bias: " : "linear without bias: "
        let layer = try Linear(inputs: 5, outputs: 4, bias: bias, generator: Generator(seed: 1))
        #expect(layer.state.map(\.name) == (bias ? ["weight", "bias"] : ["weight"]))
        try layer.load(golden.all(name))
        try expect(layer(golden["\(name)in"]), near: golden["\(name)out"], within: 2e-6)
    }

    @Test("starts uniform in ±1/√inputs")
    func start() throws {
        let layer = try Linear(inputs: 100, outputs: 50, generator: Generator(seed: 2))
        let numbers = try layer.weight.floats()
        #expect(numbers.allSatisfy { abs($0) <= 0.1 })
        #expect(try #require(numbers.max()) > 0.099)
        #expect(try #require(numbers.min()) < -0.099)
    }

    @Test("refuses an input of another width, naming both")
    func width() throws {
        let layer = try Linear(inputs: 5, outputs: 4, generator: Generator(seed: 1))
        let error = #expect(throws: TorchError.self) { try layer(.zeros([2, 6])) }
        let sentence = "\(try #require(error))"
        #expect(sentence.contains("aten::linear") && sentence.contains("2x6"))
    }
}
