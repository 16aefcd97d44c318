import Foundation
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GRED
@testable import GREDClassifiers

@Suite("A guard")
struct GuardTests {
    @Test("gives verdicts whose parts fit together")
    func verdicts() throws {
        let small = try SmallGuard(imageCount: 24)
        let sentry = small.sentry
        let found = try sentry.inspect(small.images)
        #expect(found.verdicts.count == 24)
        let labels = try sentry.classifier.predictions(for: small.images).ints()
        for (verdict, label) in zip(found.verdicts, labels) {
            #expect(verdict.label == label)
            #expect(verdict.isAdversarial == (verdict.logOdds > 0))
            #expect(verdict.isAdversarial == (verdict.adversarialProbability > 0.5))
            let decider =
                try #require(verdict.org?.entropy) < #require(verdict.sen?.entropy)
                ? verdict.org : verdict.sen
            #expect(verdict.logOdds == decider?.logOdds)
            #expect(verdict.adversarialProbability == decider?.adversarialProbability)
            #expect(verdict.isAdversarial == decider?.isAdversarial)
            let recovered = try #require(verdict.recoveredLabel)
            #expect((0..<3).contains(recovered))
            #expect(verdict.answer == (verdict.isAdversarial ? recovered : label))
        }
        // The rest would say little if all images were of one kind.
        let flagged = found.verdicts.count(where: \.isAdversarial)
        #expect((4...20).contains(flagged))
        #expect(found.verdicts.contains { $0.recoveredLabel != $0.label })
        #expect(found.verdicts.contains { $0.logOdds == $0.org?.logOdds })
        #expect(found.verdicts.contains { $0.logOdds == $0.sen?.logOdds })
    }

    @Test("says what its parts say when they are asked one by one")
    func parts() throws {
        let small = try SmallGuard()
        let sentry = small.sentry
        let found = try sentry.inspect(small.images)
        let sensitivity = try sentry.classifier.inputSensitivity(of: small.images)
        #expect(try found.sensitivity.map.bytes() == sensitivity.map.bytes())
        let org = try sentry.org.judge(images: small.images, sensitivity: sensitivity)
        let sen = try sentry.sen.judge(images: small.images, sensitivity: sensitivity)
        #expect(try found.verdicts.map { $0.org?.logOdds } == org.logit.floats())
        #expect(try found.verdicts.map { $0.sen?.logOdds } == sen.logit.floats())
        #expect(try found.verdicts.map { $0.sen?.entropy } == sen.entropy().floats())
        let recovered = try sentry.rectifier.recover(
            small.images, sensitivity: sensitivity, key: sentry.key)
        #expect(try found.verdicts.map(\.recoveredLabel) == recovered.labels.ints())
        #expect(try found.masked.bytes() == recovered.masked.bytes())
    }

    @Test("recovers by the mean of the rectifier's probabilities over its masked copies")
    func rectifier() throws {
        let small = try SmallGuard(imageCount: 24, alpha: 0, copies: 5)
        let rectifier = small.sentry.rectifier
        let sensitivity = try small.sentry.classifier.inputSensitivity(of: small.images)
        var streams = try GuardKey.published.streams(for: small.images)
        let copies = try (0..<5).map { _ in
            try rectifier.masking.copies(
                of: small.images, sensitivity: sensitivity, streams: &streams)
        }
        let total = try copies.reduce(Tensor.zeros([24, 3])) {
            try $0 + rectifier.network.logits(of: $1).softmax(1)
        }
        let found = try rectifier.recover(
            small.images, sensitivity: sensitivity, key: .published)
        #expect(try found.labels.ints() == total.argmax(1).ints())
        #expect(try found.masked.bytes() == copies[4].bytes())
    }

