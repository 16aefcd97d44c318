import GREDClassifiers
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDLaboratory

@Suite("Images that a classifier was trained on")
struct FamiliarityTests {
    /// Surer of bright images.
    private struct Bright: Classifier {
        let inputShape = ImageShape(channels: 1, height: 4, width: 4)
        let classNames = ["dark", "bright"]
        let device = Device.cpu
        func move(to device: Device) throws {}
        func logits(of images: Tensor) throws -> Tensor {
            let sum = try images.rowSums()
            return try .stacked([sum.zerosLike(), sum], dimension: 1)
        }
    }

    private func set(_ brightness: ClosedRange<Float>, seed: UInt64) throws -> ImageSet {
        let classifier = Bright()
        var stream = RandomStream(seed: seed, purpose: "brightness")
        let pixels = stream.uniforms(400 * 16, in: brightness).map { UInt8($0 * 255) }
        return try ImageSet(
            name: "a set", shape: classifier.inputShape, classNames: classifier.classNames,
            pixels: pixels, labels: Array(repeating: 1, count: 400))
    }

    @Test("are told by how sure it is of them, and images as new as others are not")
    func told() throws {
        let new = try set(0...1, seed: 1)
        let other = try Familiarity(of: Bright(), guarding: set(0...1, seed: 2), test: new)
        #expect(other.warning == nil && abs(other.area - 0.5) < 0.06)
        let learnt = try Familiarity(of: Bright(), guarding: set(0.2...1, seed: 3), test: new)
        let sentence = try #require(learnt.warning)
        #expect(sentence.contains("surer") && learnt.area > 0.8)
        // Less sure of the guard's images than of test images: unusual, and no fault of theirs.
        let unsure = try Familiarity(of: Bright(), guarding: set(0...0.8, seed: 4), test: new)
        #expect(unsure.warning == nil && unsure.area < 0.2)
    }

    @Test("are told of in a guard's description, by a look that is kept")
    func recorded() throws {
        try useOneThread()
        let (count, shape) = (400, ImageShape(channels: 1, height: 8, width: 8))
        let classifier = try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: 1 / 32), inputShape: shape,
                classNames: ["a", "b"]), seed: 1)
        var stream = RandomStream(seed: 5, purpose: "familiar images")
        let pixels = stream.uniforms(count * shape.count, in: 0...255).map { UInt8($0) }
        let unlabelled = try ImageSet(
            name: "noise", shape: shape, classNames: classifier.classNames, pixels: pixels,
            labels: Array(repeating: 0, count: count))
        let logits = try classifier.logits(of: unlabelled.tensor())
        let labels = try logits.argmax(1)
        let margins = try logits.margin(of: labels).floats()
        let all = try unlabelled.relabelled(labels.ints(), classNames: classifier.classNames)
        // The surest first.
        let order = margins.indices.sorted { margins[$0] > margins[$1] }

        let folder = try TemporaryFolder()
        func data(guarding: [Int], test: [Int]) throws -> DataSet {
            DataSet(
                sets: try FourSets(
                    train: all.subset(guarding), test: all.subset(test), fit: 1, guard: 60,
                    calibrate: guarding.count - 61))
        }
        func description(guarding: [Int], test: [Int]) throws -> [String] {
            try UniversalRecipe.smoke.trainingDescription(
                of: classifier, on: data(guarding: guarding, test: test), bench: .inside(folder))
        }
        func warns(_ sentences: [String]) -> Bool {
            sentences.contains { $0.contains("surer of the images that are to guard it") }
        }
        let (surest, others) = (Array(order[..<200]), Array(order[200...]))
        #expect(try warns(description(guarding: surest, test: others)))
        #expect(try !warns(description(guarding: others, test: surest)))
        let mixed = [0, 1].map { side in
            stride(from: side, to: count, by: 2).map { order[$0] }
        }
        #expect(try !warns(description(guarding: mixed[0], test: mixed[1])))
        func looks() throws -> Int {
            try folder.names.count { $0.hasPrefix("familiarity-") }
        }
        #expect(try looks() == 3)
        #expect(try warns(description(guarding: surest, test: others)))
        #expect(try looks() == 3)

        // Whoever makes a guard hears of it before anything is attacked.
        for recipe in [UniversalRecipe.smoke, Recipe.smoke] as [any GuardRecipe] {
            for (guarding, test, isLearnt) in [
                (surest, others, true), (mixed[0], mixed[1], false),
            ] {
                let observer = RecordingObserver()
                observer.stopsAtOnce = true
                let data = try data(guarding: guarding, test: test)
                #expect(throws: StoppingObserver.Stopped.self) {
                    try recipe.protect(
                        classifier, data: data, bench: .inside(folder, observer: observer))
                }
                #expect(warns(observer.lines.filter { $0.hasPrefix("warning: ") }) == isLearnt)
                #expect(
                    try warns(
                        recipe.trainingDescription(
                            of: classifier, on: data, bench: .inside(folder))) == isLearnt)
            }
        }
    }
}
