import LibTorch
import Testing

@Suite("Adam")
struct AdamTests {
    struct Form: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var betas = (0.9, 0.999)
        var epsilon = 1e-8
        var weightDecay = 0.0

        func make(_ parameters: [NamedTensor]) throws -> Adam {
            try Adam(parameters, betas: betas, epsilon: epsilon, weightDecay: weightDecay)
        }
    }

    static let forms = [
        Form(testDescription: "plain"),
        Form(testDescription: "weight decay", weightDecay: 0.05),
        Form(testDescription: "other", betas: (0.7, 0.9), epsilon: 1e-3, weightDecay: 0.1),
    ]

    @Test("goes the way of torch.optim.AdamW", arguments: forms, OptimiserRun.all)
    func agrees(_ form: Form, _ run: OptimiserRun) throws {
        try run.check("adam \(form.testDescription)", form.make)
    }

    @Test("goes on from a saved state as if nothing had happened", arguments: forms)
    func resumes(_ form: Form) throws {
        try OptimiserRun(dtype: .float32, storage: .channelsLast).checkResuming(form.make)
    }
}
