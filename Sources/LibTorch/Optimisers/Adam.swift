/// Adam with decoupled weight decay, as `torch.optim.AdamW` (Loshchilov and Hutter 2019); without
/// weight decay it is Adam (Kingma and Ba 2015).
public final class Adam: Optimiser {
    private static let fused = Operator("aten::_fused_adamw_")

    let betas: (Double, Double)
    let epsilon: Double
    let weightDecay: Double
    private let parameters: [Tensor]
    private let means: [NamedTensor]
    private let squares: [NamedTensor]
    private let steps: [NamedTensor]

    /// Begins with both means at zero; the defaults are `torch.optim.Adam`'s.
    /// - Parameters:
    ///   - parameters: changed in place; gradients must come in the same order.
    ///   - betas: the decay of the mean of the gradients and of that of their squares.
    ///   - epsilon: added to the root that a step is divided by.
    ///   - weightDecay: the share, times the learning rate, that each step takes off a parameter.
    public init(
        _ parameters: [NamedTensor], betas: (Double, Double) = (0.9, 0.999),
        epsilon: Double = 1e-8, weightDecay: Double = 0
    ) throws {
        self.parameters = parameters.map(\.value)
        self.betas = betas
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        means = try parameters.map { ("\($0.name).mean", try $0.value.zerosLike()) }
        squares = try parameters.map { ("\($0.name).square", try $0.value.zerosLike()) }
        // Where the parameters are: on a GPU the fused kernel reads them there.
        steps = try parameters.map { ("\($0.name).step", try Tensor.zeros([]).to($0.value.device)) }
    }

    public func step(gradients: [Tensor?], learningRate: Double) throws {
        for live in livePlaces(gradients, of: parameters) {
            let aligned = try live.compactMap { try gradients[$0]?.laidOut(as: parameters[$0]) }
            let liveSteps = live.map { steps[$0].value }
            for step in liveSteps { try step.assign(step + 1) }
            try Self.fused.call(
                [
                    .tensors(live.map { parameters[$0] }), .tensors(aligned),
                    .tensors(live.map { means[$0].value }),
                    .tensors(live.map { squares[$0].value }),
                    .tensors([]), .tensors(liveSteps),
                ],
                named: [
                    "lr": .double(learningRate), "beta1": .double(betas.0),
                    "beta2": .double(betas.1),
                    "weight_decay": .double(weightDecay), "eps": .double(epsilon), "amsgrad": false,
                    "maximize": false,
                ])
        }
    }

    public var state: [NamedTensor] { means + squares + steps }
}
