extension Program {
    /// A copy whose gradients have gradients where PyTorch's own have none: the operators whose
    /// backward has no derivative are written in others, by their definitions.
    ///
    /// These are attention, for which PyTorch picks a fused kernel, and the hard sigmoid. Attention
    /// becomes softmax(QKᵀ/√d + mask)·V, in matrix products and a softmax, which hold the scores of
    /// every query against every key; the fused kernel does not. Attention with dropout is left as it
    /// is. The copy says the same to float32 rounding.
    public func twiceDifferentiable() -> Program {
        var program = self
        program.nodes = nodes.flatMap { node in
            switch node.operatorName {
            case "aten::scaled_dot_product_attention": composedAttention(node)
            case "aten::hardsigmoid": composedHardSigmoid(node, "")
            case "aten::hardsigmoid_": composedHardSigmoid(node, "_")
            default: [node]
            }
        }
        return program
    }

    /// clamp((x + 3)/6, 0, 1); `ending` is `_` where it is written over x.
    private func composedHardSigmoid(_ node: Node, _ ending: String) -> [Node] {
        guard let input = node["self"], case let output?? = node.outputs.first else {
            return [node]
        }
        let (shifted, scaled) = (freshName("\(output) shifted"), freshName("\(output) scaled"))
        return [
            Node(
                .operator("aten::add\(ending).Scalar"),
                [("self", input), ("other", .constant(.double(3)))], outputs: [shifted]),
            Node(
                .operator("aten::div\(ending).Scalar"),
                [("self", .value(shifted)), ("other", .constant(.double(6)))], outputs: [scaled]),
            Node(
                .operator("aten::hardtanh\(ending)"),
                [
                    ("self", .value(scaled)), ("min_val", .constant(.double(0))),
                    ("max_val", .constant(.double(1))),
                ], outputs: [output], source: node.source),
        ]
    }

    private func composedAttention(_ node: Node) -> [Node] {
        guard !Self.dropsOut(node), case let output?? = node.outputs.first else { return [node] }
        var attention = node
        // PyTorch's own composition of differentiable operators; the weights of the values are its
        // second result.
        attention.function = .operator("aten::_scaled_dot_product_attention_math")
        attention.outputs = [output, nil]
        guard case .value(let mask)? = node["attn_mask"], let query = node["query"] else {
            return [attention]
        }
        let name = freshName("\(output) mask")
        attention["attn_mask"] = .value(name)
        return additiveMask(name, of: mask, like: query) + [attention]
    }

    private static func dropsOut(_ node: Node) -> Bool {
        switch node["dropout_p"] {
        case nil, .constant(.double(0)), .constant(.int(0)): false
        default: true
        }
    }

    /// The calls that make a mask one that is added to the scores.
    ///
    /// A mask of numbers is one already; one of truth values says which keys count. A program does
    /// not say of a value which of the two it is, so the calls do right by both.
    private func additiveMask(_ name: String, of mask: String, like query: Argument) -> [Node] {
        func part(_ wish: String) -> String { freshName("\(name), \(wish)") }
        func call(
            _ called: String, _ arguments: KeyValuePairs<String, Argument>, _ output: String
        ) -> Node {
            Node(
                .operator("aten::" + called), arguments.map { ($0.key, $0.value) },
                outputs: [output])
        }
        let (isNumbers, isTruths) = (part("numbers?"), part("truths?"))
        let (isZero, isHidden) = (part("zero?"), part("hidden?"))
        let (numbers, added) = (part("numbers"), part("added"))
        return [
            call("is_floating_point", ["self": .value(mask)], isNumbers),
            call("logical_not", ["self": .value(isNumbers)], isTruths),
            call("logical_not", ["self": .value(mask)], isZero),
            call("logical_and", ["self": .value(isZero), "other": .value(isTruths)], isHidden),
            // The numbers themselves; of truth values 0 everywhere.
            call("mul.Tensor", ["self": .value(mask), "other": .value(isNumbers)], numbers),
            call("type_as", ["self": .value(numbers), "other": query], added),
            call(
                "masked_fill.Scalar",
                [
                    "self": .value(added), "mask": .value(isHidden),
                    "value": .constant(.double(-.infinity)),
                ], name),
        ]
    }
}
