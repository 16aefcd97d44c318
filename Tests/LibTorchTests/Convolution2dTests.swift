import LibTorch
import TestSupport
import Testing

@Suite("Convolution2d")
struct Convolution2dTests {
    struct Form: Sendable, CustomTestStringConvertible {
        var name: String
        var inputs: Int, outputs: Int, kernel: Int
        var stride = 1, padding = 0, groups = 1
        var bias = true
        var testDescription: String { name }

        func make(seed: UInt64 = 1) throws -> Convolution2d {
            try Convolution2d(
                inputChannels: inputs, outputChannels: outputs, kernelSize: kernel,
                stride: stride, padding: padding, groups: groups, bias: bias,
                generator: Generator(seed: seed))
        }
    }

    static let forms = [
        Form(name: "plain", inputs: 3, outputs: 4, kernel: 3),
        Form(
            name: "strided and padded", inputs: 3, outputs: 4, kernel: 3, stride: 2, padding: 1),
        Form(name: "no bias", inputs: 3, outputs: 5, kernel: 2, bias: false),
        Form(name: "grouped", inputs: 4, outputs: 6, kernel: 3, padding: 1, groups: 2),
        Form(
            name: "depthwise", inputs: 4, outputs: 4, kernel: 3, stride: 2, padding: 2, groups: 4,
            bias: false),
        Form(name: "pointwise", inputs: 3, outputs: 2, kernel: 1),
    ]

    @Test("gives PyTorch's result, in either storage", arguments: forms, [false, true])
    func agrees(_ form: Form, channelsLast: Bool) throws {
        let golden = try Golden("layers")
        let layer = try form.make()
        try layer.load(golden.all("convolution \(form.name): "))
        let input = try golden["convolution \(form.name): in"]
        let output = try layer(channelsLast ? input.channelsLast() : input)
        try expect(output, near: golden["convolution \(form.name): out"], within: 2e-6)
    }

    struct Rectangle: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var inputs: Int, outputs: Int
        var kernel: [Int]
        var stride = 1
        var padding: [Int]
        var groups = 1
    }

    @Test(
        "gives PyTorch's result with a rectangular kernel and padding, in either storage",
        arguments: [
            Rectangle(
                testDescription: "wide", inputs: 3, outputs: 4, kernel: [1, 7], padding: [0, 3]),
            Rectangle(
                testDescription: "tall", inputs: 3, outputs: 4, kernel: [7, 1], padding: [3, 0]),
            Rectangle(
                testDescription: "strided", inputs: 3, outputs: 5, kernel: [3, 2], stride: 2,
                padding: [2, 1]),
            Rectangle(
                testDescription: "grouped", inputs: 4, outputs: 6, kernel: [2, 3],
                padding: [0, 2], groups: 2),
            Rectangle(
                testDescription: "depthwise", inputs: 4, outputs: 8, kernel: [5, 3], stride: 2,
                padding: [1, 0], groups: 4),
        ], [false, true])
    func rectangles(_ form: Rectangle, channelsLast: Bool) throws {
        let golden = try Golden("windows")
        let layer = try Convolution2d(
            inputChannels: form.inputs, outputChannels: form.outputs,
            kernel: (form.kernel[0], form.kernel[1]), stride: form.stride,
            padding: (form.padding[0], form.padding[1]), groups: form.groups,
            generator: Generator(seed: 1))
        let prefix = "\(form.testDescription): "
        try layer.load(golden.all(prefix))
        let input = try golden[prefix + "in"]
        let output = try layer(channelsLast ? input.channelsLast() : input)
        try expect(output, near: golden[prefix + "out"], within: 2e-6)
    }

    @Test("names its parameters as PyTorch does", arguments: forms)
    func names(_ form: Form) throws {
        let layer = try form.make()
        #expect(layer.state.map(\.name) == (form.bias ? ["weight", "bias"] : ["weight"]))
        #expect(
            layer.weight.shape == [
                form.outputs, form.inputs / form.groups, form.kernel, form.kernel,
            ])
    }

    @Test("starts uniform in ±1/√(inputs of an output), from its generator alone")
    func start() throws {
        let form = Form(name: "", inputs: 16, outputs: 32, kernel: 3, groups: 2)
        let layer = try form.make(seed: 5)
        let bound = 1 / (8 * 9 as Float).squareRoot()
        for (name, value) in layer.parameters {
            let numbers = try value.floats()
            #expect(numbers.allSatisfy { abs($0) <= bound }, "\(name)")
            #expect(try value.abs().mean().item() > Double(bound) * 0.4, "\(name)")
        }
        #expect(try #require(layer.weight.floats().max()) > bound * 0.99)
        #expect(try #require(layer.weight.floats().min()) < -bound * 0.99)
        #expect(try form.make(seed: 5).weight.bytes() == layer.weight.bytes())
        #expect(try form.make(seed: 6).weight.bytes() != layer.weight.bytes())
    }
}
