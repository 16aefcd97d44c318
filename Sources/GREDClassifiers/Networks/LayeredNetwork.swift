import LibTorch

/// A network whose middle layers can be looked at: what DET_sal needs (Zhang et al. 2018).
public protocol LayeredNetwork: Layer {
    /// How many middle layers it shows.
    var middleLayerCount: Int { get }

    /// A pass without training that keeps what the middle layers say.
    /// - Parameter input: `[N, C, H, W]` in 0…1.
    /// - Returns: the outputs of the middle layers, `[N, c, h, w]`, each made from the one before, and
    ///   the logits, `[N, L]`, made from the last.
    func middleLayers(of input: Tensor) throws -> (outputs: [Tensor], logits: Tensor)
}

extension VGG11: LayeredNetwork {
    /// The pooled outputs of blocks 2 to 5: the first block's is hardly more than the image.
    public var middleLayerCount: Int { Self.blockCount - 1 }

    public func middleLayers(of input: Tensor) throws -> (outputs: [Tensor], logits: Tensor) {
        let pooled = try blockOutputs(of: input)
        return (Array(pooled.dropFirst()), try logits(of: pooled[pooled.count - 1]))
    }
}

extension ResNet: LayeredNetwork {
    /// The outputs of the four stages.
    public var middleLayerCount: Int { 4 }

    public func middleLayers(of input: Tensor) throws -> (outputs: [Tensor], logits: Tensor) {
        let outputs = try stageOutputs(of: input, mode: .evaluation)
        return (outputs, try logits(of: outputs[outputs.count - 1], mode: .evaluation))
    }
}
