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

    /// The same as sets.
    private func turned(_ count: Int, seed: UInt64) throws -> TurnedSet {
        let record = try record(count, seed: seed)
        func set(_ images: Tensor) throws -> ImageSet {
            try ImageSet(
                name: "toy", shape: ImageShape(channels: 1, height: 16, width: 16),
                classNames: ["dark", "bright"], pixels: images.toBytes().bytes(),
                labels: record.labels)
        }
        return TurnedSet(
            originals: try set(record.originals), adversarial: try set(record.rounded),
            places: Array(0..<count))
    }

    private func examples(
        of turned: [TurnedSet], forging: Forgeries? = nil, noise: NoisyCopies = .none
    ) throws -> UniversalExamples {
        let images = try ExampleImages(
            of: turned, negatives: Negatives(), forging: forging, seed: 1, in: folder.url)
        let toy = try LinearClassifier(shape: images.set.shape)
        return UniversalExamples(
            images: images,
            readings: try ExampleReadings(
                of: images.set, noise: noise, readsMap: false, in: toy,
                observer: SilentObserver()))
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
        let examples = try examples(of: [turned(40, seed: 1)], noise: noise)
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

    @Test("what becomes of originals does not follow from the pieces that they are read in")
    func examplesInPieces() throws {
        let turned = try turned(200, seed: 1)
        let forgeries = Forgeries(around: 0.3)
        let images = try ExampleImages(
            of: [turned], negatives: Negatives(), forging: forgeries, seed: 7, in: folder.url)
        let originals = try turned.originals.tensor()
        let changed = try Negatives().copies(of: originals, seed: 7, first: 0)
        let forged = try #require(try forgeries.copies(of: originals, seed: 7, first: 0))
        #expect(try images.set.bytes(of: 200..<400) == changed.toBytes().bytes())
        #expect(images.forged == 67)
        #expect(try images.set.bytes(of: 600..<667) == forged.toBytes().bytes())
    }

    @Test(
        "forgeries stand at the end, are kept with the others, and the baseline does not know them")
    func forgeries() throws {
        let shape = ImageShape(channels: 1, height: 16, width: 16)
        let turned = try [turned(30, seed: 1), turned(0, seed: 1), turned(10, seed: 2)]
        let plain = try examples(of: turned)
        let forged = try examples(of: turned, forging: Forgeries(around: 0.3))
        #expect(plain.images.forged == 0 && forged.images.forged == 14)
        #expect(forged.count == 134 && (120..<134).allSatisfy(forged.images.isAdversarial))
        let flags = [30, 10].flatMap { count in
            [0, 0, 1].flatMap { Array(repeating: $0, count: count) }
        }
        #expect(plain.images.set.labels == flags)
        #expect(Array(forged.images.set.labels[..<120]) == flags)
        #expect(
            try forged.images.set.bytes(of: 0..<30) == turned[0].originals.pixels)
        #expect(
            try forged.images.set.bytes(of: 110..<120) == turned[2].adversarial.pixels)

        let file = folder.url.appending(component: "readings.safetensors")
        try forged.readings.save(to: file)
        let read = try ExampleReadings(file: file, device: .cpu)
        #expect(try read.numbers.bytes() == forged.readings.numbers.bytes())
        #expect(read.maps == nil)

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
        func attacked() throws -> [TurnedSet] {
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
        #expect(try some[1].adversarial.pixels == all[2].adversarial.pixels)
        #expect(all.allSatisfy { $0.count > 0 && $0.adversarial.labels == $0.labels })
        // Where an original stood among those attacked, it is found.
        for some in all {
            #expect(try some.originals.pixels == set.subset(some.places).pixels)
        }
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
        let first = try turned(10, seed: 1)
        let six = try turned(6, seed: 2)
        let second = TurnedSet(
            originals: six.originals, adversarial: six.adversarial, places: [4, 9, 3, 0, 1, 2])
        let held = [first, second].map { $0.parted(every: 5) }
        #expect(held.map(\.part.places) == [[4, 9], [4, 9]])
        #expect(held.map(\.rest.count) == [8, 4])
        #expect(
            try held[1].part.adversarial.pixels == second.adversarial.bytes(of: 0..<2))
        let inMemory = try TurnedImages(record(10, seed: 1)).parted(every: 5)
        #expect(inMemory.part.places == [4, 9])
        #expect(try inMemory.part.adversarial.bytes() == held[0].part.adversarial.pixels)
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
                classifier, images: set, checkpoint: checkpoint, identity: "test",
                bench: .inside(folder))
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
