// The operators that networks are made of.

private enum Op {
    static let conv2d = Operator("aten::conv2d")
    static let linear = Operator("aten::linear")
    static let batchNorm = Operator("aten::batch_norm")
    static let maxPool2d = Operator("aten::max_pool2d")
    static let avgPool2d = Operator("aten::avg_pool2d")
    static let adaptiveAvgPool2d = Operator("aten::adaptive_avg_pool2d")
    static let upsampleBilinear2d = Operator("aten::upsample_bilinear2d")
    static let relu = Operator("aten::relu")
    static let bernoulli = Operator("aten::bernoulli_.float")
    static let crossEntropy = Operator("aten::cross_entropy_loss")
    static let uniform = Operator("aten::uniform_")
    static let normal = Operator("aten::normal_")
    static let emptyLike = Operator("aten::empty_like")
}

extension Tensor {
    /// Convolution of [N, C, H, W] with a kernel [O, C / groups, h, w].
    public func conv2d(
        _ weight: Tensor, bias: Tensor? = nil, stride: [Int] = [1, 1], padding: [Int] = [0, 0],
        groups: Int = 1
    ) throws -> Tensor {
        try Op.conv2d(
            .tensor(self), .tensor(weight), .optional(bias), .ints(stride), .ints(padding),
            .ints([1, 1]), .int(groups))
    }
    /// x · weightᵀ + bias, for a weight [O, I].
    public func linear(_ weight: Tensor, bias: Tensor? = nil) throws -> Tensor {
        try Op.linear(.tensor(self), .tensor(weight), .optional(bias))
    }
    /// Batch normalisation; in training the running statistics are updated in place.
    public func batchNorm(
        weight: Tensor?, bias: Tensor?, runningMean: Tensor?, runningVariance: Tensor?,
        training: Bool, momentum: Double = 0.1, epsilon: Double = 1e-5
    ) throws -> Tensor {
        try Op.batchNorm(
            .tensor(self), .optional(weight), .optional(bias), .optional(runningMean),
            .optional(runningVariance), .bool(training), .double(momentum), .double(epsilon), true)
    }
    /// The largest value of each square window of `[N, C, H, W]`; the border never wins.
    /// - Parameters:
    ///   - stride: the step between windows in pixels; nil takes the window's side.
    ///   - padding: the border on every side in pixels, at most half of the window's side.
    public func maxPool2d(_ size: Int, stride: Int? = nil, padding: Int = 0) throws -> Tensor {
        let step = stride ?? size
        return try Op.maxPool2d(
            .tensor(self), .ints([size, size]), .ints([step, step]), .ints([padding, padding]))
    }
    /// The mean of each square window of `[N, C, H, W]`; the border counts as zeros.
    /// - Parameters:
    ///   - stride: the step between windows in pixels; nil takes the window's side.
    ///   - padding: the border on every side in pixels, at most half of the window's side.
    public func averagePool2d(_ size: Int, stride: Int? = nil, padding: Int = 0) throws -> Tensor {
        let step = stride ?? size
        return try Op.avgPool2d(
            .tensor(self), .ints([size, size]), .ints([step, step]), .ints([padding, padding]))
    }
    /// Average pooling to an output of the given height and width.
    public func adaptiveAveragePool2d(_ size: [Int]) throws -> Tensor {
        try Op.adaptiveAvgPool2d(.tensor(self), .ints(size))
    }
    /// Maps `[N, C, H, W]` at another size, bilinear between the centres of pixels.
    public func resized(height: Int, width: Int) throws -> Tensor {
        try Op.upsampleBilinear2d(.tensor(self), .ints([height, width]), .bool(false))
    }
    /// max(x, 0) of each element.
    public func relu() throws -> Tensor { try Op.relu(.tensor(self)) }

    /// Zeroes elements with a probability and scales the others up by 1 / (1 − probability).
    public func dropout(_ probability: Double, generator: Generator) throws -> Tensor {
        guard probability != 0 else { return self }
        // There is nothing to scale up, and 0 / 0 is no number.
        guard probability != 1 else { return try self * 0 }
        let kept = try Op.bernoulli(
            .tensor(detached().zerosLike()), .double(1 - probability), .generator(generator))
        return try self * kept / (1 - probability)
    }

    /// The mean cross entropy of logits [N, C] against class numbers [N] (or probabilities [N, C]).
    public func crossEntropy(_ labels: Tensor, labelSmoothing: Double = 0) throws -> Tensor {
        try Op.crossEntropy(
            .tensor(self), .tensor(labels), .none, 1, -100, .double(labelSmoothing))
    }

    // MARK: Random numbers

    /// Fills the tensor in place with uniform numbers.
    public func fillUniform(_ range: ClosedRange<Double>, generator: Generator) throws {
        try Op.uniform.call([
            .tensor(self), .double(range.lowerBound), .double(range.upperBound),
            .generator(generator),
        ])
    }
    /// Fills the tensor in place with normal numbers.
    public func fillNormal(mean: Double = 0, standardDeviation: Double, generator: Generator) throws
    {
        try Op.normal.call([
            .tensor(self), .double(mean), .double(standardDeviation), .generator(generator),
        ])
    }
}
