extension Program {
    /// What one pass costs.
    public struct Cost: Sendable {
        /// Multiplications that are added up, in convolutions and matrix products.
        public var multiplyAdds: Int
        /// How often each operator is called, by its name.
        public var calls: [String: Int]
        /// The bytes of all that the operators make, views aside: about what a pass keeps while a
        /// gradient is to be taken of it.
        public var bytes: Int
    }

    /// Counts what a pass costs by running it.
    /// - Parameter inputs: as for ``Replay``; the cost is for all of them together.
    public func cost(of inputs: [Tensor]) throws -> Cost {
        var cost = Cost(multiplyAdds: 0, calls: [:], bytes: 0)
        let aliases = Aliases(of: self)
        _ = try Gradient.pausing {
            let replay = try Replay(self)
            if let device = inputs.first?.device { try replay.move(to: device) }
            return try replay(inputs) { node, taken, made in
                guard let name = node.operatorName else { return }
                cost.calls[name, default: 0] += 1
                cost.multiplyAdds += Self.multiplyAdds(name, taken, made)
                for (output, tensor) in zip(node.outputs, made) {
                    guard let output, aliases.root(of: output) == output else { continue }
                    cost.bytes += tensor.count * (tensor.dtype?.byteCount ?? 0)
                }
            }
        }
        return cost
    }

    private static func multiplyAdds(_ name: String, _ taken: [Tensor], _ made: [Tensor]) -> Int {
        guard let result = made.first, taken.count >= 2 else { return 0 }
        switch name.split(separator: ".").first ?? "" {
        case "aten::conv1d", "aten::conv2d", "aten::conv3d", "aten::convolution":
            // Each output is a sum over a kernel: its channels of input, height and width.
            return result.count * taken[1].count / max(taken[1].shape.first ?? 1, 1)
        case "aten::linear", "aten::matmul", "aten::bmm", "aten::mm":
            return result.count * (taken[0].shape.last ?? 1)
        case "aten::addmm": return result.count * (taken[1].shape.last ?? 1)
        case "aten::scaled_dot_product_attention", "aten::_scaled_dot_product_attention_math":
            // Scores of every query against every key, and the mean of values that they weight.
            let keys = taken[1].shape.dropLast().last ?? 1
            return taken[0].count * keys + result.count * keys
        default: return 0
        }
    }
}
