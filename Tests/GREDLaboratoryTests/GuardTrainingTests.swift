import Foundation
import GRED
import GREDAttacks
import GREDClassifiers
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDLaboratory

@Suite("Training the parts of a guard")
struct GuardTrainingTests {
    private let folder: TemporaryFolder
    private let plan: TrainingPlan

    init() throws {
        try Engine.setThreadCount(1)
        folder = try TemporaryFolder()
        plan = TrainingPlan(
            epochs: 8, batchSize: 8, learningRate: .oneCycle(peak: 2e-3, warmUp: 0.3), seed: 5)
    }

    private var checkpoint: URL { folder.url.appending(component: "checkpoint.safetensors") }

    /// Dark images as originals, bright ones as their adversarial copies: told apart by anyone.
    private func record(_ count: Int, seed: UInt64) throws -> AttackRecord {
        let set = try Toys.darkAndBright(2 * count, seed: seed)
        let dark = try set.tensor(Array(stride(from: 0, to: 2 * count, by: 2)))
        let bright = try set.tensor(Array(stride(from: 1, to: 2 * count, by: 2)))
        let flags = Array(repeating: true, count: count)
        return AttackRecord(
            originals: dark, adversarial: bright, rounded: bright,
            labels: Array(repeating: 0, count: count), succeeded: flags, succeededRounded: flags,
            withoutGradient: flags.map(!), undecided: flags.map { _ in false },
            cost: AttackCost(AttackMeter(count: count), seconds: 0))
    }

    private func detector(
        _ reading: Detector.Reading, on examples: DetectorExamples, seed: UInt64
    ) throws -> Detector {
        var plan = plan
        plan.seed = seed
        try? FileManager.default.removeItem(at: checkpoint)
        return try DetectorTraining(
            reading: reading, architecture: Architecture(.vgg11, width: 0.125), plan: plan
        ).run(
            on: examples, imageShape: ImageShape(channels: 1, height: 16, width: 16),
            checkpoint: checkpoint, identity: "test", bench: .inside(folder))
    }

    private func weights(_ network: any Layer) throws -> Data {
        try Safetensors.data(of: network.state)
    }

    @Test("a detector learns a separable toy", arguments: [Detector.Reading.image])
    func detectorLearns(reading: Detector.Reading) throws {
        let toy = try LinearClassifier(shape: ImageShape(channels: 1, height: 16, width: 16))
        let examples = try DetectorExamples(of: [record(40, seed: 1)], classifier: toy)
        #expect(examples.count == 80)
        let trained = try detector(reading, on: examples, seed: 5)
        let others = try record(40, seed: 2)
        func flagged(_ images: Tensor) throws -> Double {
            let opinion = try trained.judge(
                images: images, sensitivity: toy.inputSensitivity(of: images))
            return Statistics.share(try opinion.logit.floats().map { $0 > 0 })
        }
        #expect(try flagged(others.originals) < 0.1)
        #expect(try flagged(others.adversarial) > 0.9)
    }

