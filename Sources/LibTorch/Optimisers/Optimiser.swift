/// Changes parameters in place along their gradients.
public protocol Optimiser: AnyObject {
    /// One step. A parameter whose gradient is nil is left alone this time.
    func step(gradients: [Tensor?], learningRate: Double) throws
    /// What must be saved to go on later as if nothing had happened.
    var state: [NamedTensor] { get }
}

extension Optimiser {
    /// Overwrites the state in place with a saved one.
    public func load(_ tensors: [String: Tensor], from source: String) throws {
        for (name, value) in state {
            guard let loaded = tensors[name], loaded.shape == value.shape else {
                throw TorchError.badFile(
                    path: source, reason: "the optimiser's tensor '\(name)' is missing or altered.")
            }
            try value.assign(loaded)
        }
    }
}

/// The places of the parameters that have a gradient, in groups of one element type: libtorch's
/// fused optimisers take the first tensor's type for that of all.
func livePlaces(_ gradients: [Tensor?], of parameters: [Tensor]) -> [[Int]] {
    let live = gradients.indices.filter { gradients[$0] != nil }
    return Array(Dictionary(grouping: live) { parameters[$0].dtype }.values)
}

extension Tensor {
    /// The same values, lying in memory as `parameter` does: libtorch's fused optimisers walk
    /// through memory and not through indices, and a gradient may be transposed, channels-last or
    /// one number seen many times.
    func laidOut(as parameter: Tensor) throws -> Tensor {
        guard strides != parameter.strides else { return self }
        let copy = try parameter.zerosLike()
        try copy.assign(self)
        return copy
    }
}

extension Layer {
    /// The loss of one batch and its gradients by ``parameters``, in that order.
    ///
    /// Parameters need a gradient for the length of this call only.
    public func lossAndGradients(_ loss: () throws -> Tensor) throws -> (
        loss: Tensor, gradients: [Tensor?]
    ) {
        let parameters = parameters.map(\.value)
        defer { for parameter in parameters { try? parameter.setRequiresGradient(false) } }
        for parameter in parameters { try parameter.setRequiresGradient(true) }
        return try Gradient.recording {
            let value = try loss()
            return (try value.detached(), try Gradient.of([value], towards: parameters))
        }
    }
}
