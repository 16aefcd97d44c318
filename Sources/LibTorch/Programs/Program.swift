/// A network as a flat list of operator calls: what `torch.export` leaves of a PyTorch model.
///
/// It is a value. A rewrite takes one and returns another that computes the same, faster or
/// smoother; ``Replay`` runs one.
public struct Program {
    /// A tensor that the caller gives.
    public struct Input {
        /// The value's name in the nodes.
        public var name: String
        /// The size of each dimension; some may depend on the batch.
        public var sizes: [Size]
        /// Nil for a type that ``DType`` does not name.
        public var dtype: DType?
    }

    /// A size of an input: fixed when the model was exported, or left open.
    public enum Size: Equatable {
        /// This size alone.
        case fixed(Int)
        /// An expression in symbols, such as `s77` or `2*s77`.
        case open(SizeExpression)
    }

    /// A tensor that the caller gets.
    public struct Output {
        /// Where it stands in what the model returned: empty for a single tensor, `0` and `1` in a
        /// tuple or list, a key in a dictionary, joined by dots where they are nested.
        public var path: String
        /// The value's name in the nodes.
        public var name: String
    }

    /// One call.
    public struct Node {
        /// What is called.
        public var function: Function
        /// By the names of the operator's schema; what is left out takes its default.
        public var arguments: [(name: String, value: Argument)]
        /// The names of what it makes, in the operator's order; nil for a result that nobody wants.
        public var outputs: [String?]
        /// The line of the user's source that it came from, where the file says.
        public var source: String?

        /// Names all parts.
        public init(
            _ function: Function, _ arguments: [(name: String, value: Argument)],
            outputs: [String?], source: String? = nil
        ) {
            self.function = function
            self.arguments = arguments
            self.outputs = outputs
            self.source = source
        }
    }

    /// What a node calls.
    public enum Function: Hashable {
        /// An operator of libtorch by its full name, such as `aten::add.Tensor`.
        case `operator`(String)
        /// Arithmetic with sizes.
        case size(SizeFunction)
    }

    /// An argument of a call.
    public indirect enum Argument {
        /// Something fixed.
        case constant(Operator.Argument)
        /// A tensor or number made before.
        case value(String)
        /// Tensors made before; nil where the operator allows none.
        case tensors([String?])
        /// Whole numbers, some made before.
        case numbers([Argument])
        /// The device that the program runs on.
        case device
    }

    /// A parameter or a buffer of the module that was exported.
    public struct Weight {
        /// Its name in the module, such as `features.0.weight`: that of PyTorch's `state_dict`.
        public var name: String
        /// The value's name in the nodes.
        public var value: String
        /// Whether it was a parameter, which training changes, and not a buffer, such as a running
        /// statistic.
        public var isParameter: Bool
    }

    /// What the caller gives, in the model's order.
    public var inputs: [Input]
    /// Parameters, buffers and constants, by their values' names.
    public var tensors: [String: Tensor]
    /// What the module called its parameters and buffers, in its order; weights that are tied in the
    /// module are one tensor in ``tensors``. A rewrite may leave some without a tensor, and a
    /// program that was not read from a file has none.
    public var weights: [Weight]
    /// The calls, in the order in which they are made.
    public var nodes: [Node]
    /// What the caller gets, in the model's order.
    public var outputs: [Output]
    /// What each symbol may be.
    public var ranges: [String: ClosedRange<Int>]

    /// Names all parts; whether they make a program shows where one is replayed.
    public init(
        inputs: [Input], tensors: [String: Tensor], weights: [Weight] = [], nodes: [Node],
        outputs: [Output], ranges: [String: ClosedRange<Int>] = [:]
    ) {
        self.inputs = inputs
        self.tensors = tensors
        self.weights = weights
        self.nodes = nodes
        self.outputs = outputs
        self.ranges = ranges
    }
}

extension Program {
    /// A copy whose tensors have memory of their own, so that changing them changes nobody else's;
    /// tied weights stay tied.
    public func withOwnTensors() throws -> Program {
        var program = self
        var copies: [UnsafeRawPointer?: Tensor] = [:]
        program.tensors = try tensors.mapValues { tensor in
            if let known = copies[tensor.identity] { return known }
            let copy = try tensor.cloned()
            copies[tensor.identity] = copy
            return copy
        }
        return program
    }
}

extension Program.Argument {
    /// The names of the values that it takes.
    public var names: [String] {
        switch self {
        case .constant, .device: []
        case .value(let name): [name]
        case .tensors(let names): names.compactMap { $0 }
        case .numbers(let numbers): numbers.flatMap(\.names)
        }
    }

    /// The same with other names for the values.
    public func renamed(_ name: (String) -> String) -> Program.Argument {
        switch self {
        case .constant, .device: self
        case .value(let old): .value(name(old))
        case .tensors(let names): .tensors(names.map { $0.map(name) })
        case .numbers(let numbers): .numbers(numbers.map { $0.renamed(name) })
        }
    }
}

extension Program.Node {
    /// The argument of a name, or nil where the call leaves it to the operator's default.
    public subscript(_ name: String) -> Program.Argument? {
        get { arguments.first { $0.name == name }?.value }
        set {
            if let index = arguments.firstIndex(where: { $0.name == name }) {
                if let newValue {
                    arguments[index].value = newValue
                } else {
                    arguments.remove(at: index)
                }
            } else if let newValue {
                arguments.append((name, newValue))
            }
        }
    }

    /// The operator's name, or nil for arithmetic with sizes.
    public var operatorName: String? {
        if case .operator(let name) = function { name } else { nil }
    }

    /// Whether the operator changes its first argument in place: PyTorch ends such names in `_`.
    public var isInPlace: Bool {
        guard let base = operatorName?.split(separator: ".").first else { return false }
        return base.hasSuffix("_") && !base.hasSuffix("__")
    }
}
