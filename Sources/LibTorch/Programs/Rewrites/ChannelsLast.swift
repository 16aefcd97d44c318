extension Program {
    /// With images and convolution weights laid out channels-last, which the fast convolutions of
    /// CPUs and GPUs want. Values are the same; their order in memory is another, so `view` becomes
    /// `reshape`.
    public func channelsLast() throws -> Program {
        let aliases = Aliases(of: self)
        // A view that is written through must stay a view.
        let writesThroughView = nodes.contains { node in
            node.operatorName == "aten::view"
                && node.outputs.contains { $0.map(aliases.isChanged) ?? false }
        }
        guard !writesThroughView else { return self }
        var program = self
        for node in nodes where node.operatorName?.hasPrefix("aten::conv2d") == true {
            guard case .value(let name)? = node["weight"], let weight = tensors[name],
                weight.rank == 4
            else { continue }
            program.tensors[name] = try weight.markedChannelsLast()
        }
        for index in program.nodes.indices where program.nodes[index].operatorName == "aten::view" {
            program.nodes[index].function = .operator("aten::reshape")
            program.nodes[index].arguments = program.nodes[index].arguments
                .map { ($0.name == "size" ? "shape" : $0.name, $0.value) }
        }
        for input in inputs where input.sizes.count == 4 {
            let name = program.freshName("\(input.name) channels last")
            program.rename { $0 == input.name ? name : $0 }
            program.nodes.insert(
                Node(
                    .operator("aten::contiguous"),
                    [
                        ("self", .value(input.name)),
                        ("memory_format", .constant(.int(Self.channelsLastFormat))),
                    ], outputs: [name]), at: 0)
        }
        return program
    }

    /// libtorch's number of the memory format.
    private static let channelsLastFormat = 2

    /// Everything that makes a fixed network fast without changing what it says: no-ops dropped,
    /// batch normalisation folded, pooling before ReLU, channels last.
    public func frozen() throws -> Program {
        var program = try droppingNoOps().foldingBatchNorm().poolingFirst().channelsLast()
        // Folded weights are not the module's any more.
        program.weights = []
        return program
    }
}

extension Tensor {
    /// Channels-last storage that says so also for one channel, which lies the same either way: libtorch
    /// looks at the strides, and takes what is ambiguous for channels first.
    fileprivate func markedChannelsLast() throws -> Tensor {
        let last = try channelsLast()
        guard shape[1] == 1 else { return last }
        return try last.strided(
            shape: shape, strides: [shape[2] * shape[3], 1, shape[3], 1])
    }
}
