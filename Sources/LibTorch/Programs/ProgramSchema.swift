import Foundation

/// `models/model.json` as `torch.export.save` writes it, reduced to what replaying needs. The names
/// are those of torch's `_export/serde/schema.py`, whose version this is.
struct ProgramSchema: Decodable {
    /// The schema's version that this reader was written for; newer minor versions add fields.
    static let version = (major: 8, minor: 20)

    struct Version: Decodable {
        var major: Int
        var minor: Int
    }
    struct Range: Decodable {
        var minVal: Int?
        var maxVal: Int?
    }
    struct Module: Decodable {
        var graph: Graph
        var signature: Signature
        var moduleCallGraph: [ModuleCall]
    }
    struct ModuleCall: Decodable {
        struct Signature: Decodable {
            var inSpec: String
            var outSpec: String
        }
        var fqn: String
        var signature: Signature?
    }
    struct Graph: Decodable {
        var inputs: [Argument]
        var outputs: [Argument]
        var nodes: [Node]
        var tensorValues: [String: TensorMeta]
    }
    struct Node: Decodable {
        struct Input: Decodable {
            var name: String
            var arg: Argument
        }
        var target: String
        var inputs: [Input]
        var outputs: [Argument]
        var metadata: [String: String]
    }
    struct TensorMeta: Decodable {
        var dtype: Int
        var sizes: [Size]
        var strides: [Size]
        var storageOffset: Size
        var layout: Int
    }
    struct Device: Decodable {
        var type: String
        var index: Int?
    }

    var graphModule: Module
    var rangeConstraints: [String: Range]
    var schemaVersion: Version
    var torchVersion: String?
    /// `TRAINING` for a program as it was traced, `ATEN` for one that was decomposed.
    var verifiers: [String]?

    /// The version alone: a program of another major version may have another shape altogether.
    struct VersionOnly: Decodable {
        var schemaVersion: Version
        var torchVersion: String?
    }
}

extension ProgramSchema {
    /// A size in a tensor's shape: a number, or an expression in symbols.
    enum Size: Decodable {
        case number(Int)
        case expression(String)

