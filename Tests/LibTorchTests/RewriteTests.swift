import Testing

@testable import LibTorch

@Suite("A rewritten program")
struct RewriteTests {
    private static let models = [
        "attention", "constants", "convnet", "dictionary", "inplace-input", "interpolate",
        "no-grad", "smooth", "static", "strided", "symbolic", "tied", "tuple",
    ]
    let golden: SafetensorsFile

    init() throws { golden = try Programs.golden() }

    private func expectSame(
        _ program: Program, _ other: Program, on model: String, within tolerance: Double
    ) throws {
        let input = try golden.tensor("\(model)/input")
        let (one, two) = (try Replay(program), try Replay(other))
        func run(_ replay: Replay) throws -> (Tensor, Tensor) {
            try Gradient.valueAndGradient(at: input) { input in
                try .concatenated(replay([input]).map { try $0.flattened(from: 0) })
            }
        }
        let (expected, found) = (try run(one), try run(two))
        try expect(found.0, near: expected.0, within: tolerance, model)
        try expect(found.1, near: expected.1, within: tolerance, "\(model)'s gradient")
    }

    private func program(_ model: String) throws -> Program {
        try ProgramFile(Programs.url(model + ".pt2")).program
    }

    @Test("says the same without no-ops", arguments: models)
    func noOps(_ model: String) throws {
        let program = try program(model)
        try expectSame(program, program.droppingNoOps(), on: model, within: 0)
    }

    @Test("says the same with batch normalisation folded, to rounding", arguments: models)
    func fold(_ model: String) throws {
        let program = try program(model)
        try expectSame(program, program.foldingBatchNorm(), on: model, within: 1e-5)
    }

    @Test("says the same pooling before ReLU", arguments: models)
    func poolFirst(_ model: String) throws {
        let program = try program(model)
        try expectSame(program, program.poolingFirst(), on: model, within: 0)
    }

    @Test("pools before ReLU where it can, and there alone")
    func poolFirstOrder() throws {
        var stream = RandomStream(seed: 1, purpose: "pooling")
        let images = try Tensor(stream.normals(2 * 3 * 8 * 8), shape: [2, 3, 8, 8])
        func names(_ network: (Tensor) throws -> Tensor) throws -> [String] {
            let program = try Program.recording([("images", images)]) { [try network($0[0])] }
            let pooled = program.poolingFirst()
            let (one, other) = (try Replay(program), try Replay(pooled))
            let expected = try Gradient.valueAndGradient(at: images) { try one([$0])[0] }
            let found = try Gradient.valueAndGradient(at: images) { try other([$0])[0] }
            #expect(try expected.value.bytes() == found.value.bytes())
            #expect(try expected.gradient.bytes() == found.gradient.bytes())
            return pooled.nodes.compactMap(\.operatorName)
        }
        let swapped = try names { try $0.relu().maxPool2d(2) }
        #expect(swapped == ["aten::max_pool2d", "aten::relu"])
        func inPlace(_ tensor: Tensor) throws -> Tensor {
            try Operator("aten::relu_")(.tensor(tensor))
        }
        let swappedInPlace = try names { try inPlace($0 * 2).maxPool2d(2) }
        #expect(swappedInPlace.suffix(2) == ["aten::max_pool2d", "aten::relu_"])
        // What ReLU overwrites is wanted elsewhere too.
        let keptInPlace = try names {
            let doubled = try $0 * 2
            return try inPlace(doubled).maxPool2d(2).sum() + doubled.sum()
        }
        #expect(keptInPlace[1...2] == ["aten::relu_", "aten::max_pool2d"])
        // ReLU's result is wanted elsewhere too.
        let kept = try names {
            let positive = try $0.relu()
            return try positive.maxPool2d(2).sum() + positive.sum()
        }
        #expect(kept.prefix(2) == ["aten::relu", "aten::max_pool2d"])
    }

    @Test("says the same channels-last", arguments: models)
    func channelsLast(_ model: String) throws {
        let program = try program(model)
        try expectSame(program, program.channelsLast(), on: model, within: 1e-5)
    }

    @Test("says nearly the same in 16 bits, in float32", arguments: models)
    func narrow(_ model: String) throws {
        let program = try program(model).droppingNoOps()
        let input = try golden.tensor("\(model)/input")
        let expected = try Replay(program)([input])
        let found = try Replay(program, precision: .bfloat16)([input])
        for (one, other) in zip(expected, found) {
            #expect(other.dtype == one.dtype)
            // Eight bits of precision, through a few layers.
            try expect(other, near: one, within: 0.03, model)
        }
    }

