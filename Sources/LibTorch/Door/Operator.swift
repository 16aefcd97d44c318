import CLibTorch

/// An operator of libtorch, found by name in its dispatcher, such as `aten::add.Tensor`.
///
/// Every method of ``Tensor`` is one of these; an operator without a method can be called by name:
///
///     let sorted = try Operator("aten::sort").call([.tensor(x)])[0]
public struct Operator: @unchecked Sendable {
    // The handle is immutable and lives as long as the process: it may cross threads.
    private let handle: lt_operator?
    /// As it was given: namespace, name and, where there is one, overload.
    public let name: String

    /// Looks the operator up; a missing one is reported when it is called.
    /// - Parameter name: namespace, name and, where there is one, overload: `aten::add.Tensor`.
    public init(_ name: String) {
        self.name = name
        // The name may be a stranger's, from a file: even an empty one is only an unknown operator.
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        var error: UnsafeMutablePointer<CChar>?
        handle = lt_operator_find(String(parts[0]), parts.count > 1 ? String(parts[1]) : "", &error)
        _ = takeString(error)
    }

    /// Whether this libtorch has the operator.
    public var exists: Bool { handle != nil }

    /// The schema as libtorch prints it: names, types and defaults of the arguments.
    public var schema: String? {
        guard let handle else { return nil }
        return takeString(lt_operator_schema(handle, nil))
    }

    /// Calls the operator.
    /// - Parameters:
    ///   - positional: the first arguments, in the schema's order; later ones take its defaults.
    ///   - named: arguments by their names in the schema.
    /// - Returns: the resulting tensors; a list is spread out, a number is a tensor without
    ///   dimensions.
    @discardableResult
    public func call(
        _ positional: [Self.Argument], named: KeyValuePairs<StaticString, Self.Argument> = [:]
    ) throws -> [Tensor] {
        let pad = ArgumentPad()
        var values: [lt_value] = []
        values.reserveCapacity(positional.count + named.count)
        for argument in positional { values.append(pad.value(of: argument)) }
        for (key, argument) in named {
            var value = pad.value(of: argument)
            value.name = UnsafeRawPointer(key.utf8Start).assumingMemoryBound(to: CChar.self)
            values.append(value)
        }
        let results = try withExtendedLifetime((positional, named)) { try call(values, pad) }
        if let recorder = ProgramRecorder.current {
            recorder.record(
                self,
                positional.map { (nil, $0) } + named.map { ("\($0.key)", $0.value) }, results)
        }
        return results
    }

    /// Calls the operator with arguments whose names, where they have one, are known only now.
    func call(_ arguments: [(name: String?, value: Self.Argument)]) throws -> [Tensor] {
        let pad = ArgumentPad()
        let values = arguments.map { argument in
            var value = pad.value(of: argument.value)
            if let name = argument.name {
                value.name = pad.keep(name)?.assumingMemoryBound(to: CChar.self)
            }
            return value
        }
        return try withExtendedLifetime(arguments) { try call(values, pad) }
    }

    private func call(_ values: [lt_value], _ pad: ArgumentPad) throws -> [Tensor] {
        guard let handle else { throw TorchError.unknownOperator(name: name) }
        var error: UnsafeMutablePointer<CChar>?
        return try withUnsafeTemporaryAllocation(
            of: lt_tensor?.self, capacity: Self.resultCapacity
        ) { results in
            let count = withExtendedLifetime(pad) {
                lt_operator_call(
                    handle, values, Int32(values.count), results.baseAddress,
                    Int32(Self.resultCapacity), &error)
            }
            guard count >= 0 else {
                throw TorchError.operatorFailed(name: name, reason: firstSentence(error))
            }
            // The door fills the first `count` places with tensors that are never NULL.
            return (0..<Int(count)).compactMap { results[$0].map(Tensor.init(owning:)) }
        }
    }

    /// Calls an operator that returns one tensor.
    public func callAsFunction(
        _ positional: Self.Argument..., named: KeyValuePairs<StaticString, Self.Argument> = [:]
    ) throws -> Tensor {
        let results = try call(positional, named: named)
        guard results.count == 1 else {
            throw TorchError.operatorFailed(
                name: name, reason: "one result was expected, and \(results.count) came back")
        }
        return results[0]
    }