    @Test("a detector of heavy-tailed planes judges one image as it learnt to judge a batch")
    func heavyTails() throws {
        let shape = ImageShape(channels: 1, height: 16, width: 16)
        let toy = try LinearClassifier(shape: shape)
        var examples = try DetectorExamples(of: [record(200, seed: 1)], classifier: toy)
        var stream = RandomStream(seed: 3, purpose: "heavy tails")
        // What is adversarial is large, by up to thirty orders of magnitude, and the rest next to nothing.
        let planes = examples.isAdversarial.flatMap { isAdversarial in
            let scale = exp(Float.random(in: isAdversarial ? -6...0 : -40...(-8), using: &stream))
            return (0..<256).map { _ in scale * Float.random(in: 0...1, using: &stream) }
        }
        examples.saliency = try Tensor(planes, shape: [400, 1, 16, 16])
        let trained = try detector(.saliency(maps: 1), on: examples, seed: 5)
        let flagged = try trained.judge(
            images: examples.images, sensitivity: examples.sensitivity, saliency: examples.saliency
        ).logit.floats().map { $0 > 0 }
        #expect(
            Statistics.share(zip(flagged, examples.isAdversarial).map { $0 == $1 }) > 0.75)
    }

    @Test(
        "a universal detector learns a separable toy",
        arguments: [NoisyCopies.none, NoisyCopies(strengths: [0.05], copies: 2)])
    func universalDetectorLearns(noise: NoisyCopies) throws {
        let shape = ImageShape(channels: 1, height: 16, width: 16)
        let toy = try LinearClassifier(shape: shape)
        let examples = try UniversalExamples(
            of: [TurnedImages(record(40, seed: 1))], negatives: Negatives(), forging: nil,
            noise: noise, readsMap: false, in: toy, bench: .inside(folder))
        #expect(examples.count == 120)
        let trained = try UniversalTraining(
            readsMap: false, noise: noise, width: 8, flips: false, plan: plan
        ).run(
            on: examples, imageShape: shape, checkpoint: checkpoint, identity: "test",
            bench: .inside(folder))
        let others = try record(40, seed: 2)
        func flagged(_ images: Tensor) throws -> Double {
            let reading = try trained.read(
                images, sensitivity: toy.inputSensitivity(of: images), in: toy, key: .published)
            return Statistics.share(try trained.judge(reading).logit.floats().map { $0 > 0 })
        }
        #expect(try flagged(others.originals) < 0.1)
        #expect(try flagged(others.adversarial) > 0.9)
    }

    @Test(
        "forgeries stand at the end, are kept with the others, and the baseline does not know them")
    func forgeries() throws {
        let shape = ImageShape(channels: 1, height: 16, width: 16)
        let toy = try LinearClassifier(shape: shape)
        func examples(_ forging: Forgeries?) throws -> UniversalExamples {
            try UniversalExamples(
                of: [TurnedImages(record(40, seed: 1))], negatives: Negatives(), forging: forging,
                noise: .none, readsMap: false, in: toy, bench: .inside(folder))
        }
        let (plain, forged) = (try examples(nil), try examples(Forgeries(around: 0.3)))
        #expect(plain.forged == 0 && forged.forged == 14)
        #expect(forged.count == 134 && forged.isAdversarial[120...].allSatisfy { $0 })
        #expect(Array(forged.isAdversarial[..<120]) == plain.isAdversarial)

        let file = folder.url.appending(component: "examples.safetensors")
        try forged.save(to: file)
        let read = try UniversalExamples(file: file, device: .cpu)
        #expect(read.forged == 14 && read.isAdversarial == forged.isAdversarial)

        func weights(_ examples: UniversalExamples, _ name: String) throws -> [Double] {
            try #require(
                UniversalTraining(
                    readsMap: false, noise: .none, width: 4, flips: false, plan: plan
                ).run(
                    on: examples, imageShape: shape, checkpoint: checkpoint, identity: name,
                    bench: .inside(folder)
                ).description.scalarsAlone
            ).weights
        }
        // To rounding, which depends on how many images are read at once.
        let (with, without) = (try weights(forged, "forged"), try weights(plain, "plain"))
        #expect(
            zip(with, without).allSatisfy { abs($0 - $1) < 1e-2 * max(1, abs($1)) },
            "\(with) \(without)")
    }

    @Test(
        "a detector's weights follow from its seed, whatever it reads",
        arguments: [Detector.Reading.image, .sensitivity(.logarithmic), .sensitivity(.raw)])
    func detectorFollowsItsSeed(reading: Detector.Reading) throws {
        let toy = try LinearClassifier(shape: ImageShape(channels: 1, height: 16, width: 16))
        let examples = try DetectorExamples(of: [record(16, seed: 1)], classifier: toy)
        let first = try weights(detector(reading, on: examples, seed: 5).network)
        #expect(try weights(detector(reading, on: examples, seed: 5).network) == first)
        #expect(try weights(detector(reading, on: examples, seed: 6).network) != first)
    }

    @Test("what nothing trains on leaves the others' images and attacks as they are")
    func leftOut() throws {
        let toy = try LinearClassifier(shape: ImageShape(channels: 1, height: 16, width: 16))
        let noise = try Toys.darkAndBright(60)
        let set = try ImageSet(
            name: "toy", shape: noise.shape, classNames: toy.classNames, pixels: noise.pixels,
            labels: toy.predictions(for: noise.tensor()).ints())
        var training = GuardTraining(
            families: [
                [try AttackPlan(DDN(steps: 10), count: 12)],
                [try AttackPlan(FGSM(epsilon: 0.2), count: 14)],
                [try AttackPlan(DDN(steps: 10, confidence: 2), variant: "κ 2", count: 10)],
            ],
            method: .paper(
                org: DetectorTraining(
                    reading: .image, architecture: Architecture(.vgg11), plan: plan),
                sen: DetectorTraining(
                    reading: .image, architecture: Architecture(.vgg11), plan: plan)),
            rectifier: RectifierTraining(
                masking: RandomisedMasking(alpha: 0.2), plan: plan, copies: 1))
        func attacked() throws -> [TurnedImages] {
            try training.attacked(
                set, by: training.families, of: toy, hash: "toy", bench: .inside(folder)
            ).turned
        }
        let all = try attacked()
        let stages = try folder.names
        training.leftOut = ["fgsm"]
        let some = try attacked()
        #expect(try folder.names == stages)
        #expect(some.map(\.labels) == [all[0].labels, all[2].labels])
        #expect(try some[1].adversarial.bytes() == all[2].adversarial.bytes())
    }

    @Test(
        "attacks of a family have images of their own, families share them where there are too few")
    func imageShares() {
        #expect(
            ImageShares(of: [[2, 3], [4]], among: 9).places == [[0, 1], [2, 3, 4], [5, 6, 7, 8]])
        #expect(
            ImageShares(of: [[2, 3], [4]], among: 6).places == [[0, 1], [2, 3, 4], [5, 0, 1, 2]])
        #expect(
            ImageShares(of: [[4, 8], [6]], among: 6).places == [
                [0, 1], [2, 3, 4, 5], Array(0..<6),
            ])
        #expect(ImageShares(of: [[3]], among: 0).places == [[]])
    }

    @Test("what several attacks made of an image is held out together")
    func heldOutTogether() throws {
        var first = try TurnedImages(record(10, seed: 1))
        var second = try TurnedImages(record(6, seed: 2))
        (first.places, second.places) = (Array(0..<10), [4, 9, 3, 0, 1, 2])
        let held = try [first, second].map { try $0.parted(every: 5) }
        #expect(held.map(\.part.places) == [[4, 9], [4, 9]])
        #expect(held.map(\.rest.count) == [8, 4])
        #expect(try held[1].part.adversarial.bytes() == second.adversarial.rows([0, 1]).bytes())
    }

    @Test("eight-bit images lose nothing as bytes")
    func bytes() throws {
        let levels = try Tensor((0..<256).map { Float($0) / 255 }, shape: [1, 1, 16, 16])
        #expect(try levels.toBytes().toUnit().floats() == levels.floats())
    }

    @Test("only images whose rounded copy succeeds are examples, each beside its original")
    func examplesAreSurvivors() throws {
        var half = try record(10, seed: 3)
        half.succeededRounded = (0..<10).map { $0 < 4 }
        var none = half
        none.succeededRounded = Array(repeating: false, count: 10)
        let toy = try LinearClassifier(shape: ImageShape(channels: 1, height: 16, width: 16))
        let examples = try DetectorExamples(of: [none, half], classifier: toy)
        #expect(examples.isAdversarial == (0..<8).map { $0 >= 4 })
        let means = try examples.images.mean([1, 2, 3]).floats()
        #expect(zip(means, examples.isAdversarial).allSatisfy { ($0 > 0.5) == $1 })
        #expect(throws: LaboratoryFault.noAdversarialImages) {
            try DetectorExamples(of: [none], classifier: toy)
        }
    }

    @Test("the rectifier learns, follows its seed, and leaves the classifier as it was")
    func rectifierLearns() throws {
        let set = try Toys.darkAndBright(64)
        let classifier = try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: 0.125), inputShape: set.shape,
                classNames: set.classNames), seed: 1)
        let before = try classifier.contentHash()
        func tuned() throws -> NetworkClassifier {
            try? FileManager.default.removeItem(at: checkpoint)
            return try RectifierTraining(
                masking: RandomisedMasking(alpha: 0.2), plan: plan, copies: 2
            ).run(
                classifier, images: set.tensor(), labels: set.labels,
                checkpoint: checkpoint, identity: "test", bench: .inside(folder))
        }
        let first = try tuned()
        #expect(try classifier.contentHash() == before)
        #expect(try tuned().contentHash() == first.contentHash())
        let others = try Toys.darkAndBright(64, seed: 9)
        let (old, new) = try (
            Accuracy.of(classifier, on: others).value, Accuracy.of(first, on: others).value
        )
        #expect(new > 0.9 && old < 0.75)
    }
}