        private struct Expression: Decodable { var exprStr: String }
        private enum Key: CodingKey { case asInt, asExpr }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Key.self)
            if let number = try fields.decodeIfPresent(Int.self, forKey: .asInt) {
                self = .number(number)
            } else {
                self = .expression(try fields.decode(Expression.self, forKey: .asExpr).exprStr)
            }
        }
    }

    /// What stands for an argument: one field of many.
    enum Argument: Decodable {
        case none
        case tensor(String)
        case tensors([String])
        case optionalTensors([String?])
        case int(Int)
        case ints([Int])
        case double(Double)
        case doubles([Double])
        case bool(Bool)
        case bools([Bool])
        case string(String)
        case scalarType(Int)
        case memoryFormat(Int)
        case layout(Int)
        case device(Device)
        /// A number that a node before made.
        case symbol(String)
        /// Numbers, some of which nodes before made.
        case symbols([Symbol])
        case graph(Graph)
        /// A form that is not read here, by its name in the file.
        case other(String)

        private struct Named: Decodable { var name: String }
        private struct OptionalNamed: Decodable { var asTensor: Named? }
        private struct Subgraph: Decodable { var graph: Graph }
        private struct AnyKey: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: AnyKey.self)
            guard let key = fields.allKeys.first, fields.allKeys.count == 1 else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "not one field"))
            }
            func value<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
                try fields.decode(type, forKey: key)
            }
            switch key.stringValue {
            case "asNone": self = .none
            case "asTensor": self = .tensor(try value(Named.self).name)
            case "asTensors": self = .tensors(try value([Named].self).map(\.name))
            case "asOptionalTensors":
                self = .optionalTensors(try value([OptionalNamed].self).map { $0.asTensor?.name })
            case "asOptionalTensor":
                self = try value(OptionalNamed.self).asTensor.map { .tensor($0.name) } ?? .none
            case "asInt": self = .int(try value())
            case "asInts": self = .ints(try value())
            case "asFloat": self = .double(try value(Number.self).value)
            case "asFloats": self = .doubles(try value([Number].self).map(\.value))
            case "asBool": self = .bool(try value())
            case "asBools": self = .bools(try value())
            case "asString": self = .string(try value())
            case "asScalarType": self = .scalarType(try value())
            case "asMemoryFormat": self = .memoryFormat(try value())
            case "asLayout": self = .layout(try value())
            case "asDevice": self = .device(try value())
            case "asSymInt", "asSymFloat", "asSymBool": self = try value(Symbol.self).argument
            case "asSymInts", "asSymFloats", "asSymBools": self = .symbols(try value())
            case "asGraph": self = .graph(try value(Subgraph.self).graph)
            default: self = .other(key.stringValue)
            }
        }
    }

    /// A number, or the name of one.
    enum Symbol: Decodable {
        case name(String)
        case int(Int)
        case double(Double)
        case bool(Bool)

        private enum Key: CodingKey { case asName, asInt, asFloat, asBool }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Key.self)
            if let name = try fields.decodeIfPresent(String.self, forKey: .asName) {
                self = .name(name)
            } else if let int = try fields.decodeIfPresent(Int.self, forKey: .asInt) {
                self = .int(int)
            } else if let double = try fields.decodeIfPresent(Number.self, forKey: .asFloat) {
                self = .double(double.value)
            } else {
                self = .bool(try fields.decode(Bool.self, forKey: .asBool))
            }
        }

        fileprivate var argument: Argument {
            switch self {
            case .name(let name): .symbol(name)
            case .int(let number): .int(number)
            case .double(let number): .double(number)
            case .bool(let flag): .bool(flag)
            }
        }
    }

    /// A float; infinities and NaN are written as words.
    struct Number: Decodable {
        var value: Double

        init(from decoder: any Decoder) throws {
            let single = try decoder.singleValueContainer()
            if let number = try? single.decode(Double.self) {
                value = number
                return
            }
            switch try single.decode(String.self) {
            case "Infinity": value = .infinity
            case "-Infinity": value = -.infinity
            case "NaN": value = .nan
            case let word:
                throw DecodingError.dataCorruptedError(
                    in: single, debugDescription: "'\(word)' is no number")
            }
        }
    }

    /// What each input of the graph is, in the graph's order.
    enum Input: Decodable {
        case user(Argument)
        case parameter(value: String, name: String)
        case buffer(value: String, name: String)
        case constant(value: String, name: String)
        case other(String)

        var isParameter: Bool {
            if case .parameter = self { true } else { false }
        }

        private struct Named: Decodable { var name: String }
        private struct User: Decodable { var arg: Argument }
        private struct Held: Decodable {
            var arg: Named
            var parameterName: String?
            var bufferName: String?
            var tensorConstantName: String?
        }
        private enum Key: CodingKey, CaseIterable {
            case userInput, parameter, buffer, tensorConstant, customObj, token, constantInput
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Key.self)
            func held(_ key: Key, _ name: KeyPath<Held, String?>) throws -> (String, String) {
                let held = try fields.decode(Held.self, forKey: key)
                guard let name = held[keyPath: name] else {
                    throw DecodingError.dataCorruptedError(
                        forKey: key, in: fields, debugDescription: "without a name")
                }
                return (held.arg.name, name)
            }
            if fields.contains(.userInput) {
                self = .user(try fields.decode(User.self, forKey: .userInput).arg)
            } else if fields.contains(.parameter) {
                let (value, name) = try held(.parameter, \.parameterName)
                self = .parameter(value: value, name: name)
            } else if fields.contains(.buffer) {
                let (value, name) = try held(.buffer, \.bufferName)
                self = .buffer(value: value, name: name)
            } else if fields.contains(.tensorConstant) {
                let (value, name) = try held(.tensorConstant, \.tensorConstantName)
                self = .constant(value: value, name: name)
            } else {
                self = .other(fields.allKeys.first?.stringValue ?? "nothing")
            }
        }
    }

    /// What each output of the graph is.
    enum Output: Decodable {
        case user(Argument)
        /// A weight or statistic that the model changes.
        case mutation(of: String)
        /// The caller's own tensor, which the model would change: replaying leaves it alone.
        case inputMutation
        case other(String)

        private struct User: Decodable { var arg: Argument }
        private struct Mutation: Decodable {
            var bufferName: String?
            var parameterName: String?
        }
        private enum Key: CodingKey {
            case userOutput, bufferMutation, parameterMutation, userInputMutation, lossOutput
            case gradientToParameter, gradientToUserInput, token
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Key.self)
            if fields.contains(.userOutput) {
                self = .user(try fields.decode(User.self, forKey: .userOutput).arg)
                return
            }
            if fields.contains(.userInputMutation) {
                self = .inputMutation
                return
            }
            for key in [Key.bufferMutation, .parameterMutation] where fields.contains(key) {
                let mutation = try fields.decode(Mutation.self, forKey: key)
                self = .mutation(
                    of: mutation.bufferName ?? mutation.parameterName ?? "a tensor")
                return
            }
            self = .other(fields.allKeys.first?.stringValue ?? "nothing")
        }
    }

    struct Signature: Decodable {
        var inputSpecs: [Input]
        var outputSpecs: [Output]
    }

    /// `model_weights_config.json` and `model_constants_config.json`.
    struct Payloads: Decodable {
        struct Payload: Decodable {
            var pathName: String
            var usePickle: Bool
            var tensorMeta: TensorMeta?
        }
        var config: [String: Payload]
    }
}