    @Test("says of an image the same, alone and among others")
    func batches() throws {
        let small = try SmallGuard()
        let whole = try small.sentry.inspect(small.images)
        for place in 0..<8 {
            let alone = try small.sentry.inspect(small.images.rows([place]))
            let (one, other) = (alone.verdicts[0], whole.verdicts[place])
            #expect(one.isAdversarial == other.isAdversarial)
            #expect(one.label == other.label)
            #expect(one.recoveredLabel == other.recoveredLabel)
            #expect(one.answer == other.answer)
            #expect(abs(one.logOdds - other.logOdds) < 1e-3)
            let entropies = [try #require(one.org).entropy, try #require(other.org).entropy]
            #expect(abs(entropies[0] - entropies[1]) < 1e-3)
            #expect(try alone.masked.bytes() == whole.masked.rows([place]).bytes())
        }
    }

    @Test("says the same each time")
    func repeats() throws {
        let small = try SmallGuard()
        let first = try small.sentry.inspect(small.images)
        let second = try small.sentry.inspect(small.images)
        #expect(first.verdicts == second.verdicts)
        #expect(try first.masked.bytes() == second.masked.bytes())
    }

    @Test("masks otherwise under another key, and detects all the same")
    func keys() throws {
        let (one, other) = (try SmallGuard(), try SmallGuard(key: GuardKey("a secret")))
        let found = try [one, other].map { try $0.sentry.inspect($0.images) }
        #expect(found[0].verdicts.map(\.logOdds) == found[1].verdicts.map(\.logOdds))
        #expect(try found[0].masked.bytes() != found[1].masked.bytes())
    }

    @Test("leaves the caller's images and its own networks as they were")
    func untouched() throws {
        let small = try SmallGuard()
        let sentry = small.sentry
        let classifier = try #require(sentry.classifier as? NetworkClassifier)
        let networks = [classifier.network] + sentry.detection.networks.map(\.network)
        func trace() throws -> [[UInt8]] {
            try networks.flatMap { try $0.state.map { try $0.value.bytes() } }
                + [small.images.bytes()]
        }
        let before = try trace()
        _ = try sentry.inspect(small.images)
        #expect(try trace() == before)
        #expect(!small.images.requiresGradient)
        #expect(networks.flatMap(\.state).allSatisfy { !$0.value.requiresGradient })
    }

    @Test("may ask the rectifier about flagged images alone")
    func flaggedOnly() throws {
        let small = try SmallGuard()
        let all = try small.sentry.inspect(small.images)
        let few = try small.sentry.inspect(small.images, recovery: .ofFlagged)
        #expect(few.verdicts.map(\.answer) == all.verdicts.map(\.answer))
        for (place, verdict) in few.verdicts.enumerated() {
            let expected = verdict.isAdversarial ? all.verdicts[place].recoveredLabel : nil
            #expect(verdict.recoveredLabel == expected)
            let source = verdict.isAdversarial ? all.masked : small.images
            #expect(try few.masked.rows([place]).bytes() == source.rows([place]).bytes())
        }
    }

    /// Whatever a library keeps for a batch's size, it keeps for few sizes.
    @Test("asks the rectifier about few sizes of batches, however many images are flagged")
    func batchSizes() throws {
        let small = try SmallGuard(imageCount: 24)
        let rectifier = small.sentry.rectifier
        var sizes: Set<Int> = []
        let sentry = Guard(
            classifier: small.sentry.classifier, detection: small.sentry.detection,
            rectifier: Rectifier(
                network: Function(SmallGuard.shape, classes: 3) {
                    sizes.insert($0.shape[0])
                    return try rectifier.network.logits(of: $0)
                }, masking: rectifier.masking, copies: rectifier.copies))
        let all = try small.sentry.inspect(small.images)
        var counts: Set<Int> = []
        for count in 1...24 {
            sizes = []
            let found = try sentry.inspect(
                small.images.sliced(0..<count), recovery: .ofFlagged)
            counts.insert(found.verdicts.count(where: \.isAdversarial))
            #expect(sizes.allSatisfy { $0 == count || [1, 2, 4, 8, 16].contains($0) }, "\(sizes)")
            #expect(found.verdicts.map(\.answer) == all.verdicts[..<count].map(\.answer))
            #expect(found.masked.shape == [count, 1, 8, 8])
        }
        #expect(counts.contains(3), "\(counts)")
    }

    @Test("refuses images out of range, of another shape, and with something that is no number")
    func refuses() throws {
        let small = try SmallGuard()
        #expect(throws: InputFault.range(image: 0, value: -1)) {
            try small.sentry.inspect(small.images * 0 - 1)
        }
        #expect(throws: InputFault.self) { try small.sentry.inspect(small.images * 255) }
        #expect(throws: InputFault.notANumber(image: 0)) {
            try small.sentry.inspect(small.images * .nan)
        }
        #expect(throws: InputFault.shape(expected: SmallGuard.shape, found: [8, 64])) {
            try small.sentry.inspect(small.images.flattened(from: 1))
        }
    }

    @Test("clamps what rounding left outside, and says the same of it")
    func clamps() throws {
        let small = try SmallGuard()
        let black = try small.images * 0
        #expect(
            try small.sentry.inspect(black - 3e-8).verdicts
                == small.sentry.inspect(black).verdicts)
    }

    @Test("has nothing to say of no images")
    func empty() throws {
        let small = try SmallGuard()
        let found = try small.sentry.inspect(small.images.sliced(0..<0))
        #expect(found.verdicts.isEmpty && found.masked.shape == [0, 1, 8, 8])
    }

    @Test(
        "never takes an image for benign when a detector's logit is no number",
        arguments: [(true, false), (false, true), (true, true)])
    func poisoned(_ org: Bool, _ sen: Bool) throws {
        let small = try SmallGuard()
        if org { try small.sentry.org.network.poison() }
        if sen { try small.sentry.sen.network.poison() }
        for verdict in try small.sentry.inspect(small.images).verdicts {
            #expect(verdict.isAdversarial)
            #expect(verdict.org?.logOdds.isNaN == org && verdict.sen?.logOdds.isNaN == sen)
            #expect(!org || verdict.org?.isAdversarial == true)
            #expect(!sen || verdict.sen?.isAdversarial == true)
            #expect(verdict.answer == verdict.recoveredLabel)
        }
    }

    @Test("never takes an image for benign when the classifier's logits are no numbers")
    func poisonedClassifier() throws {
        let small = try SmallGuard()
        try #require(small.sentry.classifier as? NetworkClassifier).network.poison()
        let found = try small.sentry.inspect(small.images).verdicts
        #expect(found.allSatisfy { $0.isAdversarial })
    }

    @Test("a verdict answers with the classifier's label where nothing was recovered")
    func answers() {
        let part = Verdict.Part(adversarialProbability: 0.9, logOdds: 2.2, entropy: 0.5)
        var verdict = Verdict(
            isAdversarial: true, adversarialProbability: 0.9, logOdds: 2.2, org: part, sen: part,
            label: 4, recoveredLabel: nil)
        #expect(verdict.answer == 4)
        verdict.recoveredLabel = 7
        #expect(verdict.answer == 7)
        verdict.isAdversarial = false
        #expect(verdict.answer == 4)
        #expect(!Verdict.Part(adversarialProbability: 0.5, logOdds: 0, entropy: 1).isAdversarial)
    }
}

