import Foundation

/// Arithmetic with sizes that a program does between its operators, and questions about a tensor's
/// shape.
public enum SizeFunction: String, Hashable, Sendable, CaseIterable {
    /// Sums, differences, products; `floordiv` and `mod` round down, as Python's do.
    case add, sub, mul, floordiv, truediv, mod, neg, pow
    /// Comparisons, which give a truth value.
    case eq, ne, lt, le, gt, ge
    /// Of truth values.
    case and, or, not
    /// The larger, the smaller.
    case max, min
    /// To a float, and to a whole number in several ways.
    case float, int, floor, ceil, trunc, round
    /// The square root, a float.
    case sqrt
    /// The second value where the first is true, otherwise the third.
    case ite
    /// The size of a dimension of a tensor, its number of elements, a stride, its place in storage.
    case size, numel, stride, storageOffset

    /// The function that a target in a file names, or nil.
    init?(target: String) {
        let prefixes = [
            "_operator.", "operator.", "torch.sym_", "math.", "torch.ops.aten.sym_", "builtins.",
            "torch._sym_",
        ]
        guard let prefix = prefixes.first(where: target.hasPrefix) else { return nil }
        let name = target.dropFirst(prefix.count).split(separator: ".").first.map(String.init) ?? ""
        switch name {
        case "and_", "logical_and": self = .and
        case "or_": self = .or
        case "not_": self = .not
        case "storage_offset": self = .storageOffset
        default: self.init(rawValue: name)
        }
    }

    /// Whether the first argument is a tensor.
    var asksATensor: Bool {
        switch self {
        case .size, .numel, .stride, .storageOffset: true
        default: false
        }
    }
}

/// A number between operators: sizes are whole, but a program may scale and compare them.
enum SizeNumber: Equatable {
    case int(Int)
    case double(Double)
    case bool(Bool)

    var double: Double {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        case .bool(let flag): flag ? 1 : 0
        }
    }

    var int: Int? {
        switch self {
        case .int(let number): number
        case .double(let number): Int(exactly: number)
        case .bool(let flag): flag ? 1 : 0
        }
    }

    var bool: Bool { double != 0 }

    var argument: Operator.Argument {
        switch self {
        case .int(let number): .int(number)
        case .double(let number): .double(number)
        case .bool(let flag): .bool(flag)
        }
    }
}

extension SizeFunction {
    /// The result for numbers; nil where there is none (a division by zero, a wrong count).
    func applied(to values: [SizeNumber]) -> SizeNumber? {
        switch self {
        case .neg, .not, .float, .int, .floor, .ceil, .trunc, .round, .sqrt:
            values.count >= 1 ? unary(values[0]) : nil
        case .ite: values.count == 3 ? (values[0].bool ? values[1] : values[2]) : nil
        case .size, .numel, .stride, .storageOffset: nil
        default: values.count == 2 ? binary(values[0], values[1]) : nil
        }
    }

    private func unary(_ value: SizeNumber) -> SizeNumber? {
        func whole(_ number: Double) -> SizeNumber? { Int(exactly: number).map(SizeNumber.int) }
        switch self {
        case .neg:
            if case .int(let number) = value {
                let (result, overflow) = Int(0).subtractingReportingOverflow(number)
                return overflow ? nil : .int(result)
            }
            return .double(-value.double)
        case .not: return .bool(!value.bool)
        case .float: return .double(value.double)
        case .int, .trunc: return whole(value.double.rounded(.towardZero))
        case .floor: return whole(value.double.rounded(.down))
        case .ceil: return whole(value.double.rounded(.up))
        case .round: return whole(value.double.rounded(.toNearestOrEven))
        case .sqrt: return value.double >= 0 ? .double(value.double.squareRoot()) : nil
        default: return nil
        }
    }

    private func binary(_ left: SizeNumber, _ right: SizeNumber) -> SizeNumber? {
        switch self {
        case .eq: return .bool(left.double == right.double)
        case .ne: return .bool(left.double != right.double)
        case .lt: return .bool(left.double < right.double)
        case .le: return .bool(left.double <= right.double)
        case .gt: return .bool(left.double > right.double)
        case .ge: return .bool(left.double >= right.double)
        case .and: return .bool(left.bool && right.bool)
        case .or: return .bool(left.bool || right.bool)
        case .max: return left.double >= right.double ? left : right
        case .min: return left.double <= right.double ? left : right
        case .truediv: return right.double == 0 ? nil : .double(left.double / right.double)
        default: break
        }
        guard case .int(let a) = left, case .int(let b) = right else {
            return real(left.double, right.double)
        }
        func kept(_ result: (partialValue: Int, overflow: Bool)) -> SizeNumber? {
            result.overflow ? nil : .int(result.partialValue)
        }
        switch self {
        case .add: return kept(a.addingReportingOverflow(b))
        case .sub: return kept(a.subtractingReportingOverflow(b))
        case .mul: return kept(a.multipliedReportingOverflow(by: b))
        case .floordiv: return b == 0 || (b == -1 && a == .min) ? nil : .int(a.floorDivided(by: b))
        case .mod:
            return b == 0 || (b == -1 && a == .min) ? nil : .int(a - b * a.floorDivided(by: b))
        case .pow:
            return SizeExpression.call("Pow", [.number(a), .number(b)]).value([:]).map(Self.int)
        default: return nil
        }
    }

    private static func int(_ number: Int) -> SizeNumber { .int(number) }

    private func real(_ left: Double, _ right: Double) -> SizeNumber? {
        switch self {
        case .add: .double(left + right)
        case .sub: .double(left - right)
        case .mul: .double(left * right)
        case .floordiv: right == 0 ? nil : .double((left / right).rounded(.down))
        case .mod: right == 0 ? nil : .double(left - right * (left / right).rounded(.down))
        case .pow: .double(Foundation.pow(left, right))
        default: nil
        }
    }
}