    @Test("holds weights in 16 bits, which changes nothing that is computed in them")
    func narrowWeights() throws {
        let program = try program("attention").frozen()
        let narrowed = try program.narrowingWeights(to: .bfloat16)
        let count = narrowed.tensors.values.count { $0.dtype == .bfloat16 }
        #expect(count > 0)
        let ends = [program.narrowable.lowerBound - 1, program.narrowable.upperBound]
        for end in ends {
            #expect(narrowed.weight(narrowed.nodes[end]["weight"])?.dtype == .float32)
        }
        // Products convert wide weights themselves, by the same rounding.
        var wide = narrowed
        for (name, tensor) in narrowed.tensors { wide.tensors[name] = try tensor.to(.float32) }
        let input = try golden.tensor("attention/input")
        let one = try Replay(wide, precision: .bfloat16)([input])[0]
        let other = try Replay(program, precision: .bfloat16)([input])[0]
        #expect(try one.bytes() == other.bytes())
    }

    @Test("reads pixels in two halves, and sees what 16 bits would swallow", arguments: [1, 3])
    func splitPixels(channels: Int) throws {
        // Each pixel less its neighbour: of an even image nothing.
        var kernel = [Float](repeating: 0, count: 9)
        (kernel[4], kernel[5]) = (1, -1)
        let weight = try Tensor(
            (0..<(2 * channels)).flatMap { _ in kernel }, shape: [2, channels, 3, 3])
        let bias = try Tensor.zeros([2])
        let program = try Program.recording([("x", .ones([1, channels, 6, 6]))]) { inputs in
            let maps = try inputs[0].conv2d(weight, bias: bias).relu()
            return [try maps.flattened(from: 1).linear(.ones([3, 32]))]
        }
        #expect(try program.splittingPixels(for: .float32).nodes.count == program.nodes.count)
        #expect(
            try program.splittingPixels(for: .bfloat16).nodes.count == program.nodes.count + 4)
        let image = try Tensor.full([2, channels, 6, 6], 0.7)
        var pattern = [Float](repeating: 0, count: image.count)
        for place in stride(from: 0, to: pattern.count, by: 2) { pattern[place] = 0.0004 }
        let moved = try image + Tensor(pattern, shape: image.shape)
        #expect(try image.to(.bfloat16).bytes() == moved.to(.bfloat16).bytes())

