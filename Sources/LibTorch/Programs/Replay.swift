/// Runs a ``Program``: its calls, one after another, through libtorch's dispatcher.
///
/// Gradients of any order pass through it like through any other function of tensors.
///
///     let replay = try Replay(ProgramFile(url).program)
///     let logits = try replay([images])[0]
public final class Replay {
    /// What is run.
    public let program: Program
    /// What its products are computed in, but for the last, which gives scores, and the first, which reads
    /// pixels: these stay in float32, and so do all outputs; a first convolution of few channels reads
    /// pixels in two halves.
    public let precision: Precision
    /// Where it runs, and where inputs must be.
    public private(set) var device = Device.cpu
    private var steps: [Step] = []
    private var tensors: [(slot: Int, tensor: Tensor)] = []
    private let inputSlots: [Int]
    private let outputSlots: [Int]
    private let slotCount: Int
    /// The steps that run in the precision.
    private let narrow: Range<Int>
    /// The values that later steps take from these.
    private var handedOn: [Int] = []

    /// - Throws: ``ProgramFault/missingOperator(name:source:)`` for an operator that this libtorch
    ///   does not have.
    public init(_ program: Program, precision: Precision = .float32) throws {
        let program = try program.splittingPixels(for: precision).narrowingWeights(to: precision)
        self.program = program
        self.precision = precision
        var slots: [String: Int] = [:]
        func slot(_ name: String) -> Int {
            if let known = slots[name] { return known }
            slots[name] = slots.count
            return slots.count - 1
        }
        tensors = program.tensors.map { (slot($0.key), $0.value) }
        inputSlots = program.inputs.map { slot($0.name) }
        steps = try program.nodes.map { node in
            // Arguments first: a value may be replaced by one of the same name.
            let arguments = node.arguments.map { Step.Argument($0.value, slot) }
            return try Step(node, arguments: arguments, outputs: node.outputs.map { $0.map(slot) })
        }
        outputSlots = program.outputs.map { slot($0.name) }
        slotCount = slots.count
        narrow = precision == .float32 ? 0..<0 : program.narrowable
        let made = Set(
            steps[max(narrow.lowerBound - 1, 0)..<narrow.upperBound]
                .flatMap { $0.outputs.compactMap { $0 } })
        let wanted = steps[narrow.upperBound...].flatMap { $0.arguments.flatMap(\.slots) }
        handedOn = Array(made.intersection(wanted + outputSlots))
        freeEarly()
    }

    /// Notes after which step each value is not needed any more.
    private func freeEarly() {
        var seen = Set(outputSlots + tensors.map(\.slot))
        for index in steps.indices.reversed() {
            let used = Set(
                steps[index].arguments.flatMap(\.slots) + steps[index].outputs.compactMap { $0 })
            steps[index].finished = used.filter { seen.insert($0).inserted }
        }
    }

    /// Moves parameters, buffers and constants.
    public func move(to device: Device) throws {
        for index in tensors.indices {
            tensors[index].tensor = try tensors[index].tensor.to(device)
        }
        self.device = device
    }

    /// The model's outputs, in the order of ``Program/outputs``.
    /// - Throws: ``ProgramFault/input(reason:)`` for inputs that do not fit, and ``TorchError`` where
    ///   an operator fails.
    public func callAsFunction(_ inputs: [Tensor]) throws -> [Tensor] {
        try self(inputs, observing: nil)
    }

    /// As above; `observing` is told of each operator's node, the tensors that it took, and those
    /// that it made.
    func callAsFunction(
        _ inputs: [Tensor], observing: ((Program.Node, [Tensor], [Tensor]) -> Void)?
    ) throws -> [Tensor] {
        try program.check(inputs)
        var values = [Value?](repeating: nil, count: slotCount)
        for (slot, tensor) in tensors { values[slot] = .tensor(tensor) }
        for (slot, input) in zip(inputSlots, inputs) { values[slot] = .tensor(input) }
        func run(_ range: Range<Int>) throws {
            for index in range {
                let node = program.nodes[index]
                try steps[index].run(&values, device: device) { observing?(node, $0(), $1) }
                for slot in steps[index].finished { values[slot] = nil }
            }
        }
        try run(0..<narrow.lowerBound)
        if !narrow.isEmpty, let narrowType = precision.productType {
            func convert(_ slots: [Int], from type: DType, to other: DType) throws {
                for slot in slots {
                    guard case .tensor(let tensor) = values[slot], tensor.dtype == type else {
                        continue
                    }
                    values[slot] = .tensor(try tensor.to(other))
                }
            }
            // What the first product made is the largest of all; what is done with it before the
            // second, such as pooling, is bound by memory.
            let first = steps[narrow.lowerBound - 1].outputs.compactMap { $0 }
            try convert(first, from: .float32, to: narrowType)
            try precision.during(on: device) { try run(narrow) }
            try convert(handedOn, from: narrowType, to: .float32)
        }
        try run(narrow.upperBound..<steps.count)
        return try outputSlots.map { slot in
            guard case .tensor(let tensor) = values[slot] else {
                throw ProgramFault.unsupported(what: "an output that is no tensor", source: nil)
            }
            return tensor
        }
    }

    fileprivate enum Value {
        case tensor(Tensor)
        case number(SizeNumber)
    }
}

