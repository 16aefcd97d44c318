/// Makes a ``Program`` of what a file says.
struct ProgramReader {
    let schema: ProgramSchema
    let payloads: ProgramPayloads
    let path: String

    func program() throws -> Program {
        let graph = schema.graphModule.graph
        let signature = schema.graphModule.signature
        var inputs: [Program.Input] = []
        var tensors: [String: Tensor] = [:]
        var named: [Program.Weight] = []
        let weights = try payloads.read(.weights)
        // Buffers that are not saved with the weights lie among the constants.
        let constants = try payloads.read(.constants)
        for input in signature.inputSpecs {
            switch input {
            case .user(.tensor(let name)): inputs.append(try self.input(name, graph))
            case .user:
                throw ProgramFault.unsupported(what: "an input that is no tensor", source: nil)
            case .parameter(let value, let name), .buffer(let value, let name),
                .constant(let value, let name):
                guard let tensor = weights[name] ?? constants[name] else {
                    throw unreadable("the tensor '\(name)' is missing.")
                }
                tensors[value] = tensor
                if weights[name] != nil {
                    named.append(
                        Program.Weight(name: name, value: value, isParameter: input.isParameter))
                }
            case .other(let kind):
                throw ProgramFault.unsupported(what: "an input of the kind '\(kind)'", source: nil)
            }
        }
        var nodes: [Program.Node] = []
        for node in graph.nodes { try append(node, to: &nodes, renaming: [:]) }
        var program = Program(
            inputs: inputs, tensors: tensors, weights: named, nodes: nodes,
            outputs: try outputs(signature.outputSpecs), ranges: ranges())
        try program.refuseTraining()
        try program.protectInputs()
        try program.checkNames(path: path)
        return program
    }

    private func unreadable(_ reason: String) -> ProgramFault {
        .unreadable(path: path, reason: reason)
    }

    // MARK: Inputs and outputs

    private func input(_ name: String, _ graph: ProgramSchema.Graph) throws -> Program.Input {
        guard let meta = graph.tensorValues[name] else {
            throw unreadable("the shape of the input '\(name)' is missing.")
        }
        let sizes = try meta.sizes.map { size -> Program.Size in
            switch size {
            case .number(let number): return .fixed(number)
            case .expression(let text):
                guard let expression = SizeExpression(text) else {
                    throw unreadable("the size '\(text)' of an input is not understood.")
                }
                return .open(expression)
            }
        }
        return Program.Input(name: name, sizes: sizes, dtype: DType(exported: meta.dtype))
    }

    private func ranges() -> [String: ClosedRange<Int>] {
        schema.rangeConstraints.mapValues { range in
            let low = range.minVal ?? 0
            return low...max(low, range.maxVal ?? .max)
        }
    }

    private func outputs(_ specs: [ProgramSchema.Output]) throws -> [Program.Output] {
        var names: [String?] = []
        for spec in specs {
            switch spec {
            case .user(.tensor(let name)): names.append(name)
            // A number or None beside the tensors is nobody's logits.
            case .user: names.append(nil)
            case .inputMutation: continue
            case .mutation(let tensor): throw ProgramFault.mutated(tensor: tensor)
            case .other(let kind):
                throw ProgramFault.unsupported(what: "an output of the kind '\(kind)'", source: nil)
            }
        }
        let structure = schema.graphModule.moduleCallGraph.first { $0.fqn.isEmpty }?
            .signature.flatMap { OutputStructure(treeSpec: $0.outSpec) }
        var paths = structure?.paths ?? []
        if paths.count != names.count { paths = names.indices.map(String.init) }
        return zip(paths, names).compactMap { path, name in
            name.map { Program.Output(path: path, name: $0) }
        }
    }

    // MARK: Nodes

    /// Calls that check something and make nothing.
    private static let checks: Set = [
        "aten::_assert_tensor_metadata", "aten::_assert_scalar", "aten::_assert_async.msg",
        "aten::_assert_async", "aten::sym_constrain_range", "aten::sym_constrain_range_for_size",
        "aten::_functional_assert_async.msg", "aten::_functional_assert_scalar",
    ]

