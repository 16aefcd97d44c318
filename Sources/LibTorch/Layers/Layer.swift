/// What a forward pass is for.
///
/// Training is not a state of a network that somebody may forget to switch: it is an argument of
/// the one pass that trains. A network that is not being trained cannot be left in training mode.
public enum Mode {
    /// Batch norm uses its running statistics, dropout does nothing.
    case evaluation
    /// Batch norm uses the batch and updates its running statistics; dropout draws from the
    /// generator.
    case training(Generator)
    /// As in evaluation, but batch norm uses the batch, and this share of its statistics, 0…1, goes into the
    /// running ones: for measuring them anew once a network is trained.
    case measuring(share: Double)
}

/// A tensor with its name in a network, such as `features.0.weight`, as in PyTorch.
public typealias NamedTensor = (name: String, value: Tensor)

/// A part of a network: a function of tensors that owns parameters and buffers.
public protocol Layer: AnyObject {
    /// One pass: the output for a batch, whose first dimension N is kept.
    /// - Throws: ``TorchError/operatorFailed(name:reason:)`` for a shape that does not fit.
    func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor

    /// The layers inside this one, by the names that PyTorch would give them.
    var children: [(name: String, layer: any Layer)] { get }
    /// What the optimiser changes, of this layer alone.
    var ownParameters: [NamedTensor] { get }
    /// What is saved but not optimised (running statistics), of this layer alone.
    var ownBuffers: [NamedTensor] { get }

    /// Moves parameters and buffers to a device, in place.
    func move(to device: Device) throws
}

extension Layer {
    public var children: [(name: String, layer: any Layer)] { [] }
    public var ownParameters: [NamedTensor] { [] }
    public var ownBuffers: [NamedTensor] { [] }

    /// A pass without training.
    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try self(input, mode: .evaluation)
    }

    /// The parameters of this layer and of all inside it.
    public var parameters: [NamedTensor] { collect(\.ownParameters) }
    /// The buffers of this layer and of all inside it.
    public var buffers: [NamedTensor] { collect(\.ownBuffers) }
    /// Parameters and buffers: what a file of weights holds.
    public var state: [NamedTensor] { parameters + buffers }

    private func collect(_ own: (any Layer) -> [NamedTensor]) -> [NamedTensor] {
        own(self)
            + children.flatMap { name, layer in
                layer.collect(own).map { ("\(name).\($0.name)", $0.value) }
            }
    }

    /// Overwrites parameters and buffers in place.
    /// - Parameter tensors: by name; every tensor of the network must be there, with its shape.
    public func load(_ tensors: [String: Tensor], from source: String = "the weights") throws {
        for (name, value) in state {
            guard let loaded = tensors[name] else {
                throw TorchError.badFile(path: source, reason: "the tensor '\(name)' is missing.")
            }
            guard loaded.shape == value.shape else {
                throw TorchError.badFile(
                    path: source,
                    reason: "'\(name)' has shape \(loaded.shape), and \(value.shape) was expected.")
            }
        }
        try Gradient.pausing {
            for (name, value) in state { try value.assign(tensors[name] ?? value) }
        }
    }

    /// Overwrites parameters and buffers with another network's of the same build.
    public func load(from other: any Layer) throws {
        try load(Dictionary(other.state.map { ($0.name, $0.value) }) { first, _ in first })
    }

    public func move(to device: Device) throws {
        for (_, value) in ownParameters + ownBuffers { try value.move(to: device) }
        for (_, layer) in children { try layer.move(to: device) }
    }
}
