extension Program {
    /// The nodes that a 16-bit ``Precision`` may compute in 16 bits: those between the first
    /// convolution or matrix product and the last. The first reads pixels, whose small changes 16 bits
    /// would swallow; the last gives the scores, whose small differences decide.
    var narrowable: Range<Int> {
        let products = nodes.indices.filter { nodes[$0].isProduct }
        guard let first = products.first, let last = products.last, first < last else {
            return 0..<0
        }
        return first + 1..<last
    }

    /// With the weights of convolutions and matrix products among ``narrowable`` held in the type that
    /// these are computed in, so that they are not converted on every pass. Replayed in that precision
    /// the program says bit for bit the same as before.
    func narrowingWeights(to precision: Precision) throws -> Program {
        guard let dtype = precision.productType else { return self }
        let range = narrowable
        let wide = nodes.indices.filter { !range.contains($0) || !nodes[$0].isProduct }
        let elsewhere = Set(
            wide.flatMap { nodes[$0].arguments.flatMap(\.value.names) } + outputs.map(\.name))
        var program = self
        for node in nodes[range] where node.isProduct {
            for name in node.arguments.flatMap(\.value.names) where !elsewhere.contains(name) {
                guard let tensor = tensors[name], tensor.dtype == .float32 else { continue }
                program.tensors[name] = try tensor.to(dtype)
            }
        }
        return program
    }
}

extension Program.Node {
    /// Whether mixed precision runs the operator, with all its tensors, in 16 bits.
    var isProduct: Bool {
        guard let name = operatorName?.split(separator: ".").first else { return false }
        return [
            "aten::conv1d", "aten::conv2d", "aten::conv3d", "aten::linear", "aten::matmul",
            "aten::addmm", "aten::mm", "aten::bmm",
        ].contains(String(name))
    }
}