    private func append(
        _ node: ProgramSchema.Node, to nodes: inout [Program.Node], renaming: [String: String]
    ) throws {
        let source = Self.source(node.metadata["stack_trace"])
        func name(_ old: String) -> String { renaming[old] ?? old }

        if node.target.hasPrefix("torch.ops.higher_order.") {
            try inline(node, to: &nodes, renaming: renaming, source: source)
            return
        }
        let outputs = try node.outputs.flatMap { try Self.names(of: $0, source) }
            .map { $0.map(name) }
        if let function = SizeFunction(target: node.target) {
            nodes.append(
                Program.Node(
                    .size(function),
                    try node.inputs.map { ($0.name, try argument($0.arg, source).renamed(name)) },
                    outputs: outputs, source: source))
            return
        }
        guard let operatorName = Self.operatorName(node.target) else {
            throw ProgramFault.unsupported(what: "'\(node.target)'", source: source)
        }
        if Self.checks.contains(operatorName) { return }
        guard Operator(operatorName).exists else {
            throw ProgramFault.missingOperator(name: operatorName, source: source)
        }
        nodes.append(
            Program.Node(
                .operator(operatorName),
                try node.inputs.map { ($0.name, try argument($0.arg, source).renamed(name)) },
                outputs: outputs, source: source))
    }

    /// Puts the nodes of a part of the model that has a graph of its own where the call to it stands.
    private func inline(
        _ node: ProgramSchema.Node, to nodes: inout [Program.Node], renaming: [String: String],
        source: String?
    ) throws {
        let target = node.target.dropFirst("torch.ops.higher_order.".count)
        var arguments = node.inputs.map(\.arg)
        var recordsGradients = true
        switch target {
        case "wrap_with_set_grad_enabled":
            guard case .bool(let enabled) = arguments.first else { fallthrough }
            recordsGradients = enabled
            arguments.removeFirst()
        case "wrap_with_autocast":
            // Device, type, whether it is on, and whether it keeps copies; then the graph.
            guard arguments.count > 4, case .bool(false) = arguments[2] else { fallthrough }
            arguments.removeFirst(4)
        default:
            throw ProgramFault.unsupported(what: "'\(node.target)'", source: source)
        }
        guard case .graph(let graph) = arguments.first,
            graph.inputs.count == arguments.count - 1
        else { throw unreadable("a part of the program has no graph.") }
        var inner: [String: String] = [:]
        let prefix = "\(node.outputs.first.flatMap(Self.firstName) ?? "part")_\(nodes.count)."
        for name in graph.tensorValues.keys { inner[name] = prefix + name }
        for (place, given) in zip(graph.inputs, arguments.dropFirst()) {
            let names = (try Self.names(of: place, source), try Self.names(of: given, source))
            guard names.0.count == 1, names.1.count == 1, let here = names.0[0],
                let there = names.1[0]
            else {
                throw ProgramFault.unsupported(what: "'\(node.target)' of a list", source: source)
            }
            inner[here] = renaming[there] ?? there
        }
        for node in graph.nodes { try append(node, to: &nodes, renaming: inner) }
        let results = try graph.outputs.flatMap { try Self.names(of: $0, source) }
        let wanted = try node.outputs.flatMap { try Self.names(of: $0, source) }
        guard results.count == wanted.count else {
            throw unreadable("a part of the program gives other results than are asked for.")
        }
        for case (let result?, let name?) in zip(results, wanted) {
            // Under no_grad nothing inside has a gradient; otherwise it is the same tensor.
            nodes.append(
                Program.Node(
                    .operator(recordsGradients ? "aten::alias" : "aten::detach"),
                    [("self", .value(inner[result] ?? result))],
                    outputs: [renaming[name] ?? name], source: source))
        }
    }

    private static func firstName(_ argument: ProgramSchema.Argument) -> String? {
        if case .tensor(let name) = argument { name } else { nil }
    }

    /// The names that an output or a graph's input defines.
    private static func names(
        of argument: ProgramSchema.Argument, _ source: String?
    ) throws -> [String?] {
        switch argument {
        case .tensor(let name), .symbol(let name): [name]
        case .tensors(let names): names
        case .optionalTensors(let names): names
        case .none: [nil]
        default: throw ProgramFault.unsupported(what: "a result that is no tensor", source: source)
        }
    }

