/// An operator's schema, taken apart: `aten::relu_(Tensor(a!) self) -> Tensor(a!)`.
struct OperatorSchema {
    struct Argument {
        var name: String
        /// As the schema writes it, without an alias: `Tensor`, `int[2]`, `float?`.
        var type: String
        /// Whether results may share its memory.
        var isAliased: Bool
        /// Whether the operator changes it.
        var isMutated: Bool
    }

    var arguments: [Argument] = []

    /// Nil where the text is no schema.
    init?(_ text: String) {
        guard let open = text.firstIndex(of: "(") else { return nil }
        var depth = 0
        var piece = ""
        for character in text[text.index(after: open)...] {
            switch character {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            default: break
            }
            if depth < 0 || (character == "," && depth == 0) {
                if let argument = Argument(piece) { arguments.append(argument) }
                if depth < 0 { return }
                piece = ""
            } else {
                piece.append(character)
            }
        }
        return nil
    }
}

extension OperatorSchema.Argument {
    /// Reads `Tensor(a!) self`, `int[2] stride=1`; nil for the star before keyword arguments.
    fileprivate init?(_ text: String) {
        let declaration = text.prefix { $0 != "=" }
        guard let space = declaration.lastIndex(of: " ") else { return nil }
        name = String(declaration[declaration.index(after: space)...])
        var type = declaration[..<space].trimmingPrefix(" ")
        isAliased = false
        isMutated = false
        if let open = type.firstIndex(of: "("), let close = type.firstIndex(of: ")") {
            isAliased = true
            isMutated = type[open..<close].contains("!")
            type = type[..<open] + type[type.index(after: close)...]
        }
        self.type = String(type)
        guard !name.isEmpty, !self.type.isEmpty else { return nil }
    }
}
