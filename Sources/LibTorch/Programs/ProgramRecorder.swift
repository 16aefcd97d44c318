extension Program {
    /// Records a function of tensors as a program: every operator that it calls, with its arguments.
    ///
    /// Sizes that Swift code read off a tensor become fixed; a network whose batch size may vary must
    /// not depend on it except through operators.
    /// - Parameters:
    ///   - inputs: examples, with their names; the first dimension is left open.
    ///   - function: called once, without recording gradients.
    public static func recording(
        _ inputs: [(name: String, example: Tensor)], _ function: ([Tensor]) throws -> [Tensor]
    ) throws -> Program {
        let recorder = ProgramRecorder()
        // Fresh handles, so that an input is never taken for a weight.
        let examples = try inputs.map { try $0.example.detached() }
        for (input, example) in zip(inputs, examples) { recorder.name(example, input.name) }
        let results = try Gradient.pausing {
            try ProgramRecorder.$current.withValue(recorder) { try function(examples) }
        }
        let outputs = results.enumerated().map { index, tensor in
            Output(
                path: results.count == 1 ? "" : "\(index)", name: recorder.valueName(of: tensor))
        }
        return Program(
            inputs: zip(inputs, examples).map { input, example in
                Input(
                    name: input.name,
                    sizes: [.open(.symbol("batch"))] + example.shape.dropFirst().map(Size.fixed),
                    dtype: example.dtype)
            },
            tensors: recorder.tensors, nodes: recorder.nodes, outputs: outputs,
            ranges: ["batch": 1...Int.max])
    }
}

/// Writes down the operators that are called on this task.
final class ProgramRecorder: Sendable {
    @TaskLocal static var current: ProgramRecorder?

    // Sendable by confinement: the recorder lives as long as one synchronous call.
    nonisolated(unsafe) private(set) var nodes: [Program.Node] = []
    nonisolated(unsafe) private(set) var tensors: [String: Tensor] = [:]
    nonisolated(unsafe) private var names: [UnsafeRawPointer: String] = [:]
    /// Held, so that no address is given to another tensor meanwhile.
    nonisolated(unsafe) private var held: [Tensor] = []

    func name(_ tensor: Tensor, _ name: String) {
        held.append(tensor)
        if let identity = tensor.identity { names[identity] = name }
    }

    /// The name of a tensor; one that no operator made is a weight.
    func valueName(of tensor: Tensor) -> String {
        if let known = tensor.identity.flatMap({ names[$0] }) { return known }
        let name = "w\(tensors.count)"
        tensors[name] = tensor
        self.name(tensor, name)
        return name
    }

    func record(
        _ called: Operator, _ arguments: [(name: String?, value: Operator.Argument)],
        _ results: [Tensor]
    ) {
        let schema = called.schema.flatMap(OperatorSchema.init)
        let written = arguments.enumerated().map { index, argument in
            (
                name: argument.name ?? schema?.arguments[index].name ?? "\(index)",
                value: value(argument.value)
            )
        }
        let outputs = results.enumerated().map { index, result -> String? in
            let name = "v\(nodes.count)" + (index > 0 ? ".\(index)" : "")
            self.name(result, name)
            return name
        }
        nodes.append(Program.Node(.operator(called.name), written, outputs: outputs))
    }

    private func value(_ argument: Operator.Argument) -> Program.Argument {
        switch argument {
        case .tensor(let tensor): .value(valueName(of: tensor))
        case .tensors(let tensors): .tensors(tensors.map(valueName))
        case .optionalTensors(let tensors): .tensors(tensors.map { $0.map(valueName) })
        case .device: .device
        default: .constant(argument)
        }
    }
}