    /// `torch.ops.aten.add.Tensor` is `aten::add.Tensor`.
    private static func operatorName(_ target: String) -> String? {
        let prefix = "torch.ops."
        guard target.hasPrefix(prefix) else { return nil }
        let parts = target.dropFirst(prefix.count).split(separator: ".")
        guard parts.count == 2 || parts.count == 3 else { return nil }
        let overload = parts.count == 3 && parts[2] != "default" ? ".\(parts[2])" : ""
        return "\(parts[0])::\(parts[1])\(overload)"
    }

    /// The innermost line of the user's source, as `models.py, line 12`.
    private static func source(_ trace: String?) -> String? {
        guard let trace else { return nil }
        let lines = trace.split(separator: "\n").filter { $0.contains("File \"") }
        // PyTorch's own modules stand below the user's line.
        let own =
            lines.last { !$0.contains("/torch/nn/") && !$0.contains("/torch/_") } ?? lines.last
        guard let line = own else { return nil }
        let parts = line.split(separator: "\"")
        guard parts.count >= 3 else { return nil }
        let file = parts[1].split(separator: "/").last.map(String.init) ?? String(parts[1])
        let rest = parts[2].split(separator: ",").first { $0.contains("line ") } ?? ""
        return file + (rest.isEmpty ? "" : "," + rest)
    }

    // MARK: Arguments

    private func argument(
        _ argument: ProgramSchema.Argument, _ source: String?
    ) throws -> Program.Argument {
        func unsupported(_ what: String) -> ProgramFault {
            .unsupported(what: what, source: source)
        }
        switch argument {
        case .none: return .constant(.none)
        case .tensor(let name), .symbol(let name): return .value(name)
        case .tensors(let names): return .tensors(names)
        case .optionalTensors(let names): return .tensors(names)
        case .int(let number): return .constant(.int(number))
        case .ints(let numbers): return .constant(.ints(numbers))
        case .double(let number): return .constant(.double(number))
        case .doubles(let numbers): return .constant(.doubles(numbers))
        case .bool(let flag): return .constant(.bool(flag))
        case .bools(let flags): return .constant(.bools(flags))
        case .string(let text): return .constant(.string(text))
        case .scalarType(let number):
            guard let dtype = DType(exported: number) else {
                throw unsupported("an element type that is not read here")
            }
            return .constant(.dtype(dtype))
        case .memoryFormat(let number):
            guard let format = ProgramSchema.memoryFormats[number] else {
                throw unsupported("a memory format that is not read here")
            }
            return .constant(.int(format))
        case .layout(let number):
            guard number == ProgramSchema.stridedLayout else { throw unsupported("sparse tensors") }
            return .constant(.int(0))
        // Where the model was exported says nothing about where it runs.
        case .device: return .device
        case .symbols(let symbols):
            return .numbers(
                symbols.map { symbol in
                    switch symbol {
                    case .name(let name): .value(name)
                    case .int(let number): .constant(.int(number))
                    case .double(let number): .constant(.double(number))
                    case .bool(let flag): .constant(.bool(flag))
                    }
                })
        case .graph: throw unsupported("a part with a graph of its own")
        case .other(let form): throw unsupported("an argument of the form '\(form)'")
        }
    }
}

extension DType {
    /// The type of a number in `torch.export`'s files, which counts otherwise than libtorch.
    init?(exported number: Int) {
        let types: [Int: DType] = [
            1: .uint8, 2: .int8, 3: .int16, 4: .int32, 5: .int64, 6: .float16, 7: .float32,
            8: .float64, 10: .complex64, 11: .complex128, 12: .bool, 13: .bfloat16, 28: .uint16,
            29: .float8E4M3, 30: .float8E5M2, 33: .float8E8M0, 34: .uint32, 35: .uint64,
        ]
        guard let type = types[number] else { return nil }
        self = type
    }
}

extension ProgramSchema {
    /// The number of an ordinary, strided tensor's layout.
    static let stridedLayout = 7
    /// libtorch's numbers of contiguous, channels-last, channels-last in 3D, and unchanged.
    static let memoryFormats = [1: 0, 2: 2, 3: 3, 4: 1]
}
