import CLibTorch

/// Gradients of chosen inputs. Everything else in the library runs without recording.
public enum Gradient {
    /// The value of `function` at `input` and the gradient of its sum with respect to `input`.
    ///
    /// Both results are cut off from the graph, which is freed before this returns.
    /// - Parameter function: returns a tensor of any shape; its elements are summed.
    public static func valueAndGradient(
        at input: Tensor, of function: (Tensor) throws -> Tensor
    ) throws -> (value: Tensor, gradient: Tensor) {
        let (value, _, gradient) = try valueAndGradient(at: input) { input in
            (try function(input), ())
        }
        return (value, gradient)
    }

    /// As above, for a function that has something else to tell beside its value, such as logits.
    public static func valueAndGradient<Extra>(
        at input: Tensor, of function: (Tensor) throws -> (value: Tensor, extra: Extra)
    ) throws -> (value: Tensor, extra: Extra, gradient: Tensor) {
        let (value, extra, gradients) = try valueAndGradients(at: [input]) { inputs in
            try function(inputs[0])
        }
        guard let gradient = gradients[0] else {
            throw TorchError.noGradient(reason: "the output does not depend on the input.")
        }
        return (value, extra, gradient)
    }

    /// The value of `function` and the gradients of its sum with respect to several inputs; nil for
    /// an input that does not take part.
    public static func valueAndGradients<Extra>(
        at inputs: [Tensor], of function: ([Tensor]) throws -> (value: Tensor, extra: Extra)
    ) throws -> (value: Tensor, extra: Extra, gradients: [Tensor?]) {
        try recording {
            // Fresh handles: the caller's tensors never learn that a gradient was taken.
            let watched = try inputs.map { try $0.watched() }
            let (value, extra) = try function(watched)
            let gradients = try of([value], towards: watched)
            return (try value.detached(), extra, gradients)
        }
    }

    /// d(Σ outputs · cotangents) / d(inputs) for outputs made while recording.
    /// - Parameters:
    ///   - cotangents: nil stands for ones.
    ///   - keepingGraph: allows another gradient of the same outputs afterwards.
    ///   - differentiable: makes the gradient part of a graph itself, for second-order gradients.
    public static func of(
        _ outputs: [Tensor], cotangents: [Tensor]? = nil, towards inputs: [Tensor],
        keepingGraph: Bool = false, differentiable: Bool = false
    ) throws -> [Tensor?] {
        if let cotangents, cotangents.count != outputs.count {
            throw TorchError.noGradient(
                reason: "\(outputs.count) outputs were given, and \(cotangents.count) cotangents.")
        }
        var error: UnsafeMutablePointer<CChar>?
        var results = [lt_tensor?](repeating: nil, count: inputs.count)
        let from: [lt_tensor?] = outputs.map(\.handle)
        let towards: [lt_tensor?] = inputs.map(\.handle)
        let seeds: [lt_tensor?] = cotangents?.map(\.handle) ?? outputs.map { _ in nil }
        let succeeded = withExtendedLifetime((outputs, inputs, cotangents)) {
            lt_gradient(
                from, seeds, Int32(from.count), towards, Int32(towards.count), keepingGraph,
                differentiable, &results, &error)
        }
        guard succeeded else { throw TorchError.noGradient(reason: firstSentence(error)) }
        return results.map { $0.map(Tensor.init(owning:)) }
    }

    /// Runs `body` while operations are recorded for gradients. The setting belongs to this thread,
    /// so `body` is synchronous.
    public static func recording<Result>(_ body: () throws -> Result) rethrows -> Result {
        try with(recording: true, body)
    }

    /// Runs `body` without recording.
    public static func pausing<Result>(_ body: () throws -> Result) rethrows -> Result {
        try with(recording: false, body)
    }

    private static func with<Result>(
        recording: Bool, _ body: () throws -> Result
    ) rethrows -> Result {
        let before = lt_set_gradient_recording(recording)
        defer { _ = lt_set_gradient_recording(before) }
        return try body()
    }
}

extension Tensor {
    /// Whether operations on this tensor are recorded for gradients.
    public var requiresGradient: Bool { lt_tensor_requires_grad(handle) }

    func setRequiresGradient(_ required: Bool) throws {
        var error: UnsafeMutablePointer<CChar>?
        lt_tensor_set_requires_grad(handle, required, &error)
        if error != nil { throw TorchError.noGradient(reason: firstSentence(error)) }
    }

    var rawDType: Int32 { lt_tensor_dtype(handle) }
}

extension Tensor {
    /// These values with the gradients of another tensor: what an attack follows through a clamp or a
    /// comparison, which have none of their own (backward pass differentiable approximation, Athalye et
    /// al. 2018). Where nothing is recorded they are just these values.
    public func followed(by smooth: Tensor) throws -> Tensor {
        guard smooth.requiresGradient else { return self }
        return try detached() + (smooth - smooth.detached())
    }

    /// A handle to the same values that starts a graph of gradients of its own: operations on it
    /// are recorded inside ``Gradient/recording(_:)``, for ``Gradient/of(_:cotangents:towards:keepingGraph:differentiable:)``.
    public func watched() throws -> Tensor {
        let tensor = try detached()
        try tensor.setRequiresGradient(true)
        return tensor
    }
}
