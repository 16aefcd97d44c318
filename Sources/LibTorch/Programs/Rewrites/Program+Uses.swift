// What rewrites ask of a program.

extension Program {
    /// How often each value is taken, by nodes and as an output.
    func useCounts() -> [String: Int] {
        var counts: [String: Int] = [:]
        for name in nodes.flatMap({ $0.arguments.flatMap(\.value.names) }) + outputs.map(\.name) {
            counts[name, default: 0] += 1
        }
        return counts
    }

    /// The values that some node changes in place, and everything that shares memory with them.
    func changedInPlace() -> Set<String> {
        var root: [String: String] = [:]
        func origin(_ name: String) -> String { root[name] ?? name }
        var changed: Set<String> = []
        for node in nodes {
            guard let text = node.operatorName.flatMap({ Operator($0).schema }),
                let schema = OperatorSchema(text)
            else { continue }
            for argument in schema.arguments where argument.isAliased {
                for name in node[argument.name]?.names ?? [] {
                    for output in node.outputs.compactMap({ $0 }) { root[output] = origin(name) }
                    if argument.isMutated { changed.insert(origin(name)) }
                }
            }
        }
        return Set(root.keys.filter { changed.contains(origin($0)) }).union(changed)
    }

    /// The tensor of an argument that is a weight, or nil.
    func weight(_ argument: Argument?) -> Tensor? {
        guard case .value(let name) = argument else { return nil }
        return tensors[name]
    }

    /// A name that nothing has yet.
    func freshName(_ wish: String) -> String {
        let taken = Set(
            tensors.keys + inputs.map(\.name) + nodes.flatMap { $0.outputs.compactMap { $0 } })
        var name = wish
        while taken.contains(name) { name += "'" }
        return name
    }

    /// Forgets weights that no node takes any more.
    mutating func dropUnusedTensors() {
        let counts = useCounts()
        tensors = tensors.filter { counts[$0.key] != nil }
    }
}