extension Replay {
    /// A node, its names resolved.
    fileprivate struct Step {
        indirect enum Argument {
            case constant(Operator.Argument)
            case slot(Int)
            case tensors([Int?])
            case numbers([Argument])
            case device

            init(_ argument: Program.Argument, _ slot: (String) -> Int) {
                self =
                    switch argument {
                    case .constant(let constant): .constant(constant)
                    case .value(let name): .slot(slot(name))
                    case .tensors(let names): .tensors(names.map { $0.map(slot) })
                    case .numbers(let numbers): .numbers(numbers.map { Argument($0, slot) })
                    case .device: .device
                    }
            }

            var slots: [Int] {
                switch self {
                case .constant, .device: []
                case .slot(let slot): [slot]
                case .tensors(let slots): slots.compactMap { $0 }
                case .numbers(let numbers): numbers.flatMap(\.slots)
                }
            }
        }

        let function: Program.Function
        let call: Operator?
        /// The names of arguments that do not stand where the schema has them; nil for the others.
        let names: [String?]
        let arguments: [Argument]
        let outputs: [Int?]
        let source: String?
        var finished: [Int] = []

        init(_ node: Program.Node, arguments: [Argument], outputs: [Int?]) throws {
            function = node.function
            self.arguments = arguments
            self.outputs = outputs
            source = node.source
            guard let name = node.operatorName else {
                call = nil
                names = arguments.map { _ in nil }
                return
            }
            let found = Operator(name)
            guard found.exists, let schema = found.schema.flatMap(OperatorSchema.init) else {
                throw ProgramFault.missingOperator(name: name, source: node.source)
            }
            call = found
            var isPositional = true
            names = node.arguments.indices.map { index in
                let name = node.arguments[index].name
                isPositional =
                    isPositional && index < schema.arguments.count
                    && schema.arguments[index].name == name
                return isPositional ? nil : name
            }
        }

        /// - Parameter observing: given what the operator took, when it asks, and what it made.
        func run(
            _ values: inout [Value?], device: Device, observing: (() -> [Tensor], [Tensor]) -> Void
        ) throws {
            guard let call else {
                try count(&values)
                return
            }
            let arguments = try arguments.map { try argument($0, values, device) }
            let results = try call.call(zip(names, arguments).map { ($0, $1) })
            if outputs.count == 1, results.count != 1 {
                // A list that one name stands for has been spread by the reader.
                throw unsupported("'\(call.name)', which gives \(results.count) results,")
            }
            for (slot, result) in zip(outputs, results) {
                if let slot { values[slot] = .tensor(result) }
            }
            observing({ arguments.flatMap(\.tensors) }, results)
        }

        private func unsupported(_ what: String) -> ProgramFault {
            .unsupported(what: what, source: source)
        }

        private func argument(
            _ argument: Argument, _ values: [Value?], _ device: Device
        ) throws -> Operator.Argument {
            switch argument {
            case .constant(let constant): return constant
            case .device: return .device(device)
            case .slot(let slot):
                switch values[slot] {
                case .tensor(let tensor): return .tensor(tensor)
                case .number(let number): return number.argument
                case nil: throw unsupported("a value that is not there")
                }
            case .tensors(let slots):
                return .optionalTensors(
                    try slots.map { slot in
                        guard let slot else { return nil }
                        guard case .tensor(let tensor) = values[slot] else {
                            throw unsupported("a number among tensors")
                        }
                        return tensor
                    })
            case .numbers(let numbers):
                let found = try numbers.map { try number($0, values) }
                let ints = found.compactMap(\.int)
                return ints.count == found.count ? .ints(ints) : .doubles(found.map(\.double))
            }
        }

        private func number(_ argument: Argument, _ values: [Value?]) throws -> SizeNumber {
            switch argument {
            case .constant(.int(let number)): return .int(number)
            case .constant(.double(let number)): return .double(number)
            case .constant(.bool(let flag)): return .bool(flag)
            case .slot(let slot):
                if case .number(let number) = values[slot] { return number }
                // An operator that makes a number gives it as a tensor of one element.
                if case .tensor(let tensor) = values[slot], tensor.rank == 0 {
                    let number = try tensor.item()
                    return Int(exactly: number).map(SizeNumber.int) ?? .double(number)
                }
                fallthrough
            default: throw unsupported("something other than a number among sizes")
            }
        }

        /// Arithmetic with sizes.
        private func count(_ values: inout [Value?]) throws {
            guard case .size(let function) = function, let slot = outputs.first ?? nil else {
                return
            }
            if function.asksATensor {
                guard case .slot(let place) = arguments.first,
                    case .tensor(let tensor) = values[place]
                else { throw unsupported("the size of something that is no tensor") }
                let dimension = try arguments.count > 1 ? number(arguments[1], values).int ?? 0 : 0
                guard let number = function.answer(of: tensor, dimension: dimension) else {
                    throw unsupported("a dimension that a tensor does not have")
                }
                values[slot] = .number(.int(number))
                return
            }
            let numbers = try arguments.map { try number($0, values) }
            guard let number = function.applied(to: numbers) else {
                throw unsupported("'\(function.rawValue)' of these numbers")
            }
            values[slot] = .number(number)
        }
    }
}

extension SizeFunction {
    fileprivate func answer(of tensor: Tensor, dimension: Int) -> Int? {
        let rank = tensor.rank
        let place = dimension < 0 ? dimension + rank : dimension
        switch self {
        case .numel: return tensor.count
        case .size: return (0..<rank).contains(place) ? tensor.shape[place] : nil
        case .stride: return (0..<rank).contains(place) ? tensor.strides[place] : nil
        default: return nil
        }
    }
}