@Suite("A detector")
struct DetectorTests {
    @Test("is the same after it was saved and read")
    func files() throws {
        let small = try SmallGuard()
        let folder = try TemporaryFolder()
        let sensitivity = try small.sentry.classifier.inputSensitivity(of: small.images)
        for (name, one) in [("org", try small.sentry.org), ("sen", try small.sentry.sen)] {
            try one.save(to: folder.url, named: name)
            let other = try Detector(folder: folder.url, named: name)
            #expect(other.description == one.description)
            let opinions = try [one, other].map {
                try $0.judge(images: small.images, sensitivity: sensitivity).logit.bytes()
            }
            #expect(opinions[0] == opinions[1])
        }
        #expect(
            try folder.contents == ["org.json", "org.safetensors", "sen.json", "sen.safetensors"])
    }

    @Test("that is not there, or is described badly, is refused with the file's name")
    func damaged() throws {
        let small = try SmallGuard()
        let folder = try TemporaryFolder()
        let json = folder.url.appending(component: "org.json")
        func expectFault(_ path: URL) {
            let fault = #expect(throws: TorchError.self) {
                try Detector(folder: folder.url, named: "org")
            }
            guard case .badFile(path.path, _) = fault else {
                Issue.record("not the error that was expected: \(String(describing: fault))")
                return
            }
        }
        expectFault(json)
        try small.sentry.org.save(to: folder.url, named: "org")
        let weights = folder.url.appending(component: "org.safetensors")
        try Data(contentsOf: weights).dropLast(3).write(to: weights)
        expectFault(weights)
        try Data("{}".utf8).write(to: json)
        expectFault(json)
    }

    @Test("is refused where its standardisation is not for as many planes as it reads")
    func standardisation() throws {
        try useOneThread()
        let reading = Detector.Reading.sensitivity(.logarithmic)
        let wrong: [(means: [Double], deviations: [Double])] = [
            ([], []), ([0], [1]), ([0, 0, 0], [1, 1]), ([0, 0, 0], []),
        ]
        for (means, deviations) in wrong {
            let description = Detector.Description(
                reading: reading, architecture: Architecture(.vgg11, width: 1 / 32),
                imageShape: SmallGuard.shape,
                standardisation: Standardisation(means: means, deviations: deviations))
            let fault = #expect(throws: DetectorFault.self) {
                try Detector(description, seed: 1)
            }
            #expect(
                fault
                    == .standardisation(
                        what: "planes", count: 3, means: means.count, deviations: deviations.count))
            #expect("\(try #require(fault))".contains("3 planes"))
        }
    }
}
