import LibTorch
import Testing

@Suite("SGD")
struct SGDTests {
    struct Form: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var momentum = 0.0
        var weightDecay = 0.0
        var nesterov = false

        func make(_ parameters: [NamedTensor]) throws -> SGD {
            try SGD(
                parameters, momentum: momentum, weightDecay: weightDecay, nesterov: nesterov)
        }
    }

    static let forms = [
        Form(testDescription: "plain"),
        Form(testDescription: "momentum", momentum: 0.9),
        Form(testDescription: "nesterov", momentum: 0.9, nesterov: true),
        Form(testDescription: "weight decay", weightDecay: 0.05),
        Form(testDescription: "all", momentum: 0.8, weightDecay: 0.05, nesterov: true),
    ]

    @Test("goes the way of torch.optim.SGD", arguments: forms, OptimiserRun.all)
    func agrees(_ form: Form, _ run: OptimiserRun) throws {
        try run.check("sgd \(form.testDescription)", form.make)
    }

    @Test("goes on from a saved state as if nothing had happened", arguments: forms)
    func resumes(_ form: Form) throws {
        try OptimiserRun(dtype: .float32, storage: .channelsLast).checkResuming(form.make)
    }
}
