extension Program {
    /// Without the calls that return what they were given: dropout outside training, an alias, an
    /// unwrapped identity.
    public func droppingNoOps() -> Program {
        var program = self
        var same: [String: String] = [:]
        program.nodes = nodes.compactMap { node in
            var node = node
            node.arguments = node.arguments.map { ($0.name, $0.value.renamed { same[$0] ?? $0 }) }
            guard Self.isNoOp(node), case .value(let input)? = node.arguments.first?.value,
                case let output?? = node.outputs.first
            else { return node }
            same[output] = input
            return nil
        }
        for index in program.outputs.indices {
            let name = program.outputs[index].name
            program.outputs[index].name = same[name] ?? name
        }
        return program
    }

    private static func isNoOp(_ node: Node) -> Bool {
        switch node.operatorName {
        case "aten::alias": true
        case "aten::dropout", "aten::feature_dropout", "aten::alpha_dropout",
            "aten::feature_alpha_dropout", "aten::dropout_", "aten::feature_dropout_":
            if case .constant(.bool(false)) = node["train"] { true } else { false }
        default: false
        }
    }
}
