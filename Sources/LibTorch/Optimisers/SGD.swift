/// Stochastic gradient descent with momentum, as `torch.optim.SGD`.
public final class SGD: Optimiser {
    private static let fused = Operator("aten::_fused_sgd_")

    let momentum: Double
    let weightDecay: Double
    let nesterov: Bool
    private let parameters: [Tensor]
    private let velocities: [NamedTensor]
    /// PyTorch's first step copies the gradient into an empty momentum buffer; a buffer of zeros
    /// gives the same (momentum · 0 + gradient), so no step is special.
    private static let isFirstStep = false

    /// Begins with all velocities at zero.
    /// - Parameters:
    ///   - parameters: changed in place; gradients must come in the same order.
    ///   - momentum: the share of its velocity that a parameter keeps from step to step.
    ///   - weightDecay: the multiple of a parameter that is added to its gradient (an L2 penalty).
    ///   - nesterov: steps along the gradient plus `momentum` times the new velocity.
    public init(
        _ parameters: [NamedTensor], momentum: Double = 0.9, weightDecay: Double = 0,
        nesterov: Bool = false
    ) throws {
        self.parameters = parameters.map(\.value)
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.nesterov = nesterov
        velocities = try parameters.map { ("\($0.name).velocity", try $0.value.zerosLike()) }
    }

    public func step(gradients: [Tensor?], learningRate: Double) throws {
        for live in livePlaces(gradients, of: parameters) {
            let aligned = try live.compactMap { try gradients[$0]?.laidOut(as: parameters[$0]) }
            try Self.fused.call(
                [
                    .tensors(live.map { parameters[$0] }), .tensors(aligned),
                    .tensors(momentum == 0 ? [] : live.map { velocities[$0].value }),
                ],
                named: [
                    "weight_decay": .double(weightDecay), "momentum": .double(momentum),
                    "lr": .double(learningRate), "dampening": 0.0, "nesterov": .bool(nesterov),
                    "maximize": false, "is_first_step": .bool(Self.isFirstStep),
                ])
        }
    }

    public var state: [NamedTensor] { velocities }
}
