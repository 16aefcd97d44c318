/// Layers one after another, named 0, 1, 2 … as in PyTorch.
public final class Sequential: Layer {
    let layers: [any Layer]

    /// Chains the layers in this order; an empty list is the identity.
    public init(_ layers: [any Layer]) { self.layers = layers }

    /// Gives each layer the output of the one before, all in the same mode.
    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        try layers.reduce(input) { try $1($0, mode: mode) }
    }

    public var children: [(name: String, layer: any Layer)] {
        layers.enumerated().map { ("\($0.offset)", $0.element) }
    }
}
