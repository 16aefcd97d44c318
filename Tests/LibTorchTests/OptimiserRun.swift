import LibTorch
import TestSupport
import Testing

/// Seven steps along the gradients of the golden values, at the rates of one cycle.
struct OptimiserRun: Sendable, CustomTestStringConvertible {
    /// How the numbers are held: libtorch's optimisers walk through memory, not through indices.
    enum Storage: CaseIterable { case rows, channelsLast, channelsLastParametersOnly }

    var dtype: DType
    var storage: Storage

    static let all = [DType.float64, .float32].flatMap { type in
        Storage.allCases.map { OptimiserRun(dtype: type, storage: $0) }
    }

    static let steps = 7
    private static let names = ["kernel", "vector"]
    private static let rate = LearningRate.oneCycle(peak: 0.1, warmUp: 0.4)

    var testDescription: String { "\(dtype), \(storage)" }

    func parameters() throws -> [NamedTensor] {
        let golden = try Golden("optimisers")
        return try Self.names.map { name in
            let start = try golden["\(name): start"].to(dtype)
            return (name, storage != .rows && start.rank == 4 ? try start.channelsLast() : start)
        }
    }

    func step(_ optimiser: any Optimiser, _ step: Int) throws {
        let golden = try Golden("optimisers")
        let gradients: [Tensor?] = try Self.names.map { name in
            // The vector takes no part in the third step.
            guard (name, step) != ("vector", 2) else { return nil }
            let gradient = try golden["\(name): gradient \(step)"].to(dtype)
            return storage == .channelsLast && gradient.rank == 4
                ? try gradient.channelsLast() : gradient
        }
        try optimiser.step(
            gradients: gradients, learningRate: Self.rate.value(step: step, of: Self.steps))
    }

    /// Expects the parameters of `torch.optim` after the first, the third and the last step.
    func check(_ name: String, _ make: ([NamedTensor]) throws -> any Optimiser) throws {
        let golden = try Golden("optimisers")
        let parameters = try parameters()
        let optimiser = try make(parameters)
        for step in 0..<Self.steps {
            try self.step(optimiser, step)
            guard [0, 2, Self.steps - 1].contains(step) else { continue }
            for (key, value) in parameters {
                try expect(
                    value, near: golden["\(name): \(key) after \(step)"],
                    within: dtype == .float64 ? 1e-12 : 1e-6, "\(key) after step \(step)")
            }
        }
    }

    /// Expects a run that was saved and taken up again to end as one that never stopped did.
    func checkResuming(_ make: ([NamedTensor]) throws -> any Optimiser) throws {
        let (through, stopped) = (try parameters(), try parameters())
        let (one, other) = (try make(through), try make(stopped))
        for step in 0..<Self.steps { try self.step(one, step) }
        for step in 0..<3 { try self.step(other, step) }
        let file = try Safetensors.data(of: other.state)

        let resumed = try make(stopped)
        try resumed.load(Safetensors.read(file, path: "state").tensors, from: "state")
        for step in 3..<Self.steps { try self.step(resumed, step) }
        for (a, b) in zip(through, stopped) {
            #expect(try a.value.bytes() == b.value.bytes(), "\(a.name)")
        }
    }
}
