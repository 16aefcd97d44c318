/// Batch normalisation over the channels of [N, C, H, W] (Ioffe and Szegedy 2015).
public final class BatchNorm2d: Layer {
    /// γ, `[C]`: what each normalised channel is multiplied by; ones at first.
    public let weight: Tensor
    /// β, `[C]`: what is then added to each channel; zeros at first.
    public let bias: Tensor
    /// The mean of each channel that evaluation subtracts, `[C]`; zeros at first.
    public let runningMean: Tensor
    /// The variance of each channel that evaluation divides out, `[C]`; ones at first.
    public let runningVariance: Tensor
    /// The share of a batch's own statistics in the new running ones, 0…1.
    public let momentum: Double
    /// Added to the variance before its root is divided by.
    public let epsilon: Double

    /// In evaluation it begins as the identity, up to ``epsilon``; the defaults are PyTorch's.
    public init(channels: Int, momentum: Double = 0.1, epsilon: Double = 1e-5) throws {
        weight = try .ones([channels])
        bias = try .zeros([channels])
        runningMean = try .zeros([channels])
        runningVariance = try .ones([channels])
        self.momentum = momentum
        self.epsilon = epsilon
    }

    /// Normalises each channel of `[N, C, H, W]`; all but evaluation updates the running statistics.
    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        let share: Double? =
            switch mode {
            case .evaluation: nil
            case .training: momentum
            case .measuring(let share): share
            }
        return try input.batchNorm(
            weight: weight, bias: bias, runningMean: runningMean, runningVariance: runningVariance,
            training: share != nil, momentum: share ?? momentum, epsilon: epsilon)
    }

    public var ownParameters: [NamedTensor] { [("weight", weight), ("bias", bias)] }
    public var ownBuffers: [NamedTensor] {
        [("running_mean", runningMean), ("running_var", runningVariance)]
    }
}
