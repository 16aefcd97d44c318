/// x · weightᵀ + bias over the last dimension.
public final class Linear: Layer {
    /// `[O, I]`: one row an output.
    public let weight: Tensor
    /// What is added to each output, `[O]`; nil for a layer without bias.
    public let bias: Tensor?

    /// Initialised as PyTorch does: uniform in ±1/√inputs.
    public init(inputs: Int, outputs: Int, bias: Bool = true, generator: Generator) throws {
        weight = try uniformParameter([outputs, inputs], fanIn: inputs, generator: generator)
        self.bias =
            bias ? try uniformParameter([outputs], fanIn: inputs, generator: generator) : nil
    }

    /// Maps `[…, I]` to `[…, O]`, the same way in both modes.
    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        try input.linear(weight, bias: bias)
    }

    public var ownParameters: [NamedTensor] {
        [("weight", weight)] + (bias.map { [("bias", $0)] } ?? [])
    }
}
