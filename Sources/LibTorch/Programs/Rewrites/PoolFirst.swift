extension Program {
    /// With ReLU after a max-pooling instead of before it. The largest of what ReLU leaves is what ReLU
    /// leaves of the largest, and their gradients are the same too; but after the pooling there is a
    /// quarter of the work, in the layers that have the most.
    public func poolingFirst() -> Program {
        let counts = useCounts()
        let aliases = Aliases(of: self)
        var program = self
        var makers: [String: Int] = [:]
        for (index, node) in nodes.enumerated() {
            if ["aten::relu", "aten::relu_"].contains(node.operatorName),
                let output = node.outputs.first ?? nil
            {
                makers[output] = index
            }
            guard node.operatorName == "aten::max_pool2d", case .value(let name)? = node["self"],
                counts[name] == 1, let maker = makers[name], let pooled = node.outputs.first ?? nil,
                case .value(let source)? = nodes[maker]["self"],
                isFree(source, before: nodes[maker], counts, aliases),
                // Sizes that are computed may not be known earlier.
                node.arguments.allSatisfy({ $0.name == "self" || $0.value.names.isEmpty })
            else { continue }
            // Pool into the name that ReLU made, then ReLU into the pool's.
            program.nodes[maker] = node
            program.nodes[maker]["self"] = .value(source)
            program.nodes[maker].outputs = [name]
            program.nodes[index] = nodes[maker]
            program.nodes[index]["self"] = .value(name)
            program.nodes[index].outputs = [pooled]
        }
        return program
    }

    /// Whether a ReLU of this value may wait: nothing else writes to its memory in between, and where
    /// the ReLU itself does, nothing else reads it.
    private func isFree(
        _ value: String, before relu: Node, _ counts: [String: Int], _ aliases: Aliases
    ) -> Bool {
        guard relu.isInPlace else { return !aliases.isChanged(value) }
        let isMade = nodes.contains { $0.outputs.contains(value) }
        return isMade && counts[value] == 1 && aliases.root(of: value) == value
    }
}
