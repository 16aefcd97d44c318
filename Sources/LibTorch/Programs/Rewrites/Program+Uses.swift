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
