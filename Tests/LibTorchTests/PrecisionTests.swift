import LibTorch
import Testing

@Suite("Precision")
struct PrecisionTests {
    let input: Tensor
    let weight: Tensor

    init() throws {
        try Engine.setThreadCount(1)
        input = try Tensor((0..<12).map { Float($0) / 7 }, shape: [3, 4])
        weight = try Tensor((0..<8).map { Float($0) / 3 - 1 }, shape: [2, 4])
    }

    @Test("products run in the precision's type, and in float32 again afterwards")
    func types() throws {
        for (precision, expected) in [
            (Precision.float32, DType.float32), (.bfloat16, .bfloat16), (.float16, .float16),
        ] {
            let product = try precision.during(on: .cpu) { try input.linear(weight, bias: nil) }
            #expect(product.dtype == expected)
            #expect(try input.linear(weight, bias: nil).dtype == .float32)
        }
    }

    @Test("a product in bfloat16 is that of the rounded factors")
    func values() throws {
        let found = try Precision.bfloat16.during(on: .cpu) {
            try input.linear(weight, bias: nil)
        }
        let rounded = try input.to(.bfloat16).to(.float64)
            .linear(weight.to(.bfloat16).to(.float64), bias: nil)
        // The result is rounded once more, to 8 bits.
        try expect(found.to(.float64), near: rounded, within: 1.0 / 256)
    }

    @Test("scopes nest, and one that throws leaves the setting as it was")
    func nesting() throws {
        struct Poison: Error {}
        try Precision.bfloat16.during(on: .cpu) {
            let inner = try Precision.float32.during(on: .cpu) {
                try input.linear(weight, bias: nil)
            }
            #expect(inner.dtype == .float32)
            _ = try? Precision.float32.during(on: .cpu) { throw Poison() }
            #expect(try input.linear(weight, bias: nil).dtype == .bfloat16)
        }
        _ = try? Precision.bfloat16.during(on: .cpu) { throw Poison() }
        #expect(try input.linear(weight, bias: nil).dtype == .float32)
    }

    @Test("parameters stay in float32, and their gradients come in it")
    func gradients() throws {
        let layer = try Linear(inputs: 4, outputs: 2, generator: Generator(seed: 1))
        let (_, gradients) = try layer.lossAndGradients {
            try Precision.bfloat16.during(on: .cpu) { try layer(input) }.to(.float32).square().sum()
        }
        for gradient in gradients { #expect(gradient?.dtype == .float32) }
        let (_, exact) = try layer.lossAndGradients { try layer(input).square().sum() }
        for (gradient, exact) in zip(gradients, exact) {
            try expect(#require(gradient), near: #require(exact), within: 0.02)
        }
    }
}
