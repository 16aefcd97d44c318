extension Program {
    /// A copy whose gradients have gradients: each kink is rounded off over about 1/`sharpness`.
    ///
    /// A ReLU becomes softplus, ln(1 + exp(βx))/β with β the sharpness, and so do its relatives (ReLU6,
    /// hard sigmoid, hard swish, leaky ReLU); a maximum over a window becomes ln Σ exp(βx)/β. Both lie
    /// above what they stand for, by at most ln 2/β and ln(window)/β. The original has zero second
    /// derivatives nearly everywhere; where an attack must follow the gradient of a gradient, this copy
    /// shows the way, and what is found is judged by the original.
    /// - Parameter sharpness: β, above 0.
    /// - Throws: ``ProgramFault/unsupported(what:source:)`` where a ReLU writes into a part of another
    ///   tensor, or a pooling cannot be written so.
    public func smoothed(sharpness: Double) throws -> Program {
        guard sharpness > 0 else {
            throw ProgramFault.unsupported(what: "a sharpness that is not positive", source: nil)
        }
        var writer = SmoothingWriter(program: self, sharpness: sharpness)
        for node in nodes { try writer.write(node) }
        return writer.finished()
    }
}

/// Writes a program anew, smooth calls in the place of kinked ones.
private struct SmoothingWriter {
    let original: Program
    let sharpness: Double
    private var nodes: [Program.Node] = []
    /// What a value is called now: after a call in place, by its result's name.
    private var renamed: [String: String] = [:]
    /// The values that share memory with another.
    private let aliased: Set<String>
    private var count = 0

    init(program: Program, sharpness: Double) {
        original = program
        self.sharpness = sharpness
        var aliased: Set<String> = []
        for node in program.nodes where !node.isInPlace {
            guard let text = node.operatorName.flatMap({ Operator($0).schema }),
                let schema = OperatorSchema(text)
            else { continue }
            for argument in schema.arguments where argument.isAliased {
                aliased.formUnion(node[argument.name]?.names ?? [])
                aliased.formUnion(node.outputs.compactMap { $0 })
            }
        }
        self.aliased = aliased
    }

    func finished() -> Program {
        var program = original
        program.nodes = nodes
        for index in program.outputs.indices {
            program.outputs[index].name = now(program.outputs[index].name)
        }
        return program
    }

    private func now(_ name: String) -> String {
        var name = name
        while let next = renamed[name] { name = next }
        return name
    }

    mutating func write(_ node: Program.Node) throws {
        var node = node
        node.arguments = node.arguments.map { ($0.name, $0.value.renamed(now)) }
        guard case .value(let input)? = node.arguments.first?.value,
            case let output?? = node.outputs.first, let name = node.operatorName,
            try smooth(name, node, input)
        else {
            nodes.append(node)
            return
        }
        // What made the result gets the name that the program knows it by.
        nodes[nodes.count - 1].outputs = [output]
        if node.isInPlace {
            guard !aliased.contains(input) else {
                throw ProgramFault.unsupported(
                    what: "'\(name)' on a part of another tensor", source: node.source)
            }
            renamed[input] = output
        }
    }

    /// Appends calls of which the last makes the smooth result; false for a call that is left as it
    /// is.
    private mutating func smooth(
        _ name: String, _ node: Program.Node, _ input: String
    ) throws -> Bool {
        let base = String(name.split(separator: ".").first ?? "")
        switch base.hasSuffix("_") ? String(base.dropLast()) : base {
        case "aten::relu": _ = softplus(input)
        case "aten::relu6": _ = clamped(input, from: 0, to: 6)
        case "aten::hardtanh":
            _ = clamped(
                input, from: constant(node["min_val"]) ?? -1, to: constant(node["max_val"]) ?? 1)
        case "aten::hardsigmoid": _ = hardSigmoid(input)
        case "aten::hardswish":
            let gate = hardSigmoid(input)
            _ = call("aten::mul.Tensor", [("self", input), ("other", gate)])
        case "aten::leaky_relu":
            let slope = constant(node["negative_slope"]) ?? 0.01
            // slope·x + (1 − slope)·softplus(x)
            let line = call("aten::mul.Tensor", [("self", input)], ("other", slope))
            let bend = softplus(input)
            let rest = call("aten::mul.Tensor", [("self", bend)], ("other", 1 - slope))
            _ = call("aten::add.Tensor", [("self", line), ("other", rest)])
        case "aten::max_pool2d": _ = try pooled(node, input)
        default: return false
        }
        return true
    }

    private func constant(_ argument: Program.Argument?) -> Double? {
        switch argument {
        case .constant(.double(let number)): number
        case .constant(.int(let number)): Double(number)
        default: nil
        }
    }

    private func whole(_ argument: Program.Argument?, or usual: [Int]) -> [Int]? {
        switch argument {
        case nil: usual
        case .constant(.ints(let numbers)) where numbers.count == 2: numbers
        case .constant(.ints(let numbers)) where numbers.count == 1: [numbers[0], numbers[0]]
        case .constant(.ints(let numbers)) where numbers.isEmpty: usual
        default: nil
        }
    }

