import LibTorch
import TestSupport
import Testing

@Suite("Gradients")
struct GradientTests {
    private struct Poison: Error {}
    private func poison() throws { throw Poison() }
    // A function of its own: Swift 6.3 confuses a closure with that of an `#expect` after it when
    // both stand inside a third.
    private func expectPoison(
        sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
    ) {
        #expect(throws: Poison.self, sourceLocation: sourceLocation, performing: body)
    }

    private let golden: Golden
    private static let names = ["images", "0.weight", "0.bias", "4.weight", "4.bias"]

    init() throws { golden = try Golden("gradients") }

    private var inputs: [Tensor] {
        get throws { try Self.names.map { try golden[$0] } }
    }

    private func logits(_ inputs: [Tensor]) throws -> Tensor {
        try inputs[0].conv2d(inputs[1], bias: inputs[2], padding: [1, 1]).relu().maxPool2d(2)
            .flattened(from: 1).linear(inputs[3], bias: inputs[4])
    }

    private func loss(_ inputs: [Tensor]) throws -> Tensor {
        try logits(inputs).crossEntropy(golden["labels"])
    }

    private func smoothLoss(_ inputs: [Tensor]) throws -> Tensor {
        try inputs[0].conv2d(inputs[1], bias: inputs[2], padding: [1, 1]).tanh().averagePool2d(2)
            .flattened(from: 1).linear(inputs[3], bias: inputs[4])
            .crossEntropy(golden["labels"])
    }

    /// Expects operations to be recorded on this thread now, or not.
    private func expectRecording(
        _ expected: Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let recorded = try (Tensor([1.0]).watched() + 1).requiresGradient
        #expect(recorded == expected, sourceLocation: sourceLocation)
    }

    // MARK: Against PyTorch

