import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDClassifiers

@Suite("VGG11 is PyTorch's")
struct VGG11Tests {
    /// One network that is given its golden weights, and images for it.
    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var shape: ImageShape

        static let all = [
            Case(
                testDescription: "1x28x28",
                shape: ImageShape(channels: 1, height: 28, width: 28)),
            Case(
                testDescription: "3x32x32",
                shape: ImageShape(channels: 3, height: 32, width: 32)),
        ]

        func network() throws -> (VGG11, Golden) {
            let golden = try Golden("vgg11")
            let network = try VGG11(
                shape: shape, classes: 6, width: 1 / 16, generator: Generator(seed: 1))
            var weights = try Golden("weights").tensors
            let first = "features.0.weight"
            if let own = golden.tensors["\(testDescription): \(first)"] { weights[first] = own }
            try network.load(weights)
            return (network, golden)
        }
    }

    @Test("in the names and shapes of its weights")
    func names() throws {
        let (network, _) = try Case.all[0].network()
        let golden = try Golden("weights").tensors
        #expect(Set(network.state.map(\.name)) == Set(golden.keys))
        #expect(network.state.allSatisfy { golden[$0.name]?.shape == $0.value.shape })
        #expect(network.state.count == golden.count)
    }

    @Test("in logits and in the gradient by the pixels", arguments: Case.all)
    func evaluation(_ one: Case) throws {
        let (network, golden) = try one.network()
        let before = try network.state.map { try $0.value.bytes() }
        try check(network, mode: .evaluation, named: "evaluation", one, golden)
        #expect(try network.state.map { try $0.value.bytes() } == before)
    }

    @Test(
        "in logits, gradient and running statistics when it is trained", arguments: Case.all)
    func training(_ one: Case) throws {
        let (network, golden) = try one.network()
        try check(network, mode: .training(Generator(seed: 1)), named: "training", one, golden)
        #expect(network.buffers.count == 16)
        for (name, value) in network.buffers {
            try expect(
                value, near: golden["\(one.testDescription): \(name)"], within: 1e-5, name)
        }
    }

    private func check(
        _ network: VGG11, mode: Mode, named name: String, _ one: Case, _ golden: Golden
    ) throws {
        let cotangent = try golden["\(one.testDescription): cotangent"]
        let (_, logits, gradient) = try Gradient.valueAndGradient(
            at: golden.images("\(one.testDescription): pixels")
        ) { images in
            let logits = try network(images, mode: mode)
            return (try logits * cotangent, try logits.detached())
        }
        let prefix = "\(one.testDescription), \(name)"
        try expect(logits, near: golden["\(prefix): logits"], within: 1e-5, "logits")
        try expect(gradient, near: golden["\(prefix): gradient"], within: 1e-5, "gradient")
    }

    @Test(
        "at full width, on larger images with odd sides", arguments: ["vgg11, odd", "vgg11, grey"])
    func largeAndOdd(_ name: String) throws {
        try FilledNetwork(name).expectAgreement()
    }

    @Test("but pads inside, so that the border holds what it is told to and no attack reaches it")
    func padding() throws {
        try useOneThread()
        func network(_ side: Int, padding: Double) throws -> VGG11 {
            try VGG11(
                shape: ImageShape(channels: 1, height: side, width: side), classes: 3,
                width: 1 / 32, paddingValue: padding, generator: Generator(seed: 5))
        }
        let image = try Tensor.full([2, 1, 28, 28], 0.75)
        let framed = try image.padded(left: 2, right: 2, top: 2, bottom: 2, value: -3)
        #expect(
            try network(28, padding: -3)(image).floats() == network(32, padding: 0)(framed).floats()
        )
        #expect(
            try network(28, padding: 0)(image).floats() != network(28, padding: -3)(image).floats())
    }
}
