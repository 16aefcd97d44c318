import Foundation
import LibTorch
import TestSupport
import Testing

/// The fixtures written by `Scripts/golden/programs.py`: small models, exported, with what PyTorch
/// makes of them.
enum Programs {
    static func url(_ name: String) throws -> URL {
        try #require(
            Bundle.module.url(
                forResource: name, withExtension: nil, subdirectory: "Golden/programs"))
    }

    static func golden() throws -> SafetensorsFile {
        try Engine.setThreadCount(1)
        return try SafetensorsFile(url("programs.safetensors"))
    }

    static func replay(_ name: String) throws -> Replay {
        try Replay(ProgramFile(url(name + ".pt2")).program)
    }
}

@Suite("A replayed program")
struct ReplayTests {
    private static let whole = [
        "attention", "constants", "convnet", "derived-dim", "device-constant", "dictionary",
        "decomposed", "decomposed-input", "half-types", "infinite", "inplace-input", "interpolate",
        "least", "logits4d", "mixed-outputs", "nested", "no-grad", "one-logit", "single-list",
        "smooth", "static", "strided", "symbolic", "symbolic-scalars",
        "tied", "tuple", "written-views",
    ]
    let golden: SafetensorsFile

    init() throws { golden = try Programs.golden() }

    /// The golden tensor of an output, whose file name is `output` or `output.PATH`.
    private func tensor(_ model: String, _ kind: String, _ path: String) throws -> Tensor {
        try golden.tensor("\(model)/\(kind)" + (path.isEmpty ? "" : ".\(path)"))
    }

    @Test("gives PyTorch's outputs and input gradient", arguments: whole)
    func agrees(_ model: String) throws {
        let replay = try Programs.replay(model)
        let input = try golden.tensor("\(model)/input")
        // bfloat16 inside: its products may be added in another order.
        let tolerance = model == "half-types" ? 2e-2 : 1e-4
        let paths = replay.program.outputs.map(\.path)
        let (_, outputs, gradient) = try Gradient.valueAndGradient(at: input) { input in
            let outputs = try replay([input])
            var total = try Tensor.zeros([])
            for (path, output) in zip(paths, outputs) {
                total = try total + (output * tensor(model, "cotangent", path)).sum()
            }
            return (total, outputs)
        }
        for (path, output) in zip(paths, outputs) {
            try expect(
                output.detached(), near: tensor(model, "output", path), within: tolerance,
                "\(model) \(path)")
        }
        try expect(
            gradient, near: golden.tensor("\(model)/gradient"), within: tolerance,
            "\(model)'s gradient")
    }

    @Test("says the same twice, and leaves the caller's tensor as it was", arguments: whole)
    func twice(_ model: String) throws {
        let replay = try Programs.replay(model)
        let input = try golden.tensor("\(model)/input")
        let before = try input.bytes()
        let (first, second) = (try replay([input]), try replay([input]))
        for (one, other) in zip(first, second) {
            #expect(try one.bytes() == other.bytes())
        }
        #expect(try input.bytes() == before)
    }

    @Test("has gradients of gradients", arguments: ["smooth", "tied"])
    func secondOrder(_ model: String) throws {
        let replay = try Programs.replay(model)
        let input = try golden.tensor("\(model)/input")
        let cotangent = try golden.tensor("\(model)/cotangent")
        let second = try Gradient.recording {
            let input = try input.watched()
            let value = try (replay([input])[0] * cotangent).sum()
            let first = try #require(
                try Gradient.of([value], towards: [input], differentiable: true)[0])
            return try Gradient.of([first.square().sum()], towards: [input])[0]
        }
        try expect(
            #require(second), near: golden.tensor("\(model)/second"), within: 1e-4, model)
    }