    @Test("of a small network by its input and parameters are PyTorch's")
    func network() throws {
        let (value, _, gradients) = try Gradient.valueAndGradients(at: inputs) {
            (try loss($0), ())
        }
        try expect(value, near: golden["value"])
        for (name, gradient) in zip(Self.names, gradients) {
            try expect(#require(gradient), near: golden["by \(name)"], name)
        }
    }

    @Test("of the input alone are PyTorch's, and what else the function tells comes along")
    func input() throws {
        let all = try inputs
        let (value, extra, gradient) = try Gradient.valueAndGradient(at: all[0]) { images in
            let logits = try logits([images] + all[1...])
            return (value: try logits.crossEntropy(golden["labels"]), extra: logits)
        }
        try expect(value, near: golden["value"])
        try expect(extra, near: golden["logits"])
        try expect(gradient, near: golden["by images"])
    }

    @Test("of a value that is no single number are those of its sum")
    func sum() throws {
        let x = try Tensor([1.0, 2, 3])
        let (value, gradient) = try Gradient.valueAndGradient(at: x) { try $0.square() }
        #expect(try value.doubles() == [1, 4, 9])
        #expect(try gradient.doubles() == [2, 4, 6])
    }

    @Test("along chosen cotangents are PyTorch's")
    func cotangents() throws {
        let all = try inputs
        let gradient = try Gradient.recording {
            let images = try all[0].watched()
            let logits = try logits([images] + all[1...])
            return try Gradient.of(
                [logits], cotangents: [golden["cotangents"]], towards: [images])[0]
        }
        try expect(#require(gradient), near: golden["logits · cotangents by images"])
    }

    @Test("of gradients are PyTorch's")
    func secondOrder() throws {
        let (penalty, first, gradients) = try Gradient.recording {
            let watched = try inputs.map { try $0.watched() }
            let loss = try smoothLoss(watched)
            let first = try #require(
                Gradient.of([loss], towards: [watched[0]], differentiable: true)[0])
            let penalty = try first.square().sum()
            return (penalty, first, try Gradient.of([penalty], towards: watched))
        }
        try expect(first, near: golden["smooth by images"])
        try expect(penalty, near: golden["penalty"])
        for (name, gradient) in zip(Self.names, gradients) {
            try expect(#require(gradient), near: golden["penalty by \(name)"], name)
        }
    }

    @Test("of the same outputs can be taken twice when the graph is kept, and not otherwise")
    func keepingGraph() throws {
        try Gradient.recording {
            let x = try Tensor([3.0]).watched()
            let y = try x.square()
            let once = try Gradient.of([y], towards: [x], keepingGraph: true)[0]
            let twice = try Gradient.of([y], towards: [x])[0]
            #expect(try once?.doubles() == [6] && twice?.doubles() == [6])
            let reason = try expectNone { _ = try Gradient.of([y], towards: [x]) }
            #expect(reason.contains("second time"))
        }
    }

    @Test("are nil for inputs that do not take part")
    func unused() throws {
        let (_, _, gradients) = try Gradient.valueAndGradients(
            at: [Tensor([1.0]), Tensor([2.0])]
        ) { (try $0[1].square(), ()) }
        #expect(gradients[0] == nil)
        #expect(try gradients[1]?.doubles() == [4])
    }

    // MARK: What must be left alone

    @Test("leave the caller's tensor untouched, and results are cut off from the graph")
    func untouched() throws {
        let x = try golden["images"]
        let bytes = try x.bytes()
        let (value, gradient) = try Gradient.valueAndGradient(at: x) { try $0.square() }
        #expect(!x.requiresGradient && !value.requiresGradient && !gradient.requiresGradient)
        #expect(try x.bytes() == bytes)
    }

    @Test("let an error of the function through, and leave everything as it was")
    func errors() throws {
        let x = try golden["images"]
        let bytes = try x.bytes()
        for outer in [false, true] {
            let run = { (body: () throws -> Void) throws in
                try outer ? Gradient.recording(body) : Gradient.pausing(body)
            }
            try run {
                expectPoison {
                    _ = try Gradient.valueAndGradient(at: x) { (watched: Tensor) -> Tensor in
                        _ = try watched.exp()
                        throw Poison()
                    }
                }
                try expectRecording(outer)
            }
        }
        #expect(!x.requiresGradient)
        #expect(try x.bytes() == bytes)
    }

    @Test("are recorded or not as the innermost scope says, also after an error")
    func scopes() throws {
        try Gradient.pausing {
            try expectRecording(false)
            try Gradient.recording {
                try expectRecording(true)
                expectPoison { try Gradient.pausing(poison) }
                try expectRecording(true)
                try Gradient.pausing { try expectRecording(false) }
                try expectRecording(true)
            }
            expectPoison { try Gradient.recording(poison) }
            try expectRecording(false)
        }
    }

    // MARK: What cannot be

    private func expectNone(
        _ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        let error = #expect(
            throws: TorchError.self, sourceLocation: sourceLocation, performing: body)
        guard case .noGradient(let reason)? = error else {
            Issue.record("\(String(describing: error))", sourceLocation: sourceLocation)
            return ""
        }
        return reason
    }

    @Test("of a function that does not depend on its input are refused")
    func independent() throws {
        let reason = try expectNone {
            _ = try Gradient.valueAndGradient(at: Tensor([1.0])) { (_: Tensor) in
                try Tensor([2.0])
            }
        }
        #expect(!reason.isEmpty)
        // Another watched tensor takes part, so that there is a graph, but not of this input.
        let other = try Tensor([3.0]).watched()
        let dependsOnAnother = try expectNone {
            _ = try Gradient.valueAndGradient(at: Tensor([1.0])) { (_: Tensor) in
                try other.square()
            }
        }
        #expect(dependsOnAnother == "the output does not depend on the input.")
    }

    @Test("by whole numbers are refused")
    func integers() throws {
        let reason = try expectNone {
            _ = try Gradient.valueAndGradient(at: Tensor([1, 2])) { try $0.square() }
        }
        #expect(reason.contains("floating point"))
    }

    @Test("with cotangents that do not fit the outputs are refused")
    func badCotangents() throws {
        try Gradient.recording {
            let x = try Tensor([1.0, 2]).watched()
            let y = try x.square()
            let tooFew = try expectNone { _ = try Gradient.of([y], cotangents: [], towards: [x]) }
            #expect(tooFew.contains("1") && tooFew.contains("0"))
            let shape = try expectNone {
                _ = try Gradient.of([y], cotangents: [Tensor([1.0, 2, 3])], towards: [x])
            }
            #expect(shape.contains("3"))
        }
    }
}
