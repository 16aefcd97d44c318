import LibTorch
import Testing

@Suite("Loading weights into layers")
struct LayerTests {
    private func network(seed: UInt64 = 1) throws -> Sequential {
        let generator = try Generator(seed: seed)
        return Sequential([
            try Convolution2d(
                inputChannels: 1, outputChannels: 2, kernelSize: 3, generator: generator),
            try BatchNorm2d(channels: 2), Flatten(),
            try Linear(inputs: 8, outputs: 3, generator: generator),
        ])
    }

    private func bytes(_ layer: any Layer) throws -> [[UInt8]] {
        try layer.state.map { try $0.value.bytes() }
    }

    private func weights(_ layer: any Layer) -> [String: Tensor] {
        Dictionary(uniqueKeysWithValues: layer.state.map { ($0.name, $0.value) })
    }

    @Test("gives the same network, through a file too")
    func loads() throws {
        let (one, other) = (try network(seed: 1), try network(seed: 2))
        #expect(try bytes(one) != bytes(other))
        let file = try Safetensors.data(of: one.state)
        try other.load(Safetensors.read(file, path: "file").tensors)
        #expect(try bytes(one) == bytes(other))

        let third = try network(seed: 3)
        try third.load(from: one)
        #expect(try bytes(one) == bytes(third))
        let images = try Tensor((0..<16).map(Float.init), shape: [1, 1, 4, 4])
        #expect(try one(images).bytes() == third(images).bytes())
    }

    @Test("copies: the layer does not share numbers with what it was loaded from")
    func copies() throws {
        let (one, other) = (try network(seed: 1), try network(seed: 2))
        try other.load(from: one)
        let before = try bytes(one)
        for (_, value) in other.state { try value.assign(value.zerosLike()) }
        #expect(try bytes(one) == before)
    }

    @Test("works while gradients are recorded, and leaves no trace in their graph")
    func recording() throws {
        let (one, other) = (try network(seed: 1), try network(seed: 2))
        try Gradient.recording { try other.load(from: one) }
        #expect(other.state.allSatisfy { !$0.value.requiresGradient })
    }

    @Test("keeps the very tensors when it moves to where it is, and says where it cannot go")
    func moves() throws {
        let layer = try network()
        let (before, held) = (try bytes(layer), layer.state.map(\.value.identity))
        try layer.move(to: .cpu)
        #expect(try bytes(layer) == before)
        #expect(layer.state.map(\.value.identity) == held)
        // Tensors on this device have shapes, but no numbers.
        let error = #expect(throws: TorchError.self) { try layer.move(to: Device("meta")) }
        #expect("\(try #require(error))".contains("Moving a tensor"))
    }

    @Test("ignores tensors that the network has no place for")
    func extra() throws {
        let (one, other) = (try network(seed: 1), try network(seed: 2))
        var tensors = weights(one)
        tensors["1.num_batches_tracked"] = try Tensor([7])
        try other.load(tensors)
        #expect(try bytes(one) == bytes(other))
    }

    @Test("converts from another type of floating point")
    func converts() throws {
        let layer = try network()
        let doubles = try weights(layer).mapValues { try $0.to(.float64) }
        let other = try network(seed: 2)
        try other.load(doubles)
        #expect(try bytes(layer) == bytes(other))
        #expect(other.state.allSatisfy { $0.value.dtype == .float32 })
    }

    @Test(
        "refuses a missing tensor, naming it and the source, and changes nothing",
        arguments: ["0.weight", "1.running_var", "3.bias"])
    func missing(_ name: String) throws {
        let (one, other) = (try network(seed: 1), try network(seed: 2))
        var tensors = weights(one)
        tensors[name] = nil
        let before = try bytes(other)
        #expect(
            throws: TorchError.badFile(
                path: "vgg.safetensors", reason: "the tensor '\(name)' is missing.")
        ) { try other.load(tensors, from: "vgg.safetensors") }
        #expect(try bytes(other) == before)
    }

    @Test("refuses a tensor of another shape, naming both shapes, and changes nothing")
    func wrongShape() throws {
        let (one, other) = (try network(seed: 1), try network(seed: 2))
        var tensors = weights(one)
        tensors["3.bias"] = try .zeros([4])
        let before = try bytes(other)
        #expect(
            throws: TorchError.badFile(
                path: "the weights", reason: "'3.bias' has shape [4], and [3] was expected.")
        ) { try other.load(tensors) }
        #expect(try bytes(other) == before)
    }
}
