/// A two-dimensional convolution over [N, C, H, W].
public final class Convolution2d: Layer {
    /// The kernels, `[O, C / groups, h, w]`, channels-last in memory.
    public let weight: Tensor
    /// What is added to each output channel, `[O]`; nil for a convolution without bias.
    public let bias: Tensor?
    let stride: [Int]
    let padding: [Int]
    let groups: Int

    /// A square kernel, initialised as PyTorch does (He et al. 2015, uniform, for a leaky slope of
    /// √5).
    public convenience init(
        inputChannels: Int, outputChannels: Int, kernelSize: Int, stride: Int = 1,
        padding: Int = 0, groups: Int = 1, bias: Bool = true, generator: Generator
    ) throws {
        try self.init(
            inputChannels: inputChannels, outputChannels: outputChannels,
            kernel: (kernelSize, kernelSize), stride: stride, padding: (padding, padding),
            groups: groups, bias: bias, generator: generator)
    }

    /// A kernel and padding of the given height and width.
    public init(
        inputChannels: Int, outputChannels: Int, kernel: (height: Int, width: Int),
        stride: Int = 1, padding: (height: Int, width: Int) = (0, 0), groups: Int = 1,
        bias: Bool = true, generator: Generator
    ) throws {
        let fanIn = inputChannels / groups * kernel.height * kernel.width
        weight = try uniformParameter(
            [outputChannels, inputChannels / groups, kernel.height, kernel.width], fanIn: fanIn,
            generator: generator
        ).channelsLast()
        self.bias =
            bias
            ? try uniformParameter([outputChannels], fanIn: fanIn, generator: generator) : nil
        self.stride = [stride, stride]
        self.padding = [padding.height, padding.width]
        self.groups = groups
    }

    /// Convolves `[N, C, H, W]` to `[N, O, H′, W′]`, the same way in both modes.
    public func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        try input.conv2d(weight, bias: bias, stride: stride, padding: padding, groups: groups)
    }

    public var ownParameters: [NamedTensor] {
        [("weight", weight)] + (bias.map { [("bias", $0)] } ?? [])
    }
}

/// A parameter uniform in ±1/√fanIn, PyTorch's default for convolutions and linear layers.
func uniformParameter(_ shape: [Int], fanIn: Int, generator: Generator) throws -> Tensor {
    try ParameterLimit.check(shape)
    let tensor = try Tensor.zeros(shape)
    let bound = 1 / Double(fanIn).squareRoot()
    try tensor.fillUniform(-bound...bound, generator: generator)
    return tensor
}
