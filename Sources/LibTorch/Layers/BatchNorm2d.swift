/// Batch normalisation over the channels of [N, C, H, W] (Ioffe and Szegedy 2015).
public final class BatchNorm2d: Layer {
    public let weight: Tensor
    public let bias: Tensor
    public let runningMean: Tensor
    public let runningVariance: Tensor
    public let momentum: Double
    public let epsilon: Double

    public init(channels: Int, momentum: Double = 0.1, epsilon: Double = 1e-5) throws {
        weight = try .ones([channels])
        bias = try .zeros([channels])
        runningMean = try .zeros([channels])
        runningVariance = try .ones([channels])
        self.momentum = momentum
        self.epsilon = epsilon
    }

    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        try input.batchNorm(
            weight: weight, bias: bias, runningMean: runningMean, runningVariance: runningVariance,
            training: mode.isTraining, momentum: momentum, epsilon: epsilon)
    }

    public var ownParameters: [NamedTensor] { [("weight", weight), ("bias", bias)] }
    public var ownBuffers: [NamedTensor] {
        [("running_mean", runningMean), ("running_var", runningVariance)]
    }
}
