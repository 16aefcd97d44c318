import LibTorch
import Testing

@Suite("Sequential")
struct SequentialTests {
    @Test("runs its layers in order")
    func order() throws {
        let generator = try Generator(seed: 1)
        let linear = try Linear(inputs: 2, outputs: 2, generator: generator)
        let input = try Tensor([1 as Float, -2], shape: [1, 2])
        #expect(
            try Sequential([linear, ReLU()])(input).bytes() == linear(input).relu().bytes())
        #expect(
            try Sequential([ReLU(), linear])(input).bytes() == linear(input.relu()).bytes())
        #expect(try Sequential([])(input).identity == input.identity)
    }

    @Test("hands the mode on to every layer")
    func mode() throws {
        let norm = try BatchNorm2d(channels: 1)
        let network = Sequential([Sequential([norm]), Dropout(0.5)])
        let images = try Tensor((0..<64).map(Float.init), shape: [1, 1, 8, 8])
        _ = try network(images)
        #expect(try norm.runningMean.floats() == [0])
        let trained = try network(images, mode: .training(Generator(seed: 1)))
        #expect(try norm.runningMean.floats() != [0])
        #expect(try trained.floats().contains(0))
    }

    @Test("names what is inside as PyTorch does, however deep")
    func names() throws {
        let generator = try Generator(seed: 1)
        let network = Sequential([
            try Convolution2d(
                inputChannels: 1, outputChannels: 2, kernelSize: 3, bias: false,
                generator: generator),
            Sequential([try BatchNorm2d(channels: 2), ReLU()]),
            Flatten(),
            try Linear(inputs: 2, outputs: 2, generator: generator),
        ])
        #expect(
            network.parameters.map(\.name) == [
                "0.weight", "1.0.weight", "1.0.bias", "3.weight", "3.bias",
            ])
        #expect(network.buffers.map(\.name) == ["1.0.running_mean", "1.0.running_var"])
        #expect(network.state.count == 7)
    }
}
