// What a program must not do to those who call it.

extension Program {
    /// Throws where a layer behaves as in training: it would answer differently each time, or change
    /// its own statistics.
    func refuseTraining() throws {
        // What depends on the caller's tensors.
        var varying = Set(inputs.map(\.name))
        for node in nodes {
            let isFixed = varying.isDisjoint(with: node.arguments.flatMap(\.value.names))
            if !isFixed { varying.formUnion(node.outputs.compactMap { $0 }) }
            guard let name = node.operatorName, let layer = Self.layer(name, in: node),
                !(isFixed && Self.keepsNoStatistics(node))
            else { continue }
            throw ProgramFault.training(layer: layer, source: node.source)
        }
    }

    /// Whether a normalisation takes its statistics from its input alone: of weights, as networks
    /// without normalised images standardise them, these never change.
    private static func keepsNoStatistics(_ node: Node) -> Bool {
        guard node["training"] != nil else { return false }
        return ["running_mean", "running_var"].allSatisfy { name in
            switch node[name] {
            case nil, .constant(.none): true
            default: false
            }
        }
    }

    private static func layer(_ name: String, in node: Node) -> String? {
        func isTrue(_ argument: String) -> Bool {
            if case .constant(.bool(true)) = node[argument] { true } else { false }
        }
        switch name.split(separator: ".").first ?? "" {
        case "aten::batch_norm", "aten::native_batch_norm", "aten::_native_batch_norm_legit",
            "aten::_native_batch_norm_legit_functional", "aten::cudnn_batch_norm":
            return isTrue("training") ? "batch normalisation" : nil
        case "aten::dropout", "aten::dropout_", "aten::feature_dropout", "aten::feature_dropout_",
            "aten::alpha_dropout", "aten::alpha_dropout_", "aten::feature_alpha_dropout",
            "aten::native_dropout":
            return isTrue("train") ? "dropout" : nil
        case "aten::rrelu", "aten::rrelu_": return isTrue("training") ? "a random ReLU" : nil
        // However the export left it: there is a name for each way to compute it.
        case let name where name.contains("scaled_dot_product"):
            switch node["dropout_p"] {
            case .constant(.double(let share)): return share > 0 ? "dropout in attention" : nil
            case .constant(.int(let share)): return share > 0 ? "dropout in attention" : nil
            default: return nil
            }
        default: return nil
        }
    }

    /// Gives the program copies of those inputs that it changes in place, so that the caller's
    /// tensors stay as they are, and refuses one that changes its own weights.
    mutating func protectInputs() throws {
        let given = Set(inputs.map(\.name))
        for name in Aliases(of: self).changedRoots.sorted() {
            if tensors[name] != nil { throw ProgramFault.mutated(tensor: name) }
            guard given.contains(name) else { continue }
            let copy = name + " (copied)"
            rename { $0 == name ? copy : $0 }
            nodes.insert(
                Node(.operator("aten::clone"), [("self", .value(name))], outputs: [copy]), at: 0)
        }
    }

    /// Gives values other names, in nodes and outputs.
    mutating func rename(_ name: (String) -> String) {
        for index in nodes.indices {
            nodes[index].arguments = nodes[index].arguments
                .map { ($0.name, $0.value.renamed(name)) }
            nodes[index].outputs = nodes[index].outputs.map { $0.map(name) }
        }
        for index in outputs.indices { outputs[index].name = name(outputs[index].name) }
    }

    /// Throws where a value is used that nothing before has made, or one is made twice.
    func checkNames(path: String) throws {
        var known = Set(tensors.keys).union(inputs.map(\.name))
        func check(_ names: [String]) throws {
            if let missing = names.first(where: { !known.contains($0) }) {
                throw ProgramFault.unreadable(
                    path: path, reason: "its program uses '\(missing)', which nothing makes.")
            }
        }
        for node in nodes {
            try check(node.arguments.flatMap(\.value.names))
            known.formUnion(node.outputs.compactMap { $0 })
        }
        try check(outputs.map(\.name))
    }
}
