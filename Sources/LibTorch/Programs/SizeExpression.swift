/// A whole number that depends on others, such as the size of a dimension on the batch: `s77`,
/// `2*s77`, `s77//2`. The files write it as sympy prints a tree:
/// `Mul(Integer(2), Symbol('s77', positive=True, integer=True))`.
public indirect enum SizeExpression: Hashable, Sendable {
    /// A number.
    case number(Int)
    /// A size that is left open, by its name in the file.
    case symbol(String)
    /// A function by sympy's name, such as `Mul` or `FloorDiv`, of other expressions.
    case call(String, [SizeExpression])

    /// Reads sympy's tree; nil where it is none that is known here.
    public init?(_ text: String) {
        // A tree deeper than this is no size of any network.
        var reader = Reader(text: Array(text.utf8), depth: 0)
        guard let expression = reader.expression(), reader.isAtEnd else { return nil }
        self = expression
    }

    /// The number, once its symbols are known; nil where one is not, or where it is no number.
    public func value(_ symbols: [String: Int]) -> Int? {
        switch self {
        case .number(let number): return number
        case .symbol(let name): return symbols[name]
        case .call(let function, let arguments):
            let numbers = arguments.compactMap { $0.value(symbols) }
            guard numbers.count == arguments.count, let first = numbers.first else { return nil }
            let rest = numbers.dropFirst()
            switch function {
            case "Add":
                return rest.reduce(first) { Self.checked($0, $1, Int.addingReportingOverflow) }
            case "Mul":
                return rest.reduce(first) { Self.checked($0, $1, Int.multipliedReportingOverflow) }
            case "Max": return numbers.max()
            case "Min": return numbers.min()
            default:
                guard numbers.count == 2 else { return nil }
                let (left, right) = (numbers[0], numbers[1])
                switch function {
                case "FloorDiv", "CleanDiv": return right > 0 ? left.floorDivided(by: right) : nil
                case "Mod", "PythonMod":
                    return right > 0 ? left - right * left.floorDivided(by: right) : nil
                case "Pow" where right >= 0 && right < 64:
                    return (0..<right).reduce(1) { product, _ in
                        Self.checked(product, left, Int.multipliedReportingOverflow)
                    }
                default: return nil
                }
            }
        }
    }

    private static func checked(
        _ left: Int, _ right: Int,
        _ operation: (Int) -> (Int) -> (partialValue: Int, overflow: Bool)
    ) -> Int {
        let (value, overflow) = operation(left)(right)
        return overflow ? .max : value
    }

    /// The symbols in it.
    public var symbols: Set<String> {
        switch self {
        case .number: []
        case .symbol(let name): [name]
        case .call(_, let arguments): arguments.reduce(into: []) { $0.formUnion($1.symbols) }
        }
    }
}

extension SizeExpression: CustomStringConvertible {
    public var description: String {
        switch self {
        case .number(let number): return "\(number)"
        case .symbol(let name): return name
        case .call(let function, let arguments):
            let parts = arguments.map(\.description)
            switch function {
            case "Add": return parts.joined(separator: " + ")
            case "Mul": return parts.joined(separator: "*")
            case "FloorDiv", "CleanDiv": return parts.joined(separator: "//")
            case "Mod", "PythonMod": return parts.joined(separator: "%")
            default: return "\(function)(\(parts.joined(separator: ", ")))"
            }
        }
    }
}

extension Int {
    /// The quotient rounded down, as Python's `//`.
    func floorDivided(by divisor: Int) -> Int {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder != 0 && (remainder < 0) != (divisor < 0) ? quotient - 1 : quotient
    }
}

extension SizeExpression {
    private struct Reader {
        let text: [UInt8]
        var place = 0
        var depth: Int

        init(text: [UInt8], depth: Int) {
            self.text = text
            self.depth = depth
        }

        var isAtEnd: Bool { place == text.count }
        private var next: UInt8? { place < text.count ? text[place] : nil }

        private mutating func take(_ character: Character) -> Bool {
            guard next == character.asciiValue else { return false }
            place += 1
            return true
        }

        private mutating func word() -> String {
            let start = place
            while let character = next, Self.isWord(character) { place += 1 }
            return String(decoding: text[start..<place], as: UTF8.self)
        }

        private static func isWord(_ character: UInt8) -> Bool {
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }

        mutating func expression() -> SizeExpression? {
            depth += 1
            defer { depth -= 1 }
            guard depth < 32 else { return nil }
            let head = word()
            if let number = Int(head) { return .number(number) }
            guard !head.isEmpty else { return nil }
            // A bare name is a symbol too.
            guard take("(") else { return .symbol(head) }
            switch head {
            case "Integer":
                guard let number = Int(word()), take(")") else { return nil }
                return .number(number)
            case "Symbol":
                guard take("'") else { return nil }
                let name = word()
                guard take("'"), !name.isEmpty, skipAssumptions() else { return nil }
                return .symbol(name)
            default:
                var arguments: [SizeExpression] = []
                repeat {
                    while take(" ") {}
                    guard let argument = expression() else { return nil }
                    arguments.append(argument)
                } while take(",")
                // torch's own functions are printed with their module before them.
                let function = head.split(separator: ".").last.map(String.init) ?? head
                return take(")") ? .call(function, arguments) : nil
            }
        }

        /// `, positive=True, integer=True)`.
        private mutating func skipAssumptions() -> Bool {
            while let character = next {
                place += 1
                if character == UInt8(ascii: ")") { return true }
            }
            return false
        }
    }
}