        func scoresAndGradient(_ precision: Precision) throws -> (scores: Tensor, gradient: Tensor)
        {
            let replay = try Replay(program.frozen(), precision: precision)
            let (scores, _, gradient) = try Gradient.valueAndGradient(at: moved) { input in
                let scores = try replay([input])[0]
                return (try scores.rowSums(), scores)
            }
            return (try scores.detached(), gradient)
        }
        let (exact, narrow) = (try scoresAndGradient(.float32), try scoresAndGradient(.bfloat16))
        #expect(try exact.scores.floats().allSatisfy { $0 > 0.001 })
        try expect(narrow.scores, near: exact.scores, within: 1e-3, "scores")
        try expect(narrow.gradient, near: exact.gradient, within: 1e-3, "gradient")
    }

    @Test("says the same frozen, and has no batch normalisation left")
    func frozen() throws {
        let program = try program("convnet")
        let frozen = try program.frozen()
        try expectSame(program, frozen, on: "convnet", within: 1e-5)
        func norms(_ program: Program) -> Int {
            program.nodes.filter { $0.operatorName == "aten::batch_norm" }.count
        }
        #expect(norms(program) > 0 && norms(frozen) == 0)
        #expect(frozen.nodes.count < program.nodes.count + 2)
    }

    @Test("keeps a normalisation whose layer's output is used elsewhere too")
    func sharedOutput() throws {
        let weight = try Tensor((0..<8).map { Float($0) }, shape: [2, 4, 1, 1])
        let (mean, variance) = (try Tensor([1, 2] as [Float]), try Tensor([4, 9] as [Float]))
        let program = try Program.recording([("x", .ones([1, 4, 2, 2]))]) { inputs in
            let maps = try inputs[0].conv2d(weight, bias: nil)
            let normed = try maps.batchNorm(
                weight: .ones([2]), bias: .zeros([2]), runningMean: mean,
                runningVariance: variance, training: false, momentum: 0.1, epsilon: 1e-5)
            return [try maps + normed]
        }
        let folded = try program.foldingBatchNorm()
        #expect(folded.nodes.count == program.nodes.count)
    }

    @Test("is recorded from a network as it runs, and says what the network says")
    func recording() throws {
        let generator = try Generator(seed: 5)
        let network = Sequential([
            try Convolution2d(
                inputChannels: 3, outputChannels: 4, kernelSize: 3, padding: 1,
                generator: generator),
            try BatchNorm2d(channels: 4), ReLU(), MaxPool2d(2), Dropout(0.5), Flatten(),
            try Linear(inputs: 64, outputs: 5, generator: generator),
        ])
        let images = try golden.tensor("convnet/input")
        let program = try Program.recording([("images", images.sliced(0..<1))]) {
            [try network($0[0])]
        }
        let replay = try Replay(program)
        try expect(replay([images])[0], near: network(images), within: 0)
        let frozen = try Replay(program.frozen())
        try expect(frozen([images])[0], near: network(images), within: 1e-6)
        #expect(program.tensors.count == 8)
    }

    @Test("says the same in operators that can be differentiated twice", arguments: models)
    func composed(_ model: String) throws {
        let program = try program(model)
        try expectSame(program, program.twiceDifferentiable(), on: model, within: 1e-5)
    }

    /// An attention of five queries, which are given, on seven keys.
    private func attention(
        on query: Tensor, mask: ((Tensor) throws -> Tensor)? = nil, dropout: Double = 0,
        isCausal: Bool = false, scale: Operator.Argument = .none, groups: Int = 1
    ) throws -> Program {
        var stream = RandomStream(seed: 3, purpose: "attention")
        func noise(_ shape: [Int]) throws -> Tensor {
            try Tensor(stream.normals(shape.reduce(1, *)), shape: shape)
        }
        let heads = query.shape[1] / groups
        let (keys, values) = (try noise([2, heads, 7, 3]), try noise([2, heads, 7, 3]))
        let numbers = try noise([5, 7])
        return try Program.recording([("query", query)]) { inputs in
            try Operator("aten::scaled_dot_product_attention").call(
                [
                    .tensor(inputs[0]), .tensor(keys), .tensor(values),
                    mask.map { .tensor(try $0(numbers)) } ?? .none, .double(dropout),
                    .bool(isCausal),
                ], named: ["scale": scale, "enable_gqa": .bool(groups > 1)])
        }
    }

    private func query() throws -> Tensor {
        var stream = RandomStream(seed: 4, purpose: "query")
        return try Tensor(stream.normals(120), shape: [2, 4, 5, 3])
    }

    @Test(
        "says the same with attention composed, whatever its mask",
        arguments: ["none", "numbers", "truths", "no key", "causal", "scaled", "grouped"])
    func masks(_ kind: String) throws {
        let query = try query()
        let program =
            switch kind {
            case "numbers": try attention(on: query) { $0 }
            case "truths": try attention(on: query) { try $0 .> 0 }
            case "no key":
                // The second query may look at nothing.
                try attention(on: query) { numbers in
                    let rows = try Tensor([1, 0, 1, 1, 1] as [Float], shape: [5, 1])
                    return try (numbers.abs() + 1) * rows .> 0
                }
            case "causal": try attention(on: query, isCausal: true)
            case "scaled": try attention(on: query, scale: .double(0.3))
            case "grouped": try attention(on: query, groups: 2)
            default: try attention(on: query)
            }
        let composed = program.twiceDifferentiable()
        #expect(composed.nodes.count >= program.nodes.count)
        func run(_ program: Program) throws -> (value: Tensor, gradient: Tensor) {
            let replay = try Replay(program)
            return try Gradient.valueAndGradient(at: query) { try replay([$0])[0] }
        }
        let (expected, found) = (try run(program), try run(composed))
        try expect(found.value, near: expected.value, within: 1e-5, kind)
        try expect(found.gradient, near: expected.gradient, within: 1e-5, "\(kind)'s gradient")
        let second = try secondGradient(Replay(composed), at: query)
        let isFinite = try second.floats().allSatisfy(\.isFinite)
        #expect(isFinite)
    }

    @Test("leaves attention with dropout as it is")
    func droppedAttention() throws {
        let program = try attention(on: query(), dropout: 0.1)
        let names = program.twiceDifferentiable().nodes.map(\.operatorName)
        #expect(names == ["aten::scaled_dot_product_attention"])
    }

    /// The gradient of the squared length of the gradient of the squared output.
    private func secondGradient(_ replay: Replay, at input: Tensor) throws -> Tensor {
        let second = try Gradient.recording {
            let input = try input.watched()
            let value = try replay([input])[0].square().sum()
            let first = try #require(
                try Gradient.of([value], towards: [input], differentiable: true)[0])
            return try Gradient.of([first.square().sum() * 0.5], towards: [input])[0]
        }
        return try #require(second)
    }

    /// Its Hessian times its gradient is the slope of the gradient along the gradient itself, and the
    /// original throws.
    private func expectSecondOrderOnlyComposed(_ program: Program, at input: Tensor) throws {
        let original = try Replay(program)
        #expect(throws: TorchError.self) { try secondGradient(original, at: input) }
        let replay = try Replay(program.twiceDifferentiable())
        let found = try secondGradient(replay, at: input)
        func gradient(_ images: Tensor) throws -> Tensor {
            try Gradient.valueAndGradient(at: images) { try replay([$0])[0].square().sum() }.1
        }
        let first = try gradient(input)
        let step = try 1e-2 / first.square().sum().item().squareRoot()
        let slope =
            try (gradient(input + first * step) - gradient(input - first * step)) / (2 * step)
        let (difference, length) = (
            try (found - slope).square().sum().item(), try slope.square().sum().item()
        )
        #expect(length > 0 && difference.squareRoot() < 0.02 * length.squareRoot())
    }

    @Test("has second derivatives with attention composed, which the original has not")
    func attentionSecondOrder() throws {
        try expectSecondOrderOnlyComposed(
            program("attention"), at: golden.tensor("attention/input").sliced(0..<1))
    }

    @Test(
        "says the same with a hard sigmoid composed, and has second derivatives",
        arguments: ["aten::hardsigmoid", "aten::hardsigmoid_"])
    func hardSigmoid(_ name: String) throws {
        // Within the ramp and beyond both its ends.
        let input = try Tensor((0..<12).map { Float($0) - 5.75 }, shape: [2, 6])
        let program = try Program.recording([("x", input)]) { inputs in
            let squares = try inputs[0] * inputs[0].abs() * 0.5
            return [try squares * Operator(name)(.tensor(inputs[0] * 1))]
        }
        let (one, two) = (try Replay(program), try Replay(program.twiceDifferentiable()))
        func run(_ replay: Replay) throws -> (value: Tensor, gradient: Tensor) {
            try Gradient.valueAndGradient(at: input) { try replay([$0])[0] }
        }
        let (expected, found) = (try run(one), try run(two))
        try expect(found.value, near: expected.value, within: 1e-6)
        try expect(found.gradient, near: expected.gradient, within: 1e-6)
        try expectSecondOrderOnlyComposed(program, at: input)
    }

    @Test("comes nearer to the original the sharper its smooth copy is")
    func smooth() throws {
        let program = try program("convnet")
        let input = try golden.tensor("convnet/input")
        let exact = try Replay(program)([input])[0]
        var last = Double.infinity
        for sharpness in [5.0, 50, 500, 5_000] {
            let smooth = try Replay(program.smoothed(sharpness: sharpness))([input])[0]
            let distance = try (smooth - exact).abs().floats().map(Double.init).max() ?? 0
            #expect(distance < last, "sharpness \(sharpness)")
            last = distance
        }
        #expect(last < 1e-2)
    }

    @Test("has second derivatives in its smooth copy, which are the slopes of the first")
    func smoothSecondOrder() throws {
        let replay = try Replay(program("convnet").smoothed(sharpness: 5))
        let input = try golden.tensor("convnet/input").sliced(0..<1)
        let direction = try golden.tensor("convnet/gradient").sliced(0..<1)
        func slope(_ images: Tensor) throws -> Double {
            let (_, gradient) = try Gradient.valueAndGradient(at: images) {
                try replay([$0])[0].square().sum()
            }
            return try (gradient * direction).sum().item()
        }
        let second = try Gradient.recording {
            let input = try input.watched()
            let value = try replay([input])[0].square().sum()
            let first = try #require(
                try Gradient.of([value], towards: [input], differentiable: true)[0])
            return try Gradient.of([(first * direction).sum()], towards: [input])[0]
        }
        let found = try (#require(second) * direction).sum().item()
        let step = 1e-2
        let measured =
            (try slope(input + direction * step) - slope(input - direction * step)) / (2 * step)
        #expect(abs(found - measured) < 0.02 * abs(measured))
        #expect(abs(found) > 1e-6)
    }
}