    // MARK: Calls

    private mutating func fresh() -> String {
        count += 1
        return "smooth \(count)"
    }

    private mutating func call(
        _ name: String, _ tensors: [(String, String)], _ numbers: (String, Double)...
    ) -> String {
        let output = fresh()
        nodes.append(
            Program.Node(
                .operator(name),
                tensors.map { ($0.0, Program.Argument.value($0.1)) }
                    + numbers.map { ($0.0, .constant(.double($0.1))) }, outputs: [output]))
        return output
    }

    private mutating func softplus(_ input: String) -> String {
        call("aten::softplus", [("self", input)], ("beta", sharpness), ("threshold", 20))
    }

    private mutating func shifted(_ input: String, by number: Double) -> String {
        call("aten::add.Tensor", [("self", input)], ("other", number))
    }

    /// low + softplus(x − low) − softplus(x − high)
    private mutating func clamped(_ input: String, from low: Double, to high: Double) -> String {
        let (fromLow, fromHigh) = (shifted(input, by: -low), shifted(input, by: -high))
        let (above, beyond) = (softplus(fromLow), softplus(fromHigh))
        let ramp = call("aten::sub.Tensor", [("self", above), ("other", beyond)])
        return shifted(ramp, by: low)
    }

    /// clamp(x + 3, 0, 6)/6
    private mutating func hardSigmoid(_ input: String) -> String {
        let ahead = shifted(input, by: 3)
        let ramp = clamped(ahead, from: 0, to: 6)
        return call("aten::div.Tensor", [("self", ramp)], ("other", 6))
    }

    private mutating func size(_ function: SizeFunction, _ arguments: [Program.Argument]) -> String
    {
        let output = fresh()
        nodes.append(
            Program.Node(
                .size(function), arguments.map { ("", $0) }, outputs: [output]))
        return output
    }

    /// ln Σ exp(βx)/β over each window.
    private mutating func pooled(_ node: Program.Node, _ input: String) throws -> String {
        func unsupported() -> ProgramFault {
            .unsupported(what: "this form of maximum pooling in a smooth copy", source: node.source)
        }
        guard let kernel = whole(node["kernel_size"], or: []), kernel.count == 2,
            let stride = whole(node["stride"], or: kernel),
            let padding = whole(node["padding"], or: [0, 0]),
            let dilation = whole(node["dilation"], or: [1, 1])
        else { throw unsupported() }
        if case .constant(.bool(true))? = node["ceil_mode"] { throw unsupported() }
        var source = input
        if padding != [0, 0] {
            source = fresh()
            nodes.append(
                Program.Node(
                    .operator("aten::constant_pad_nd"),
                    [
                        ("self", .value(input)),
                        (
                            "pad",
                            .constant(.ints([padding[1], padding[1], padding[0], padding[0]]))
                        ),
                        // Far below everything, and still a number when it is scaled.
                        ("value", .constant(.double(-1e4))),
                    ], outputs: [source]))
        }
        let sides = (0..<2).map { axis in
            let whole = size(.size, [.value(source), .constant(.int(axis + 2))])
            let reach = dilation[axis] * (kernel[axis] - 1) + 1
            let rest = size(.sub, [.value(whole), .constant(.int(reach))])
            let steps = size(.floordiv, [.value(rest), .constant(.int(stride[axis]))])
            return size(.add, [.value(steps), .constant(.int(1))])
        }
        let images = size(.size, [.value(source), .constant(.int(0))])
        let channels = size(.size, [.value(source), .constant(.int(1))])
        let windows = fresh()
        nodes.append(
            Program.Node(
                .operator("aten::im2col"),
                [
                    ("self", .value(source)), ("kernel_size", .constant(.ints(kernel))),
                    ("dilation", .constant(.ints(dilation))),
                    ("padding", .constant(.ints([0, 0]))), ("stride", .constant(.ints(stride))),
                ], outputs: [windows]))
        let apart = reshaped(
            windows,
            [
                .value(images), .value(channels), .constant(.int(kernel[0] * kernel[1])),
                .constant(.int(-1)),
            ])
        let scaled = call("aten::mul.Tensor", [("self", apart)], ("other", sharpness))
        let sum = fresh()
        nodes.append(
            Program.Node(
                .operator("aten::logsumexp"),
                [("self", .value(scaled)), ("dim", .constant(.ints([2])))], outputs: [sum]))
        let maximum = call("aten::div.Tensor", [("self", sum)], ("other", sharpness))
        return reshaped(
            maximum,
            [.value(images), .value(channels), .value(sides[0]), .value(sides[1])])
    }

    private mutating func reshaped(_ input: String, _ shape: [Program.Argument]) -> String {
        let output = fresh()
        nodes.append(
            Program.Node(
                .operator("aten::reshape"),
                [("self", .value(input)), ("shape", .numbers(shape))], outputs: [output]))
        return output
    }
}
