import LibTorch
import Testing

@Suite("Arithmetic of tensors")
struct TensorArithmeticTests {
    static let operations: [Operation] = [
        Operation("a + b") { try $0.a + $0.b },
        Operation("a + row") { try $0.a + $0("row") },
        Operation("a + column") { try $0.a + $0("column") },
        Operation("a + 1.5") { try $0.a + 1.5 },
        Operation("a - b") { try $0.a - $0.b },
        Operation("a - 1.5") { try $0.a - 1.5 },
        Operation("1.5 - a") { try 1.5 - $0.a },
        Operation("a * b") { try $0.a * $0.b },
        Operation("a * 1.5") { try $0.a * 1.5 },
        Operation("1.5 * a") { try 1.5 * $0.a },
        Operation("a / positive") { try $0.a / $0("positive") },
        Operation("a / 1.5") { try $0.a / 1.5 },
        Operation("1.5 / positive") { try 1.5 / $0("positive") },
        Operation("-a") { try -$0.a },
        Operation("abs") { try $0.a.abs() },
        Operation("sign") { try $0("halves").sign() },
        Operation("sign of special") { try $0("special").sign() },
        Operation("exp") { try $0.a.exp() },
        Operation("log") { try $0("positive").log() },
        Operation("sqrt") { try $0("positive").sqrt() },
        Operation("square") { try $0.a.square() },
        Operation("tanh") { try $0.a.tanh() },
        Operation("atanh") { try $0("unit").atanh() },
        Operation("sigmoid") { try $0("large").sigmoid() },
        Operation("softplus") { try $0("large").softplus() },
        Operation("softplus, threshold 40") { try $0("large").softplus(threshold: 40) },
        Operation("round") { try $0("halves").round() },
        Operation("clamped below") { try $0.a.clamped(min: -0.3) },
        Operation("clamped above") { try $0.a.clamped(max: 0.3) },
        Operation("clamped") { try $0.a.clamped(min: -0.3, max: 0.4) },
        Operation("maximum") { try $0.a.maximum($0.b) },
        Operation("minimum") { try $0.a.minimum($0.b) },
        Operation("isNaN") { try $0("special").isNaN() },
        Operation("isFinite") { try $0("special").isFinite() },
        Operation("ties > other") { try $0("ties") .> $0("other") },
        Operation("ties >= other") { try $0("ties") .>= $0("other") },
        Operation("ties < other") { try $0("ties") .< $0("other") },
        Operation("ties <= other") { try $0("ties") .<= $0("other") },
        Operation("ties == other") { try $0("ties") .== $0("other") },
        Operation("ties != other") { try $0("ties") .!= $0("other") },
        Operation("ties > 0") { try $0("ties") .> 0 },
        Operation("ties >= 0") { try $0("ties") .>= 0 },
        Operation("ties < 0") { try $0("ties") .< 0 },
        Operation("ties <= 0") { try $0("ties") .<= 0 },
        Operation("ties == 0") { try $0("ties") .== 0 },
        Operation("ties != 0") { try $0("ties") .!= 0 },
        Operation("yes & no") { try $0("yes") .& $0("no") },
        Operation("yes | no") { try $0("yes") .| $0("no") },
        Operation("!yes") { try .!$0("yes") },
        Operation("choose") { try $0("yes").choose($0("special"), .full([6], 7, dtype: .float64)) },
    ]

    @Test("agrees with PyTorch", arguments: operations)
    func agrees(_ operation: Operation) throws { try operation.check() }

    @Test("refuses shapes that do not broadcast, naming both sizes")
    func shapes() throws {
        let error = #expect(throws: TorchError.self) {
            try Tensor.zeros([2, 3]) + Tensor.zeros([2, 4])
        }
        guard case .operatorFailed("aten::add.Tensor", let reason) = error else {
            Issue.record("not the error that was expected: \(String(describing: error))")
            return
        }
        #expect(reason.contains("(3)") && reason.contains("(4)"))
    }
}
