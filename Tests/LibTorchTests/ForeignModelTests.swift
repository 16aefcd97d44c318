import Foundation
import LibTorch
import TestSupport
import Testing

@Suite("A file that is no exported program")
struct ForeignModelTests {
    private func fault(_ name: String) throws -> String {
        try fault(Programs.url("foreign").appendingPathComponent(name))
    }

    private func fault(_ url: URL) -> String {
        do { _ = try ProgramFile(url) } catch { return "\(error)" }
        return "nothing"
    }

    @Test(
        "is told by its content, and answered with the Python lines that lead to one",
        arguments: [
            ("empty.pt2", "an empty file", "torch.export.save"),
            ("torchscript.pt", "a TorchScript file", "torch.jit.load(FILE).state_dict()"),
            ("state-dictionary.pt", "a pickle of weights", "load_state_dict(torch.load(FILE"),
            ("state-dictionary-legacy.pt", "before version 1.6", "torch.load(FILE"),
            ("module.pt", "a pickle of a whole module", "weights_only=False"),
            ("weights.safetensors", "a safetensors file", "safetensors.torch.load_file"),
            ("compiled.pt2", "AOTInductor compiled", "torch.export.save"),
            ("older-layout.pt2", "before 2.8", "torch.export.load"),
            ("network.onnx", "an ONNX model", "torch.export.save"),
            ("saved_model.pb", "a TensorFlow model", "torch.export.save"),
            ("network.keras", "a Keras model", "torch.export.save"),
            ("weights.h5", "an HDF5 file", "torch.export.save"),
            ("network.tflite", "a LiteRT", "torch.export.save"),
            ("network.pte", "an ExecuTorch program", "torch.export.save"),
            ("weights.gguf", "a GGUF file", "torch.export.save"),
            ("pointer.pt2", "Git LFS", "git lfs pull"),
            ("page.pt2", "a web page", "download"),
            ("other.zip", "a zip file of something else", "torch.export.save"),
        ])
    func kinds(name: String, kind: String, remedy: String) throws {
        let fault = try fault(name)
        #expect(fault.contains("\(name) is "), "\(fault)")
        #expect(fault.contains(kind), "\(fault)")
        #expect(fault.contains(remedy), "\(fault)")
    }

    @Test(
        "or a damaged one is refused in a sentence that says what is wrong",
        arguments: [
            ("truncated.pt2", "truncated"),
            ("other-major.pt2", "version 9.0 of the exported program's schema"),
            ("pickled-weight.pt2", "'linear.weight' as a pickle"),
            ("weight-missing.pt2", "'linear.weight'"),
            ("weight-past-the-end.pt2", "'linear.weight' claims more elements"),
            ("stripped-weights.pt2", "'linear.weight' claims more elements than its 0 bytes"),
            ("unknown-name.pt2", "'nobody', which nothing makes"),
            ("unknown-argument.pt2", "asWonder"),
            ("big-endian.pt2", "little-endian"),
            ("newer-archive.pt2", "version 1"),
        ])
    func damaged(name: String, reason: String) throws {
        let fault = try fault(name)
        #expect(fault.contains(reason), "\(fault)")
    }

    @Test("is a folder, or is not there")
    func folders() throws {
        let folder = try TemporaryFolder()
        #expect(fault(folder.url).contains("is a folder"))
        try Data([1]).write(to: folder.url.appendingPathComponent("saved_model.pb"))
        #expect(fault(folder.url).contains("a TensorFlow model"))
        #expect(fault(folder.url.appendingPathComponent("no.pt2")).contains("no such file"))
    }

    @Test("or is one all the same: deflated, in zip64, or of a newer minor schema, which is said")
    func unusual() throws {
        let golden = try Programs.golden()
        for (name, model) in [
            ("deflated.pt2", "convnet"), ("zip64.pt2", "least"), ("newer-minor.pt2", "least"),
        ] {
            let file = try ProgramFile(
                Programs.url("foreign").appendingPathComponent(name))
            let output = try Replay(file.program)([golden.tensor("\(model)/input")])[0]
            try expect(output, near: golden.tensor("\(model)/output"), within: 1e-5, name)
            #expect(file.notes.isEmpty == (name != "newer-minor.pt2"))
        }
    }

    @Test("takes two tensors, and says so when it is given one")
    func twoInputs() throws {
        let url = try Programs.url("foreign").appendingPathComponent("two-inputs.pt2")
        let replay = try Replay(ProgramFile(url).program)
        let error = #expect(throws: ProgramFault.self) { try replay([.zeros([2, 3, 2, 2])]) }
        #expect("\(try #require(error))".contains("takes 2 tensors"))
    }
}
