import Foundation
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDClassifiers

@Suite("A classifier that is a built-in network")
struct NetworkClassifierTests {
    private let outer: TemporaryFolder
    private var folder: URL { outer.url.appending(component: "classifier") }
    private var json: URL { folder.appending(component: "classifier.json") }
    private var weights: URL { folder.appending(component: "classifier.safetensors") }

    init() throws {
        try useOneThread()
        outer = try TemporaryFolder()
    }

    private static let description = NetworkClassifier.Description(
        architecture: Architecture(.vgg11, width: 1 / 32),
        inputShape: ImageShape(channels: 1, height: 8, width: 8), classNames: ["a", "b", "ß"])

    private func classifier(seed: UInt64 = 4) throws -> NetworkClassifier {
        try NetworkClassifier(Self.description, seed: seed)
    }

    private func images(_ count: Int = 5) throws -> Tensor {
        var stream = RandomStream(seed: 1, purpose: "images")
        return try Tensor(stream.uniforms(count * 64, in: 0...1), shape: [count, 1, 8, 8])
    }

    @Test("is the same after it was saved and read: logits, hash and description")
    func roundTrip() throws {
        let one = try classifier()
        try one.save(to: folder)
        #expect(
            try outer.contents == [
                "classifier", "classifier/classifier.json", "classifier/classifier.safetensors",
            ])
        let other = try NetworkClassifier(folder: folder)
        #expect(other.description == one.description)
        #expect(try other.contentHash() == one.contentHash())
        #expect(try other.logits(of: images()).bytes() == one.logits(of: images()).bytes())
    }

    @Test("replaces an older one of the same name, and nothing else")
    func replaces() throws {
        try classifier(seed: 4).save(to: folder)
        let newer = try classifier(seed: 5)
        try newer.save(to: folder)
        #expect(try NetworkClassifier(folder: folder).contentHash() == newer.contentHash())

        let precious = outer.url.appending(component: "letters")
        try AtomicFile.write(Data([7]), to: precious.appending(component: "mine"))
        let fault = #expect(throws: FileFault.self) { try newer.save(to: precious) }
        #expect(fault?.path == precious.path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: precious.path) == ["mine"])
    }

    @Test("is told from others by its hash")
    func hash() throws {
        let one = try classifier()
        #expect(try one.contentHash() == classifier().contentHash())
        #expect(try one.contentHash() != classifier(seed: 5).contentHash())
        #expect(try one.contentHash().count == 64)
        let copy = try one.copied()
        #expect(try copy.contentHash() == one.contentHash())
        // A copy shares no numbers with what it was copied from.
        for (_, value) in copy.network.state { try value.assign(value.zerosLike()) }
        #expect(try one.contentHash() == classifier().contentHash())
    }

    @Test("is not found where there is none")
    func missing() throws {
        let fault = #expect(throws: ClassifierFault.self) { try NetworkClassifier(folder: folder) }
        #expect(fault == .noClassifier(path: folder.path))
        let sentence = "\(try #require(fault))"
        #expect(sentence.contains(folder.path) && sentence.contains("gred train"))
    }

    @Test(
        "is refused with the file's name where its description is damaged",
        arguments: [
            "", "{", "[]", "null", #"{"classNames": ["a", "b"]}"#,
            #"{"architecture": {"family": "none", "width": 1}, "classNames": ["a", "b"], "inputShape": {"channels": 1, "height": 8, "width": 8}}"#,
            #"{"architecture": {"family": "vgg11", "width": 1}, "classNames": ["a", "b"], "inputShape": {"channels": 1, "height": -8, "width": 8}}"#,
        ])
    func damagedDescription(_ text: String) throws {
        try classifier().save(to: folder)
        try Data(text.utf8).write(to: json)
        let fault = #expect(throws: ClassifierFault.self) { try NetworkClassifier(folder: folder) }
        #expect(fault == .badDescription(path: json.path))
        let sentence = "\(try #require(fault))"
        #expect(sentence.contains(json.path) && sentence.contains("gred train"))
    }

    @Test("is refused where its width is absurd", arguments: ["0", "-1", "1e300", "1000"])
    func absurdWidth(_ width: String) throws {
        try classifier().save(to: folder)
        let text = try String(contentsOf: json, encoding: .utf8)
        #expect(text.contains("0.03125"))
        try Data(text.replacing("0.03125", with: width).utf8).write(to: json)
        let fault = #expect(throws: ClassifierFault.self) { try NetworkClassifier(folder: folder) }
        #expect(try fault == .absurdWidth(#require(Double(width))))
        #expect("\(try #require(fault))".contains("width"))
    }

    @Test("is refused with the file's name where its weights are missing or cut off")
    func damagedWeights() throws {
        try classifier().save(to: folder)
        let whole = try Data(contentsOf: weights)
        try whole.dropLast(100).write(to: weights)
        try expectBadFile("truncated")
        try FileManager.default.removeItem(at: weights)
        try expectBadFile("cannot be read")
    }

    @Test("is refused with the tensor's name where one is missing or has another shape")
    func missingTensor() throws {
        let one = try classifier()
        try one.save(to: folder)
        let name = "features.4.weight"
        try Safetensors.write(one.network.state.filter { $0.name != name }, to: weights)
        try expectBadFile("'\(name)' is missing")
        try Safetensors.write(
            one.network.state.map { ($0.name, $0.name == name ? try .zeros([1]) : $0.value) },
            to: weights)
        try expectBadFile("'\(name)' has shape [1]")
    }

    private func expectBadFile(
        _ part: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let fault = #expect(throws: TorchError.self, sourceLocation: sourceLocation) {
            try NetworkClassifier(folder: folder)
        }
        guard case .badFile(let path, let reason) = fault else {
            Issue.record("not the error that was expected", sourceLocation: sourceLocation)
            return
        }
        #expect(path == weights.path, sourceLocation: sourceLocation)
        #expect(reason.contains(part), sourceLocation: sourceLocation)
    }

    @Test("has at least two classes", arguments: [[], ["one"]])
    func tooFewClasses(_ names: [String]) throws {
        var description = Self.description
        description.classNames = names
        let fault = #expect(throws: ClassifierFault.self) {
            try NetworkClassifier(description, seed: 1)
        }
        #expect(fault == .tooFewClasses(names.count))
        #expect("\(try #require(fault))".contains("\(names.count)"))
    }

    @Test("works with two classes")
    func twoClasses() throws {
        var description = Self.description
        description.classNames = ["yes", "no"]
        let classifier = try NetworkClassifier(description, seed: 1)
        #expect(try classifier.marginGradient(of: images()).margin.isFinite().allTrue())
    }

    // MARK: Guarding changes nothing

    /// Everything in a network that somebody else might notice.
    private struct Trace: Equatable {
        var names: [String]
        var bytes: [[UInt8]]
        var flags: [Bool]
        var identities: [UnsafeRawPointer?]

        init(_ network: any Layer) throws {
            names = network.state.map(\.name)
            bytes = try network.state.map { try $0.value.bytes() }
            flags = network.state.map(\.value.requiresGradient)
            identities = network.state.map(\.value.identity)
        }
    }

    @Test("is the same, bit for bit, after gradients were taken of it")
    func untouched() throws {
        let classifier = try classifier()
        let images = try images()
        let before = (try Trace(classifier.network), try images.bytes())
        let first = try classifier.marginGradient(of: images)
        #expect(try Trace(classifier.network) == before.0)
        #expect(try images.bytes() == before.1 && !images.requiresGradient)
        #expect(
            [first.gradient, first.margin, first.logits].allSatisfy { !$0.requiresGradient })
        #expect(
            try classifier.marginGradient(of: images).gradient.bytes() == first.gradient.bytes())
    }

    @Test("is the same after a pass that failed, and works as before")
    func untouchedByFailure() throws {
        struct Failure: Error {}
        let classifier = try classifier()
        let images = try images()
        let before = try Trace(classifier.network)
        let expected = try classifier.marginGradient(of: images).gradient.bytes()

        #expect(throws: TorchError.self) {
            try classifier.marginGradient(of: .zeros([2, 3, 8, 8]))
        }
        #expect(throws: (any Error).self) {
            try classifier.marginGradient(of: images, at: Tensor([0, 1, 2, 3, 4]))
        }
        #expect(throws: Failure.self) {
            try Gradient.valueAndGradient(at: images) { images -> Tensor in
                _ = try classifier.logits(of: images)
                throw Failure()
            }
        }
        #expect(try Trace(classifier.network) == before)
        #expect(!images.requiresGradient)
        #expect(try classifier.marginGradient(of: images).gradient.bytes() == expected)
    }
}
