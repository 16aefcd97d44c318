import Testing

@testable import LibTorch

@Suite("A normalisation that takes its statistics from what it is given")
struct ProgramSafetyTests {
    /// A convolution of which `what` is normalised.
    private func program(
        normalising what: String, statistics: (mean: Tensor, variance: Tensor)? = nil
    ) throws -> Program {
        let weight = try Tensor((0..<8).map { Float($0) }, shape: [2, 4, 1, 1])
        func normalised(_ tensor: Tensor, _ shape: [Int]) throws -> Tensor {
            let none = Operator.Argument.none
            let mean = statistics.map { Operator.Argument.tensor($0.mean) } ?? none
            let variance = statistics.map { Operator.Argument.tensor($0.variance) } ?? none
            let result = try Operator("aten::batch_norm")(
                .tensor(tensor.reshaped([1, 2, -1])), none, none, mean, variance, .bool(true),
                .double(0), .double(1e-6), .bool(false))
            return try result.reshaped(shape)
        }
        return try Program.recording([("images", .ones([1, 4, 2, 2]))]) { inputs in
            let weight = what == "weight" ? try normalised(weight, [2, 4, 1, 1]) : weight
            let maps = try inputs[0].conv2d(weight, bias: nil)
            return [what == "maps" ? try normalised(maps, [-1, 2, 2, 2]) : maps]
        }
    }

    @Test("is allowed where that is a weight, as in networks that standardise theirs")
    func standardisedWeight() throws {
        #expect(throws: Never.self) { try program(normalising: "weight").refuseTraining() }
    }

    @Test("is refused where it depends on the images, or changes running statistics")
    func refused() throws {
        #expect(throws: ProgramFault.self) { try program(normalising: "maps").refuseTraining() }
        #expect(throws: ProgramFault.self) {
            try program(normalising: "weight", statistics: (.zeros([2]), .ones([2])))
                .refuseTraining()
        }
    }
}

@Suite("Attention in training mode")
struct AttentionSafetyTests {
    private func program(calling name: String, dropout: Operator.Argument) -> Program {
        Program(
            inputs: [Program.Input(name: "images", sizes: [], dtype: .float32)], tensors: [:],
            nodes: [
                Program.Node(
                    .operator(name),
                    [
                        ("query", .value("images")), ("key", .value("images")),
                        ("value", .value("images")), ("dropout_p", .constant(dropout)),
                    ], outputs: ["attended"], source: "net.py, line 7")
            ], outputs: [Program.Output(path: "", name: "attended")])
    }

    @Test(
        "is refused where it drops, by whichever of its names the program calls it",
        arguments: [
            "aten::scaled_dot_product_attention", "aten::_scaled_dot_product_attention_math",
            "aten::_scaled_dot_product_flash_attention",
            "aten::_scaled_dot_product_flash_attention_for_cpu",
            "aten::_scaled_dot_product_efficient_attention",
            "aten::_scaled_dot_product_cudnn_attention",
        ])
    func dropout(_ name: String) throws {
        #expect(Operator(name).exists)
        for dropout in [Operator.Argument.double(0.1), .int(1)] {
            let fault = #expect(throws: ProgramFault.self) {
                try program(calling: name, dropout: dropout).refuseTraining()
            }
            #expect(fault == .training(layer: "dropout in attention", source: "net.py, line 7"))
        }
        #expect(throws: Never.self) {
            try program(calling: name, dropout: .double(0)).refuseTraining()
        }
    }
}
