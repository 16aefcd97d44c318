import Foundation
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDClassifiers

/// Against what `Scripts/golden/programs.py` tuned with PyTorch.
@Suite("Fine-tuning an exported program")
struct ProgramTuningTests {
    private let programs: SafetensorsFile
    private let tuning: SafetensorsFile

    init() throws {
        try Engine.setThreadCount(1)
        programs = try SafetensorsFile(Self.fixture("programs.safetensors"))
        tuning = try SafetensorsFile(Self.fixture("tuning.safetensors"))
    }

    private static func fixture(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "LibTorchTests/Golden/programs/\(name)")
    }

    private func model(
        _ name: String, _ change: (inout ProgramClassifier.Description) -> Void = { _ in }
    ) throws -> ProgramClassifier {
        var description = ProgramClassifier.Description()
        change(&description)
        return try ProgramClassifier(Self.fixture(name + ".pt2"), description)
    }

    private func plan(
        _ method: TrainingPlan.Method, rate: Double, decay: Double = 0,
        precision: Precision = .float32
    ) -> TrainingPlan {
        TrainingPlan(
            epochs: 3, batchSize: 8, method: method, learningRate: .constant(rate),
            weightDecay: decay, precision: precision, seed: 1)
    }

    private var adam: TrainingPlan { plan(.adam, rate: 0.01) }
    private var sgd: TrainingPlan {
        plan(.sgd(momentum: 0.9, nesterov: false), rate: 0.05, decay: 0.01)
    }

    /// Three steps, each on all of a program's images.
    private func train(
        _ model: ProgramClassifier, as name: String, _ plan: TrainingPlan, labels: Tensor? = nil
    ) throws {
        let images = try programs.tensor("\(name)/input")
        let labels = try labels ?? tuning.tensor("\(name)/labels")
        try Training(plan: plan).run(model.network, count: images.shape[0]) { indices, _ in
            (try images.rows(indices), try labels.rows(indices))
        }
    }

    /// Expects exactly the tensors that the golden values have of a kind.
    private func check(
        _ found: [NamedTensor], _ name: String, _ kind: String, within tolerance: Double = 1e-4
    ) throws {
        let prefix = "\(name)/\(kind)."
        let names = tuning.names.filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count) }
        #expect(found.map { $0.name[...] }.sorted() == names)
        for (key, value) in found {
            let expected = try tuning.tensor(prefix + key)
            try #require(value.shape == expected.shape)
            let distance = try distance(value, expected)
            #expect(distance <= tolerance, "\(key): \(distance)")
        }
    }

    private func distance(_ one: Tensor, _ other: Tensor) throws -> Double {
        try zip(one.doubles(), other.doubles()).map { abs($0 - $1) }.max() ?? .nan
    }

    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "nothing"
    }

    @Test(
        "has PyTorch's gradients by every parameter",
        arguments: ["convnet", "tied", "strided", "attention"])
    func gradients(name: String) throws {
        let network = try model(name).copied().network
        let images = try programs.tensor("\(name)/input")
        let (_, gradients) = try network.lossAndGradients {
            try network(images).crossEntropy(tuning.tensor("\(name)/labels"))
        }
        let found = try zip(network.parameters, gradients).map {
            (name: $0.name, value: try #require($1))
        }
        try check(found, name, "gradient")
    }

    @Test(
        "has PyTorch's weights after three steps of SGD",
        arguments: ["convnet", "tied", "strided", "attention"])
    func descent(name: String) throws {
        let tuned = try model(name).copied()
        try train(tuned, as: name, sgd)
        try check(tuned.network.parameters, name, "sgd")
    }

    @Test(
        "has PyTorch's weights after three steps of Adam",
        arguments: ["convnet", "tied", "strided"])
    func adaptive(name: String) throws {
        let tuned = try model(name).copied()
        try train(tuned, as: name, adam)
        try check(tuned.network.parameters, name, "adam")
    }

    @Test("has the state of the module, in which running statistics stay as they were")
    func state() throws {
        let model = try model("convnet")
        let tuned = try model.copied()
        try train(tuned, as: "convnet", adam)
        #expect(
            tuned.network.buffers.map(\.name) == [
                "norm.running_mean", "norm.running_var", "norm.num_batches_tracked",
            ])
        for (old, new) in zip(model.network.buffers, tuned.network.buffers) {
            #expect(try old.value.bytes() == new.value.bytes(), "\(old.name)")
        }
        for (old, new) in zip(model.network.parameters, tuned.network.parameters) {
            #expect(try old.value.bytes() != new.value.bytes(), "\(old.name)")
        }
        // Buffers outside `state_dict` and constants of `forward` are no weights.
        #expect(try self.model("constants").network.state.map(\.name) == ["linear.weight"])
    }

    @Test(
        "leaves the original, its frozen copies and other copies as they are",
        arguments: ["convnet", "tied", "strided", "attention"])
    func original(name: String) throws {
        let model = try model(name)
        let images = try programs.tensor("\(name)/input")
        let others: [any Classifier] = [
            model, try model.frozen(), try model.twiceDifferentiable(), try model.copied(),
        ]
        let (before, hash) = (
            try others.map { try $0.logits(of: images).bytes() }, try model.contentHash()
        )
        let tuned = try model.copied()
        #expect(try tuned.logits(of: images).bytes() == before[0])
        try train(tuned, as: name, sgd)
        #expect(try tuned.logits(of: images).bytes() != before[0])
        #expect(try others.map { try $0.logits(of: images).bytes() } == before)
        #expect(try model.contentHash() == hash)
        #expect(try tuned.contentHash() != hash)
    }

    @Test("trained in place, leaves its frozen copies as they are")
    func trainedInPlace() throws {
        let model = try model("convnet")
        let images = try programs.tensor("convnet/input")
        let frozen = try model.frozen()
        let before = try frozen.logits(of: images).bytes()
        try train(model, as: "convnet", sgd)
        #expect(try frozen.logits(of: images).bytes() == before)
    }

    @Test(
        "says the same, bit for bit, when its weights were saved and put over the program again",
        arguments: ["convnet", "tied", "strided", "attention", "half-types"])
    func saved(name: String) throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(component: "tuned.safetensors")
        let images = try programs.tensor("\(name)/input")
        let model = try model(name)
        let tuned = try model.copied()
        try train(tuned, as: name, sgd, labels: Tensor([0, 1, 2]))
        try tuned.writeWeights(to: file)
        let again = try self.model(name).copied()
        try again.load(weights: Safetensors.read(file), from: file.path)
        #expect(try again.logits(of: images).bytes() == tuned.logits(of: images).bytes())
        #expect(try again.logits(of: images).bytes() != model.logits(of: images).bytes())
        #expect(try again.contentHash() == tuned.contentHash())
    }

    @Test("puts weights over the one that was read as well, which then has another hash")
    func loaded() throws {
        let (model, other) = (try model("convnet"), try model("convnet").copied())
        try train(other, as: "convnet", sgd)
        let weights = Safetensors.Contents(
            tensors: Dictionary(
                uniqueKeysWithValues: other.network.state.map { ($0.name, $0.value) })
        )
        let file = try model.contentHash()
        try model.load(weights: weights, from: "memory")
        #expect(try model.contentHash() == other.contentHash())
        #expect(try model.contentHash() != file)
    }

    @Test("refuses weights that do not fit in a sentence, and keeps its own")
    func refused() throws {
        let model = try model("convnet").copied()
        let before = try model.contentHash()
        var right: [String: Tensor] = [:]
        for (name, value) in model.network.state { right[name] = value }
        for (name, tensor, words) in [
            ("linear.weight", nil, ["'linear.weight' is missing"]),
            ("linear.weight", try .zeros([5, 63]), ["'linear.weight'", "[5, 63]", "[5, 64]"]),
            ("second.weight", try .zeros([5]), ["has no weight 'second.weight'"]),
        ] as [(String, Tensor?, [String])] {
            var weights = right
            weights[name] = tensor
            let fault = message {
                try model.load(weights: .init(tensors: weights), from: "tuned.safetensors")
            }
            let all = ["tuned.safetensors holds no weights of this program", "no other."]
            for word in words + all { #expect(fault.contains(word), "\(fault)") }
        }
        #expect(try model.contentHash() == before)
    }

    @Test("takes weights under all names of what is tied")
    func tied() throws {
        let model = try model("tied").copied()
        #expect(!model.network.state.contains { $0.name == "second.weight" })
        var weights: [String: Tensor] = [:]
        for (name, value) in model.network.state { weights[name] = value }
        weights["second.weight"] = weights["first.weight"]
        try model.load(weights: .init(tensors: weights), from: "PyTorch")
    }

    @Test("leaves weights alone that another output has to itself")
    func otherHead() throws {
        let model = try model("dictionary") { $0.outputName = "aux" }
        let tuned = try model.copied()
        try train(tuned, as: "dictionary", sgd, labels: Tensor([0, 1, 0]))
        let (old, new) = (model.network.parameters, tuned.network.parameters)
        #expect(old.map(\.name) == ["logits.weight", "aux.weight"])
        #expect(try old[0].value.bytes() == new[0].value.bytes())
        #expect(try old[1].value.bytes() != new[1].value.bytes())
    }

    @Test("trains weights of several types, each in its own", arguments: [0, 1])
    func types(method: Int) throws {
        let model = try model("half-types")
        let tuned = try model.copied()
        try train(tuned, as: "half-types", [adam, sgd][method], labels: Tensor([0, 1, 2]))
        for (old, new) in zip(model.network.parameters, tuned.network.parameters) {
            #expect(old.value.dtype == new.value.dtype)
            #expect(try old.value.bytes() != new.value.bytes(), "\(old.name)")
        }
    }

    @Test("normalises while it trains, as it does when it answers")
    func normalised() throws {
        func gradients(_ model: ProgramClassifier, at images: Tensor) throws -> [Tensor] {
            let network = try model.copied().network
            return try network.lossAndGradients {
                try network(images).crossEntropy(tuning.tensor("convnet/labels"))
            }.gradients.map { try #require($0) }
        }
        let images = try programs.tensor("convnet/input")
        let inside = try model("convnet") {
            $0.mean = [0.5, 0.5, 0.5]
            $0.std = [0.25, 0.25, 0.25]
        }
        let found = try gradients(inside, at: images)
        let expected = try gradients(model("convnet"), at: (images - 0.5) / 0.25)
        for (one, other) in zip(found, expected) { try expect(one, near: other, within: 1e-5) }
    }

    @Test("trains in bfloat16 towards nearly the same weights, which stay in float32")
    func bfloat16() throws {
        let (wide, narrow) = (try model("convnet").copied(), try model("convnet").copied())
        var half = sgd
        half.precision = .bfloat16
        try train(wide, as: "convnet", sgd)
        try train(narrow, as: "convnet", half)
        var differ = false
        for (one, other) in zip(wide.network.parameters, narrow.network.parameters) {
            #expect(other.value.dtype == .float32)
            let distance = try distance(one.value, other.value)
            #expect(distance < 0.02, "\(one.name)")
            differ = differ || distance > 1e-5
        }
        #expect(differ)
    }

    @Test("is not offered for tuning where it has no parameters: a frozen copy")
    func nothingToTrain() throws {
        let frozen = try #require(try model("convnet").frozen() as? ProgramClassifier)
        let fault = message { _ = try frozen.copied() }
        #expect(fault.contains("no weights that were parameters of its module"))
    }

    @Test("says how to export anew where the number of images is fixed")
    func fixedBatch() throws {
        let tuned = try model("static").copied()
        let images = try programs.tensor("convnet/input")
        let fault = message {
            try Training(plan: adam).run(tuned.network, count: 2) { indices, _ in
                (try images.rows(indices), try Tensor(indices))
            }
        }
        #expect(fault.contains("Export it with an open batch"))
    }
}