    @Test("takes any batch that its ranges allow, and the images of a batch are on their own")
    func batches() throws {
        let replay = try Programs.replay("convnet")
        #expect(replay.program.batchSizes == 1...1024)
        let input = try golden.tensor("convnet/input")
        let whole = try replay([input])[0]
        for index in 0..<3 {
            let alone = try replay([input.sliced(index..<index + 1)])[0]
            try expect(alone, near: whole.sliced(index..<index + 1), within: 1e-5)
        }
        let seven = try replay([.concatenated([input, input, input.sliced(0..<1)])])[0]
        #expect(seven.shape == [7, 5])
    }

    @Test("names its outputs as the model returned them")
    func outputs() throws {
        for (model, paths) in [
            ("convnet", [""]), ("tuple", ["0", "1"]), ("dictionary", ["logits", "aux"]),
            ("nested", ["out.0", "out.1"]), ("single-list", ["0"]),
        ] {
            #expect(try Programs.replay(model).program.outputs.map(\.path) == paths)
        }
    }

    @Test("refuses inputs that do not fit, with the shape that does and the way to an open batch")
    func badInputs() throws {
        func message(_ model: String, _ shape: [Int], _ dtype: DType = .float32) throws -> String {
            let replay = try Programs.replay(model)
            let input = try Tensor.zeros(shape, dtype: dtype)
            do { _ = try replay([input]) } catch { return "\(error)" }
            return "nothing"
        }
        #expect(try message("convnet", [2, 3, 8, 9]).contains("×3×8×8, and 2×3×8×9 was given"))
        #expect(try message("convnet", [2000, 3, 8, 8]).contains("beyond 1…1024"))
        #expect(try message("convnet", [3, 8, 8]).contains("3×8×8 was given"))
        #expect(try message("convnet", [2, 3, 8, 8], .float64).contains("float64"))
        let fixed = try message("static", [7, 3, 8, 8])
        #expect(fixed.contains("7×3×8×8 was given"))
        #expect(fixed.contains("torch.export.Dim"))
        #expect(try message("derived-dim", [3, 3, 6, 11]).contains("6×11 was given"))
        let replay = try Programs.replay("convnet")
        let none = #expect(throws: ProgramFault.self) { try replay([]) }
        #expect("\(try #require(none))".contains("takes 1 tensors, and 0 were given"))
    }

    @Test("runs where it was moved to, whatever device the file names")
    func device() throws {
        let replay = try Programs.replay("device-constant")
        try replay.move(to: .cpu)
        #expect(replay.device == .cpu)
        #expect(try replay([golden.tensor("device-constant/input")])[0].device == .cpu)
    }
}

@Suite("A program's file")
struct ProgramFileTests {
    private func fault(_ name: String) throws -> String {
        let url = try Programs.url(name)
        do { _ = try ProgramFile(url) } catch { return "\(error)" }
        return "nothing"
    }

    @Test("states the torch that wrote it")
    func version() throws {
        #expect(try ProgramFile(Programs.url("convnet.pt2")).torchVersion.hasPrefix("2."))
    }

    @Test("is refused where a layer is in training mode, and the layer is named")
    func training() throws {
        #expect(try fault("dropout-trained.pt2").contains("dropout in training mode"))
        #expect(try fault("dropout-trained.pt2").contains("model.eval()"))
        #expect(try fault("batchnorm-trained.pt2").contains("batch normalisation in training"))
    }

    @Test("is refused where it changes its own statistics, also when that was made explicit")
    func mutated() throws {
        #expect(try fault("decomposed-trained.pt2").contains("exported in training mode"))
    }

    @Test("is refused where autocast is part of the model, by name")
    func autocast() throws {
        #expect(try fault("autocast.pt2").contains("wrap_with_autocast"))
    }

    @Test("says that decomposing forgets where gradients were cut")
    func decomposed() throws {
        let notes = try ProgramFile(Programs.url("decomposed.pt2")).notes
        #expect(notes.count == 1 && notes[0].contains("run_decompositions"))
        #expect(try ProgramFile(Programs.url("convnet.pt2")).notes.isEmpty)
    }

    @Test("is refused where it needs an operator that is not PyTorch's, which is named")
    func customOperator() throws {
        #expect(try fault("custom-op.pt2").contains("no operator 'golden::halved'"))
    }
}
