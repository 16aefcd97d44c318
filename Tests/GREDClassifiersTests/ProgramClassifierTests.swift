import Foundation
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDClassifiers

/// The exported programs that LibTorch's tests replay.
private func fixture(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "LibTorchTests/Golden/programs/\(name)")
}

@Suite("An exported program as a classifier")
struct ProgramClassifierTests {
    let golden: SafetensorsFile

    init() throws {
        try Engine.setThreadCount(1)
        golden = try SafetensorsFile(fixture("programs.safetensors"))
    }

    private func description(
        _ change: (inout ProgramClassifier.Description) -> Void
    ) -> ProgramClassifier.Description {
        var description = ProgramClassifier.Description()
        change(&description)
        return description
    }

    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "nothing"
    }

    @Test("gives PyTorch's logits, and knows its images and classes")
    func plain() throws {
        let model = try ProgramClassifier(fixture("convnet.pt2"))
        #expect(model.inputShape == ImageShape(channels: 3, height: 8, width: 8))
        #expect(model.classNames == ["0", "1", "2", "3", "4"])
        #expect(model.output == .logits)
        let logits = try model.logits(of: golden.tensor("convnet/input"))
        try expect(logits, near: golden.tensor("convnet/output"), within: 1e-5)
    }

    /// Expects of a program that takes so many images at once the same score and gradient as of one that
    /// takes any number.
    private func expectSame(of images: Tensor, where sizes: ClosedRange<Int>) throws {
        var program = try ProgramFile(fixture("convnet.pt2")).program
        let symbol = try #require(program.ranges.keys.first)
        func answer(_ sizes: ClosedRange<Int>) throws -> (value: Tensor, gradient: Tensor) {
            program.ranges[symbol] = sizes
            let network = try ProgramNetwork(
                program, normalisation: nil, outputIndex: 0, output: .logits)
            return try Gradient.valueAndGradient(at: images) {
                try network($0, mode: .evaluation).sliced(1..<2, dimension: 1)
            }
        }
        let (found, expected) = try (answer(sizes), answer(1...1024))
        try expect(found.value, near: expected.value, within: 1e-5)
        try expect(found.gradient, near: expected.gradient, within: 1e-5)
    }

    @Test("takes one image where the program takes from two on, and its gradient")
    func fewerThanTheLeast() throws {
        try expectSame(of: golden.tensor("convnet/input").rows([0]), where: 3...1024)
    }

    @Test(
        "takes more images than the program takes at once, and their gradient",
        arguments: [1...2, 1...3, 2...3, 3...7, 1...8])
    func moreThanTheMost(sizes: ClosedRange<Int>) throws {
        // In pieces of which the last may be one image alone.
        try expectSame(
            of: golden.tensor("convnet/input").rows([0, 1, 2, 2, 1, 0, 1]), where: sizes)
    }

    @Test("normalises inside, so that images stay in 0…1")
    func normalisation() throws {
        let plain = try ProgramClassifier(fixture("convnet.pt2"))
        let model = try ProgramClassifier(
            fixture("convnet.pt2"),
            description {
                $0.mean = [0.4, 0.5, 0.6]
                $0.std = [0.2, 0.25, 0.5]
            })
        let images = try golden.tensor("convnet/input")
        let mean = try Tensor([0.4, 0.5, 0.6] as [Float], shape: [1, 3, 1, 1])
        let std = try Tensor([0.2, 0.25, 0.5] as [Float], shape: [1, 3, 1, 1])
        try expect(
            model.logits(of: images), near: plain.logits(of: (images - mean) / std), within: 1e-6)
    }

    @Test("reads one score as that of the second of two classes, and a map of one pixel as scores")
    func forms() throws {
        let one = try ProgramClassifier(fixture("one-logit.pt2"))
        let score = try golden.tensor("one-logit/output").floats()
        let logits = try one.logits(of: golden.tensor("one-logit/input")).floats()
        #expect(one.classCount == 2)
        for index in score.indices {
            #expect(logits[2 * index] == 0)
            #expect(abs(logits[2 * index + 1] - score[index]) < 1e-5)
        }
        let map = try ProgramClassifier(fixture("logits4d.pt2"))
        #expect(map.classCount == 5)
        #expect(try map.logits(of: golden.tensor("logits4d/input")).shape == [3, 5])
    }

    @Test("takes the output that is named, and asks for a name where there are several")
    func outputs() throws {
        let fault = message { _ = try ProgramClassifier(fixture("dictionary.pt2")) }
        #expect(fault.contains("logits (N×5), aux (N×2)") && fault.contains("output_name"))
        let tuple = message { _ = try ProgramClassifier(fixture("tuple.pt2")) }
        #expect(tuple.contains("(0 (N×5), 1 (N×2))") && tuple.contains("output_name"))
        let lone = message {
            _ = try ProgramClassifier(fixture("convnet.pt2"), outputName: "logits")
        }
        #expect(lone.contains("no tensor 'logits'; it returns one tensor (N×5)."))
        let model = try ProgramClassifier(fixture("dictionary.pt2"), outputName: "aux")
        #expect(model.classCount == 2)
        let wrong = message {
            _ = try ProgramClassifier(fixture("dictionary.pt2"), outputName: "logit")
        }
        #expect(wrong.contains("no tensor 'logit'") && wrong.contains("aux (N×2)"))
    }

    @Test("is refused where its description contradicts it, with both sides")
    func contradictions() throws {
        for (change, words) in [
            ({ $0.inputShape = [1, 8, 8] }, ["channels 3", "[1, 8, 8]"]),
            ({ $0.inputShape = [8, 8] }, ["input_shape must be"]),
            ({ $0.classNames = ["a"] }, ["1 class names", "5 classes"]),
            ({ $0.mean = [0.5] }, ["3 numbers each"]),
            ({ $0.std = [1, 1, 0] }, ["std positive"]),
        ] as [((inout ProgramClassifier.Description) -> Void, [String])] {
            let description = description(change)
            let fault = message {
                _ = try ProgramClassifier(fixture("convnet.pt2"), description)
            }
            for word in words { #expect(fault.contains(word), "\(fault)") }
        }
        let open = message { _ = try ProgramClassifier(fixture("derived-dim.pt2")) }
        #expect(open.contains("leaves the size of") && open.contains("input_shape"))
    }

    @Test("learns from the JSON beside it, and refuses one that says something else")
    func json() throws {
        let folder = URL.temporaryDirectory.appending(component: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(component: "net.pt2")
        try FileManager.default.copyItem(at: fixture("convnet.pt2"), to: file)
        let json = folder.appending(component: "net.json")
        try Data(
            #"{"class_names":["a","b","c","d","e"],"output":"logits","resize":256,"crop":224}"#.utf8
        ).write(to: json)
        #expect(try ProgramClassifier(file).classNames == ["a", "b", "c", "d", "e"])
        try Data(#"{"output":"scores"}"#.utf8).write(to: json)
        let fault = message { _ = try ProgramClassifier(file) }
        #expect(fault.contains("net.json does not describe a model"))
    }

    @Test("gives the logarithms of probabilities as logits, whose margin is that of the logits")
    func probabilities() throws {
        let model = try ProgramClassifier(
            fixture("one-logit.pt2"), description { $0.output = .probabilities })
        let images = try golden.tensor("one-logit/input")
        // The fixture's scores are no probabilities, but those in 0…1 can be looked at as such.
        let scores = try golden.tensor("one-logit/output").doubles()
        let logits = try model.logits(of: images).doubles()
        for index in scores.indices where (0.01...0.99).contains(scores[index]) {
            #expect(abs(logits[2 * index] - log(1 - scores[index])) < 1e-4)
            #expect(abs(logits[2 * index + 1] - log(scores[index])) < 1e-4)
        }
    }
}

@Suite("The check at the door")
struct DoorCheckTests {
    /// A classifier of two classes by the mean brightness of 1×4×4 images, with something wrong.
    private struct Odd: Classifier {
        let inputShape = ImageShape(channels: 1, height: 4, width: 4)
        let classNames = ["dark", "bright"]
        let device = Device.cpu
        let body: (Tensor) throws -> Tensor
        func move(to device: Device) throws {}
        func logits(of images: Tensor) throws -> Tensor { try body(images) }
    }

    private final class Count { var value = 0 }

    private static func brightness(_ images: Tensor) throws -> Tensor {
        let mean = try images.mean([1, 2, 3], keepDimensions: true).flattened(from: 1)
        return try .concatenated([mean.zerosLike(), (mean - 0.5) * 8], dimension: 1)
    }

    private func check(
        _ body: @escaping (Tensor) throws -> Tensor, images: Tensor? = nil, labels: [Int]? = nil
    ) throws -> DoorCheck {
        try Engine.setThreadCount(1)
        return try DoorCheck(of: Odd(body: body), images: images, labels: labels)
    }

    private func faults(_ check: DoorCheck) -> [String] {
        check.findings.filter { $0.verdict == .fault }.map(\.subject)
    }

    @Test("finds nothing wrong with a sound classifier")
    func sound() throws {
        let check = try check(Self.brightness)
        #expect(check.isSound && check.secondOrder == .direct)
        #expect(check.findings.allSatisfy { $0.verdict == .fine })
    }

    @Test("notes logits so large that float32 cannot tell classes apart")
    func largeLogits() throws {
        for (constant, verdict) in [(9e3, DoorCheck.Verdict.fine), (1e6, .note), (-1e6, .note)] {
            let check = try check { try Self.brightness($0) + constant }
            let values = check.findings.first { $0.subject == "values" }
            #expect(values?.verdict == verdict)
            if verdict == .note {
                #expect(values?.sentence.contains("the largest logit is 1") == true)
            }
        }
    }

    @Test("finds answers that change from call to call")
    func dropout() throws {
        let calls = Count()
        let check = try check { images in
            calls.value += 1
            return try Self.brightness(images) * Double(1 + calls.value % 2)
        }
        #expect(faults(check).contains("repeatability"))
        let sentence = check.findings.first { $0.subject == "repeatability" }?.sentence
        #expect(sentence?.contains("model.eval()") == true)
    }

    @Test("finds images of a batch that influence each other")
    func batchNorm() throws {
        let check = try check { images in
            let logits = try Self.brightness(images)
            return try logits - logits.mean([0], keepDimensions: true)
        }
        #expect(faults(check) == ["independence"])
    }

    @Test("finds a gradient that is not the slope, or is not there")
    func gradient() throws {
        let hidden = try check { images in
            let logits = try Self.brightness(images)
            // Half of the slope is hidden from the gradient.
            return try logits * 0.5 + logits.detached() * 0.5
        }
        #expect(faults(hidden) == ["input gradient"])
        let rounded = try check { try Self.brightness(($0 * 8).round() / 8) }
        #expect(faults(rounded) == ["input gradient"])
    }

    @Test("does not judge a gradient that float32 cannot measure, unless the logits move")
    func smallGradient() throws {
        let small = try check { try Self.brightness($0) * 1e-9 + 1 }
        #expect(small.isSound)
        let finding = small.findings.first { $0.subject == "input gradient" }
        #expect(finding?.verdict == .note)
        #expect(finding?.sentence.contains("float32") == true)
        let hidden = try check { images in
            let logits = try Self.brightness(images)
            return try logits * 1e-9 + logits.detached() + 1
        }
        #expect(faults(hidden) == ["input gradient"])
    }

    @Test("finds a model that guesses on the user's images, and one that does not")
    func accuracy() throws {
        let bright = (0..<40).map { Float($0 % 2 == 0 ? 0.2 : 0.8) }
        let images = try Tensor(
            bright.flatMap { Array(repeating: $0, count: 16) }, shape: [40, 1, 4, 4])
        let labels = (0..<40).map { $0 % 2 }
        let right = try check(Self.brightness, images: images, labels: labels)
        #expect(right.findings.last?.sentence.contains("right on 40 of 40") == true)
        let wrong = try check(Self.brightness, images: images, labels: labels.map { 1 - $0 })
        #expect(faults(wrong) == ["accuracy"])
        #expect(wrong.findings.last?.sentence.contains("order of the classes") == true)
    }

    @Test("finds by its accuracy a model whose pixels are normalised a second time")
    func normalisedTwice() throws {
        func normalised(_ images: Tensor) throws -> Tensor { try (images - 0.5) / 0.25 }
        func model(_ seen: Tensor) throws -> Tensor {
            let sum = try seen.rowSums()
            return try .stacked([-sum, sum], dimension: 1)
        }
        let images = try Tensor(
            (0..<40).flatMap { Array(repeating: $0 % 2 == 0 ? 0.3 : 0.6 as Float, count: 16) },
            shape: [40, 1, 4, 4])
        let labels = (0..<40).map { $0 % 2 }
        let once = try check({ try model(normalised($0)) }, images: images, labels: labels)
        #expect(once.isSound)
        let twice = try check(
            { try model(normalised(normalised($0))) }, images: images, labels: labels)
        #expect(faults(twice) == ["accuracy"])
        #expect(twice.findings.last?.sentence.contains("mean and std") == true)
    }

    @Test("names a model that has second derivatives only in other operators")
    func composed() throws {
        let model = try ProgramClassifier(fixture("attention.pt2"))
        let check = try DoorCheck(of: model)
        #expect(check.isSound && check.secondOrder == .composed)
        let finding = check.findings.first { $0.subject == "second order" }
        #expect(finding?.verdict == .note)
        #expect(finding?.sentence.contains("twiceDifferentiable") == true)
        let golden = try SafetensorsFile(fixture("programs.safetensors"))
        let images = try golden.tensor("attention/input")
        let (expected, found) = (
            try model.logits(of: images), try model.twiceDifferentiable().logits(of: images)
        )
        try expect(found, near: expected, within: 1e-5)
    }

    @Test("names a model that has no second derivatives, without calling it unsound")
    func firstOrder() throws {
        // An attention that is no program, so nothing is known of a copy in other operators.
        let check = try check { images in
            let attended = try Operator("aten::scaled_dot_product_attention").call(
                [.tensor(images), .tensor(images), .tensor(images)])[0]
            return try Self.brightness(images) + Self.brightness(attended)
        }
        #expect(check.isSound && check.secondOrder == .none)
        let finding = check.findings.first { $0.subject == "second order" }
        #expect(finding?.verdict == .note)
        #expect(finding?.sentence.contains("first-order only") == true)
    }
}
