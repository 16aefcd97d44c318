extension Program {
    /// With batch normalisation folded into the convolution or linear layer before it: outside
    /// training it scales and shifts each channel by fixed numbers, which the layer's own weights can
    /// do. The new weights are computed in float64, so outputs change by float32 rounding alone.
    public func foldingBatchNorm() throws -> Program {
        var program = self
        let counts = useCounts()
        let aliases = Aliases(of: self)
        var makers: [String: Int] = [:]
        var same: [String: String] = [:]
        var nodes: [Node] = []
        for node in self.nodes {
            var node = node
            node.arguments = node.arguments.map { ($0.name, $0.value.renamed { same[$0] ?? $0 }) }
            if case .value(let input)? = node["input"], let maker = makers[input],
                counts[input] == 1, !aliases.isChanged(input),
                let output = node.outputs.first ?? nil,
                let folded = try program.folded(nodes[maker], with: node)
            {
                nodes[maker] = folded
                same[output] = input
                // Another name of the same value may be used as often as it likes.
                makers[input] = nil
                continue
            }
            if Self.hasChannels(node), let output = node.outputs.first ?? nil {
                makers[output] = nodes.count
            }
            nodes.append(node)
        }
        program.nodes = nodes
        for index in program.outputs.indices {
            let name = program.outputs[index].name
            program.outputs[index].name = same[name] ?? name
        }
        program.dropUnusedTensors()
        return program
    }

    private static func hasChannels(_ node: Node) -> Bool {
        ["aten::conv2d", "aten::conv2d.padding", "aten::conv1d", "aten::conv3d", "aten::linear"]
            .contains(node.operatorName)
    }

    /// The layer that does what it and the normalisation after it did; nil where that cannot be.
    private mutating func folded(_ layer: Node, with norm: Node) throws -> Node? {
        guard
            ["aten::batch_norm", "aten::_native_batch_norm_legit_no_training"]
                .contains(norm.operatorName),
            let weight = self.weight(layer["weight"]), weight.dtype == .float32,
            let mean = self.weight(norm["running_mean"]),
            let variance = self.weight(norm["running_var"]),
            case .constant(.double(let epsilon))? = norm["eps"]
        else { return nil }
        let scale = try (variance.to(.float64) + epsilon).sqrt()
        let gain = try self.weight(norm["weight"])?.to(.float64) ?? mean.to(.float64).onesLike()
        let factor = try gain / scale
        let shift = try self.weight(norm["bias"])?.to(.float64) ?? mean.to(.float64).zerosLike()
        let bias = try self.weight(layer["bias"])?.to(.float64) ?? shift.zerosLike()
        // A linear layer's channels are its outputs: the first dimension as well.
        let rows = [weight.shape[0]] + Array(repeating: 1, count: weight.rank - 1)
        let newWeight = try weight.to(.float64) * factor.reshaped(rows)
        let newBias = try (bias - mean.to(.float64)) * factor + shift

        var result = layer
        let output = layer.outputs.first.flatMap { $0 } ?? "layer"
        let (weightName, biasName) = (
            freshName("\(output) folded weight"), freshName("\(output) folded bias")
        )
        tensors[weightName] = try newWeight.to(.float32)
        tensors[biasName] = try newBias.to(.float32)
        result["weight"] = .value(weightName)
        if result["bias"] == nil {
            // In the schema's order: input, weight, bias.
            result.arguments.insert(("bias", .value(biasName)), at: min(2, result.arguments.count))
        } else {
            result["bias"] = .value(biasName)
        }
        return result
    }
}