    private static let resultCapacity = 64
}

extension Operator {
    /// An argument of an operator.
    public enum Argument {
        /// No value, for an argument that the schema marks as optional.
        case none
        /// A `Tensor` of the schema; it is passed by reference, never copied.
        case tensor(Tensor)
        /// An integer; it becomes a float where the schema wants one.
        case int(Int)
        /// A float of 64 bits.
        case double(Double)
        /// A flag, such as `keepdim`.
        case bool(Bool)
        /// A text, such as a `rounding_mode`.
        case string(String)
        /// Where a result is to live.
        case device(Device)
        /// The source of an operator's random numbers.
        case generator(Generator)
        /// The type of a result's elements.
        case dtype(DType)
        /// A list of integers, such as a shape or a choice of dimensions.
        case ints([Int])
        /// A list of floats of 64 bits.
        case doubles([Double])
        /// A list of flags, such as an `output_mask`.
        case bools([Bool])
        /// A `Tensor[]` of the schema, none of them missing.
        case tensors([Tensor])
        /// A `Tensor?[]` of the schema, such as the places of `aten::index.Tensor`; nil is none.
        case optionalTensors([Tensor?])

        /// The tensors in it.
        var tensors: [Tensor] {
            switch self {
            case .tensor(let tensor): [tensor]
            case .tensors(let tensors): tensors
            case .optionalTensors(let tensors): tensors.compactMap { $0 }
            default: []
            }
        }

        /// A tensor, or none.
        static func optional(_ tensor: Tensor?) -> Argument { tensor.map(Argument.tensor) ?? .none }
        static func optional(_ type: DType?) -> Argument { type.map(Argument.dtype) ?? .none }
    }
}

/// Short for what every method of ``Tensor`` writes.
typealias Argument = Operator.Argument

extension Operator.Argument: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

/// Memory for the arguments of one call; freed with the pad.
private final class ArgumentPad {
    private var blocks: [UnsafeMutableRawPointer] = []

    deinit { for block in blocks { block.deallocate() } }

    private func keep<Element>(_ elements: [Element]) -> UnsafeRawPointer? {
        guard !elements.isEmpty else { return nil }
        let block = UnsafeMutableRawPointer.allocate(
            byteCount: elements.count * MemoryLayout<Element>.stride,
            alignment: MemoryLayout<Element>.alignment)
        blocks.append(block)
        block.initializeMemory(as: Element.self, from: elements, count: elements.count)
        return UnsafeRawPointer(block)
    }

    func keep(_ text: String) -> UnsafeRawPointer? { keep(Array(text.utf8CString)) }

    func value(of argument: Argument) -> lt_value {
        var value = lt_value()
        func list<Element>(_ kind: lt_kind, _ elements: [Element]) {
            value.kind = kind
            value.pointer = keep(elements)
            value.count = Int64(elements.count)
        }
        switch argument {
        case .none:
            value.kind = LT_NONE
        case .tensor(let tensor):
            value.kind = LT_TENSOR
            value.pointer = UnsafeRawPointer(tensor.handle)
        case .int(let number):
            value.kind = LT_INT
            value.integer = Int64(number)
        case .dtype(let type):
            value.kind = LT_INT
            value.integer = Int64(type.rawValue)
        case .double(let number):
            value.kind = LT_DOUBLE
            value.real = number
        case .bool(let flag):
            value.kind = LT_BOOL
            value.integer = flag ? 1 : 0
        case .string(let text):
            value.kind = LT_STRING
            value.pointer = keep(text)
        case .device(let device):
            value.kind = LT_DEVICE
            value.pointer = keep(device.name)
        case .generator(let generator):
            value.kind = LT_GENERATOR
            value.pointer = UnsafeRawPointer(generator.handle)
        case .ints(let numbers): list(LT_INT_LIST, numbers.map(Int64.init))
        case .doubles(let numbers): list(LT_DOUBLE_LIST, numbers)
        case .bools(let flags): list(LT_BOOL_LIST, flags)
        case .tensors(let tensors):
            list(LT_TENSOR_LIST, tensors.map { $0.handle as lt_tensor? })
        case .optionalTensors(let tensors):
            list(LT_TENSOR_LIST, tensors.map { $0?.handle as lt_tensor? })
        }
        return value
    }
}
