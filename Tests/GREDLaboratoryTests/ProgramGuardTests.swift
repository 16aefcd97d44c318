import Foundation
import GRED
import GREDAttacks
import GREDClassifiers
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDLaboratory

@Suite("Training a guard for an exported program")
struct ProgramGuardTests {
    private let folder: TemporaryFolder
    private let classifier: ProgramClassifier

    init() throws {
        try Engine.setThreadCount(1)
        folder = try TemporaryFolder()
        classifier = try Self.program()
    }

    /// A network of random weights with batch normalisation, for 3×8×8 images of five classes.
    private static func program() throws -> ProgramClassifier {
        try ProgramClassifier(
            URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "LibTorchTests/Golden/programs/convnet.pt2"))
    }

    private func images(
        _ count: Int, in ranges: [ClosedRange<UInt8>], seed: UInt64 = 1
    ) throws -> ImageSet {
        let shape = classifier.inputShape
        var stream = RandomStream(seed: seed, purpose: "images for a program")
        let labels = (0..<count).map { $0 % ranges.count }
        let pixels = labels.flatMap { label in
            (0..<shape.count).map { _ in UInt8.random(in: ranges[label], using: &stream) }
        }
        return try ImageSet(
            name: "noise", shape: shape, classNames: classifier.classNames, pixels: pixels,
            labels: labels)
    }

    private func plan(epochs: Int) -> TrainingPlan {
        TrainingPlan(
            epochs: epochs, batchSize: 8, learningRate: .oneCycle(peak: 2e-2, warmUp: 0.3), seed: 5)
    }

    @Test("the rectifier learns, follows its seed, and leaves the program as it was")
    func rectifierLearns() throws {
        let ranges: [ClosedRange<UInt8>] = [20...110, 140...230]
        let (set, others) = try (images(64, in: ranges), images(64, in: ranges, seed: 2))
        let before = try classifier.logits(of: others.tensor()).bytes()
        func tuned() throws -> ProgramClassifier {
            let checkpoint = folder.url.appending(component: "checkpoint.safetensors")
            try? FileManager.default.removeItem(at: checkpoint)
            return try RectifierTraining(
                masking: RandomisedMasking(alpha: 0.2), plan: plan(epochs: 8), copies: 2
            ).run(
                classifier, images: set, checkpoint: checkpoint, identity: "test",
                bench: .inside(folder))
        }
        let first = try tuned()
        #expect(try classifier.logits(of: others.tensor()).bytes() == before)
        #expect(try tuned().contentHash() == first.contentHash())
        let (old, new) = try (
            Accuracy.of(classifier, on: others).value, Accuracy.of(first, on: others).value
        )
        #expect(new > 0.9 && old < 0.75)
    }

    @Test("a guard is trained whole, and read from the store again as the same")
    func wholeGuard() throws {
        let noise = try images(40, in: [0...255])
        let set = try ImageSet(
            name: "noise", shape: noise.shape, classNames: noise.classNames,
            pixels: try noise.pixels,
            labels: classifier.predictions(for: noise.tensor()).ints())
        func detector(_ reading: Detector.Reading) -> DetectorTraining {
            DetectorTraining(
                reading: reading, architecture: Architecture(.vgg11, width: 1 / 32),
                plan: plan(epochs: 1))
        }
        let training = GuardTraining(
            families: [[try AttackPlan(DDN(steps: 20), count: 30)]],
            method: .paper(
                org: detector(.image), sen: detector(.sensitivity(.logarithmic))),
            rectifier: RectifierTraining(
                masking: RandomisedMasking(alpha: 0.2), plan: plan(epochs: 2), copies: 2))
        let sentry = try training.run(for: classifier, on: set, bench: .inside(folder))
        let verdicts = try sentry.inspect(set.tensor()).verdicts
        let tuned = try #require(sentry.rectifier.network as? ProgramClassifier)
        #expect(try tuned.contentHash() != classifier.contentHash())

        let stage = try #require(folder.names.first { $0.hasPrefix("rectifier-") })
        #expect(
            try FileManager.default.contentsOfDirectory(
                atPath: folder.url.appending(component: stage).path
            ).sorted() == ["classifier.safetensors", "configuration.json"])
        let stages = try folder.names
        // Of a kind that is not known when the guard is asked for.
        let again: any TunableClassifier = try Self.program()
        let stored = try training.run(for: again, on: set, bench: .inside(folder))
        #expect(try folder.names == stages)
        #expect(try stored.inspect(set.tensor()).verdicts == verdicts)
    }

    @Test("what the rectifier is tuned on besides changes the rectifier, and not what detects")
    func supplement() throws {
        let noise = try images(60, in: [0...255])
        let labels = try classifier.predictions(for: noise.tensor()).ints()
        func set(_ name: String, _ range: Range<Int>) throws -> ImageSet {
            try ImageSet(
                name: name, shape: noise.shape, classNames: noise.classNames,
                pixels: noise.pixels, labels: labels
            ).subset(Array(range))
        }
        var training = GuardTraining(
            families: [[try AttackPlan(DDN(steps: 10), count: 30)]],
            method: .universal(
                UniversalTraining(
                    readsMap: false, noise: .none, width: 4, flips: false, plan: plan(epochs: 1))),
            rectifier: RectifierTraining(
                masking: RandomisedMasking(alpha: 0.2), plan: plan(epochs: 1), copies: 2))
        func stages(_ kind: String) throws -> Set<String> {
            Set(try folder.names.filter { $0.hasPrefix(kind) })
        }
        func hash(_ sentry: Guard) throws -> String {
            try #require(sentry.rectifier.network as? ProgramClassifier).contentHash()
        }
        let bench = Workbench.inside(folder)
        let without = try training.run(for: classifier, on: set("guard", 0..<40), bench: bench)
        let detectors = try stages("detector").union(stages("examples"))
        training.supplement = GuardTraining.Supplement(
            images: try set("fit", 40..<60),
            families: [[try AttackPlan(FGSM(epsilon: 0.3), count: 20)]])
        let with = try training.run(for: classifier, on: set("guard", 0..<40), bench: bench)
        #expect(try stages("detector").union(stages("examples")) == detectors)
        #expect(try stages("rectifier").count == 2)
        #expect(try hash(with) != hash(without))
        #expect(try stages("chooser").count == 2)

        training.leftOut = ["fgsm"]
        _ = try training.run(for: classifier, on: set("guard", 0..<40), bench: bench)
    }

    @Test(
        "a universal guard of a program is a bundle that needs nothing else, and only the whole one"
    )
    func bundle() throws {
        let noise = try images(60, in: [0...255])
        let set = try ImageSet(
            name: "noise", shape: noise.shape, classNames: noise.classNames,
            pixels: try noise.pixels,
            labels: classifier.predictions(for: noise.tensor()).ints())
        let training = GuardTraining(
            families: [[try AttackPlan(DDN(steps: 20), count: 40)]],
            method: .universal(
                UniversalTraining(
                    readsMap: true, noise: NoisyCopies(strengths: [0.05], copies: 2), width: 4,
                    flips: false, plan: plan(epochs: 1))),
            rectifier: RectifierTraining(
                masking: RandomisedMasking(alpha: 0.2), plan: plan(epochs: 1), copies: 2))
        let sentry = try training.run(for: classifier, on: set, bench: .inside(folder))
        let verdicts = try sentry.inspect(set.tensor()).verdicts
        let place = folder.url.appending(component: "guard")
        try GuardBundle.write(sentry, training: [], madeBy: "test", to: place)

        let elsewhere = try TemporaryFolder().url.appending(component: "moved")
        try FileManager.default.createDirectory(
            at: elsewhere.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.moveItem(at: place, to: elsewhere)
        let read = try GuardBundle.read(elsewhere)
        #expect(try read.inspect(set.tensor()).verdicts == verdicts)
        #expect(
            try GuardBundle.manifest(of: elsewhere).classifierHash == classifier.contentHash())
        // It is attached to the program that it was made for, described as it was then.
        #expect(
            try GuardBundle.read(elsewhere, for: Self.program()).inspect(set.tensor()).verdicts
                == verdicts)
        var description = ProgramClassifier.Description()
        description.mean = [0.5, 0.5, 0.5]
        let normalised = try ProgramClassifier(classifier.file, description)
        #expect(throws: BundleFault.otherDescription(path: elsewhere.path)) {
            try GuardBundle.read(elsewhere, for: normalised)
        }
        // Written again from where it was read, it is the same.
        let again = folder.url.appending(component: "again")
        try GuardBundle.save(read, changedFrom: elsewhere, savedBy: "test", to: again)
        #expect(try GuardBundle.read(again).inspect(set.tensor()).verdicts == verdicts)

        // Another model in its place is another file, and refused.
        let program = elsewhere.appending(component: "classifier.pt2")
        let other = try Data(contentsOf: program) + [0]
        try other.write(to: program)
        let fault = #expect(throws: BundleFault.self) { try GuardBundle.read(elsewhere) }
        #expect("\(try #require(fault))".contains("classifier.pt2"))
        #expect(throws: ProgramClassifierFault.changed(path: program.path)) {
            try GuardBundle.write(
                read, training: [], madeBy: "test", to: folder.url.appending(component: "third"))
        }
    }

    @Test("a guard of a tuned program is no bundle: the file that would be kept is another model")
    func tunedProgram() throws {
        let detector = try UniversalDetector(
            .init(
                imageShape: classifier.inputShape, readsMap: false, noise: .none, width: 4,
                planes: .identity(planes: 3), numbers: .identity(planes: 5)), seed: 1)
        func write(_ guarded: ProgramClassifier) throws {
            try GuardBundle.write(
                Guard(
                    classifier: guarded, detection: .universal(detector),
                    rectifier: Rectifier(
                        network: classifier.copied(), masking: RandomisedMasking(alpha: 0.2),
                        copies: 2)),
                training: [], madeBy: "test", to: folder.url.appending(component: "guard"))
        }
        let tuned = try classifier.copied()
        let loaded = try Self.program()
        try loaded.load(
            weights: Safetensors.read(Safetensors.data(of: tuned.network.state), path: "test"),
            from: "test")
        for guarded in [tuned, loaded] {
            let fault = BundleFault.tuned(path: classifier.file.path)
            #expect(throws: fault) { try write(guarded) }
            #expect("\(fault)".contains("convnet.pt2") && "\(fault)".contains("`gred protect`"))
            #expect(try folder.names.isEmpty)
        }
        try write(classifier)
        #expect(try folder.names == ["guard"])
    }
}
