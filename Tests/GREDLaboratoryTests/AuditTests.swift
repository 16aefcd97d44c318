import Foundation
import GRED
import GREDAttacks
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDClassifiers
@testable import GREDLaboratory

/// What the attacker who knows the guard goes by.
@Suite("A guard under attack")
struct AuditTests {
    private let shape = ImageShape(channels: 1, height: 16, width: 16)
    private let images: Tensor
    private let network: NetworkClassifier

    init() throws {
        try Engine.setThreadCount(1)
        let shape = shape
        images = try Tensor(
            (0..<6).flatMap { index in
                var stream = RandomStream(seed: 1, purpose: "audited images", index: index)
                return stream.uniforms(shape.count, in: 0...1).map { ($0 * 255).rounded() / 255 }
            }, shape: [6, 1, 16, 16])
        network = try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: 1 / 8), inputShape: shape,
                classNames: ["a", "b", "c"]), seed: 1)
        try network.network.enlivened(by: images, last: "classifier", spread: 3)
    }

    enum Kind: CaseIterable { case universal, quiet, paper, raw }

    private func sentry(_ kind: Kind, guarding classifier: any Classifier) throws -> Guard {
        let detection: Detection
        let sensitivity = try classifier.inputSensitivity(of: images)
        switch kind {
        case .universal, .quiet:
            let noise =
                kind == .quiet ? .none : NoisyCopies(strengths: [0.02, 0.1], copies: 2)
            let reading = try UniversalDetector.Reading(
                images, sensitivity: sensitivity, in: classifier,
                readsMap: kind == .universal, noise: noise, streams: streams())
            let detector = try UniversalDetector(
                .init(
                    imageShape: shape, readsMap: kind == .universal, noise: noise, width: 4,
                    planes: Standardisation(measuring: reading.planes),
                    numbers: Standardisation(
                        measuring: reading.numbers.reshaped([6, 5 + noise.numberCount, 1, 1]))),
                seed: 2)
            try detector.network.enlivened(by: detector.input(reading), last: "output", spread: 2)
            detection = .universal(detector)
        case .paper, .raw:
            let detectors = try [
                Detector.Reading.image, .sensitivity(kind == .raw ? .raw : .logarithmic),
            ].map { reading in
                let detector = try Detector(
                    .init(
                        reading: reading, architecture: Architecture(.vgg11, width: 1 / 16),
                        imageShape: shape,
                        standardisation: Standardisation(
                            measuring: reading.planes(images: images, sensitivity: sensitivity))),
                    seed: 3)
                try detector.network.enlivened(
                    by: detector.input(images: images, sensitivity: sensitivity),
                    last: "classifier", spread: 2)
                return detector
            }
            detection = .paper(org: detectors[0], sen: detectors[1])
        }
        return Guard(
            classifier: classifier, detection: detection,
            rectifier: Rectifier(
                network: classifier, masking: RandomisedMasking(alpha: 0.2), copies: 1))
    }

    private func streams() throws -> [RandomStream] {
        try GuardKey.published.streams(for: images, purpose: "noise")
    }

    @Test(
        "says what the guard says, though its gradients are a smooth copy's",
        arguments: Kind.allCases)
    func values(kind: Kind) throws {
        let sentry = try sentry(kind, guarding: network)
        let verdicts = try sentry.inspect(images, recovery: .ofNone).verdicts
        let subject = try GuardUnderAttack(sentry, sharpness: 3)
        let answer = try Gradient.recording {
            try subject.answer(for: images.watched(), draws: [streams()])
        }
        let found = try answer.logOdds.detached().floats()
        for (found, verdict) in zip(found, verdicts) {
            #expect(abs(found - verdict.logOdds) < 1e-3 * max(1, abs(verdict.logOdds)))
        }
        let labels = try answer.logits.detached().argmax(1).ints()
        #expect(labels == verdicts.map(\.label))
    }

    /// Where f is smooth already, so that nothing is approximated. The least of the noisy copies and the
    /// map's peak have kinks everywhere, so a detector without them is looked at.
    @Test("has the gradients of its values", arguments: [Kind.quiet, .paper, .raw])
    func gradients(kind: Kind) throws {
        let smooth = try network.smoothed(sharpness: 2)
        let sentry = try sentry(kind, guarding: smooth)
        // Of the paper's two networks each alone: together they are led down even where the surer one is calm.
        let watches: [GuardUnderAttack.Watch] =
            switch sentry.detection {
            case .universal(let detector): [.universal(detector)]
            case .paper(let org, let sen): [.detectors([org]), .detectors([sen])]
            }
        for watch in watches {
            try compareSlopes(GuardUnderAttack(smooth, watchedBy: watch, sharpness: 2))
        }
    }

    /// The gradient with finite differences.
    private func compareSlopes(_ subject: GuardUnderAttack) throws {
        func logOdds(_ images: Tensor) throws -> [Double] {
            try Gradient.recording {
                try subject.answer(for: images.watched(), draws: [streams()]).logOdds
            }.detached().doubles()
        }
        let gradient = try Gradient.recording {
            let watched = try images.watched()
            let answer = try subject.answer(for: watched, draws: [streams()])
            return try #require(try Gradient.of([answer.logOdds], towards: [watched])[0])
        }
        let norms = try gradient.rowNorms()
        let lengths = try norms.doubles()
        #expect(lengths.allSatisfy { $0 > 0 })
        // Along the gradient itself its length is the slope.
        let direction = try gradient / norms.perRow(rank: 4)
        let reach = 2e-4
        let (ahead, behind) = try (
            logOdds(images + direction * reach), logOdds(images - direction * reach)
        )
        var close = 0
        for image in lengths.indices {
            let slope = (ahead[image] - behind[image]) / (2 * reach)
            if abs(slope - lengths[image]) < 0.1 * lengths[image] { close += 1 }
        }
        // The detectors have kinks of their own.
        #expect(close >= lengths.count - 1, "\(ahead) \(behind) \(lengths)")
    }

    @Test(
        "calms the detector more than an attack does that does not know it",
        arguments: [Kind.universal, .paper])
    func search(kind: Kind) throws {
        let sentry = try sentry(kind, guarding: network)
        let labels = try network.predictions(for: images).ints()
        let goal = try Goal.untargeted(Labels(labels))
        let budget = AttackBudget(.l2, 4)
        let seeds = ImageSeeds(seed: 0, range: 0..<images.shape[0])
        let unaware = try EightBits.rounded(
            PGDL2(epsilon: 4, stepSize: 1, steps: 12).perturb(
                images, towards: goal, against: network, seeds: seeds))
        func score(_ found: Tensor) throws -> (fooled: Int, mean: Float) {
            let fooled = try goal.isReached(in: network.logits(of: found)).bools()
            let scores = try sentry.inspect(found, recovery: .ofNone).verdicts.map(\.logOdds)
            let sum = fooled.indices.map { fooled[$0] ? scores[$0] : 100 }.reduce(0, +)
            return (fooled.count { $0 }, sum / Float(fooled.count))
        }
        let plain = try score(unaware)
        let models = try network.logits(of: images.rows([1, 2, 3, 4, 5, 0]))
        for strategy in AdaptiveAttack.Strategy.allCases {
            let attack = AdaptiveAttack(strategy, budget, steps: 24, draws: 2)
            let found = try attack.search(
                images, towards: goal, against: sentry, models: models, seeds: seeds)
            #expect(try (found - images).rowNorms().floats().allSatisfy { $0 < 4.1 })
            #expect(try found.rowMinima().floats().allSatisfy { $0 >= 0 })
            #expect(
                try (found * 255 - (found * 255).round()).abs().rowMaxima().floats()
                    .allSatisfy { $0 < 1e-3 })
            let aware = try score(found)
            if strategy.followsDetector {
                #expect(aware.fooled >= plain.fooled, "\(strategy)")
                #expect(aware.mean < plain.mean, "\(strategy)")
            } else {
                #expect(aware.fooled >= plain.fooled - 2, "\(strategy)")
            }
        }
    }

    @Test("leads the label astray that the guard gives back")
    func recovery() throws {
        let sentry = try sentry(.paper, guarding: network)
        let labels = try network.predictions(for: images).ints()
        let goal = try Goal.untargeted(Labels(labels))
        let budget = AttackBudget(.l2, 4)
        let seeds = ImageSeeds(seed: 0, range: 0..<images.shape[0])
        let models = try network.logits(of: images)
        /// How many ways back lead to the truth: the label of f, its second choice, and that on masked
        /// copies under several keys.
        func ways(_ found: Tensor) throws -> Int {
            let logits = try network.logits(of: found)
            let second = try logits.replacing(logits.argmax(1), with: -.infinity).argmax(1).ints()
            let own = try logits.argmax(1).ints()
            let sensitivity = try network.inputSensitivity(of: found)
            let given = try (0..<8).flatMap {
                try sentry.rectifier.recover(
                    found, sensitivity: sensitivity, key: GuardKey("key \($0)")
                ).labels.ints()
            }
            return labels.indices.map { image in
                [own[image] == labels[image], second[image] == labels[image]].count { $0 }
            }.reduce(0, +)
                + given.indices.count { given[$0] == labels[$0 % labels.count] }
        }
        func found(_ strategy: AdaptiveAttack.Strategy) throws -> Tensor {
            try AdaptiveAttack(strategy, budget, steps: 24, draws: 2).search(
                images, towards: goal, against: sentry, models: models, seeds: seeds)
        }
        let (misled, calmed) = try (ways(found(.recovery)), ways(found(.selective)))
        #expect(misled < calmed)
        #expect(try misled < ways(images) / 2)
    }

    @Test("leads the network astray that chooses the label, through all that it weighs")
    func recoveryByClasses() throws {
        let plain = try sentry(.universal, guarding: network)
        let strengths = plain.detection.noiseStrengths
        // The sum of what f says of the image, after the step back and of noisy copies, and of what the
        // rectifier says.
        let count = try plain.recoveryEvidence(of: images).evidence.shape[1]
        let chooser = try RecoveryChooser(
            .identity(planes: count), strengths: strengths, seed: 1)
        for (name, value) in chooser.network.state {
            var numbers = [Float](repeating: 0, count: value.count)
            if name.hasSuffix("bias") {
                numbers[0] = 10
            } else {
                for place in 0..<(name.hasPrefix("0.") ? 3 + strengths : 1) { numbers[place] = 0.2 }
            }
            try value.assign(Tensor(numbers, shape: value.shape))
        }
        let sentry = Guard(
            classifier: network, detection: plain.detection, rectifier: plain.rectifier,
            chooser: chooser)
        let labels = try sentry.inspect(images).verdicts.compactMap(\.recoveredLabel)
        let goal = try Goal.untargeted(Labels(labels))
        let seeds = ImageSeeds(seed: 0, range: 0..<images.shape[0])
        /// How often the label stays, under several keys.
        func kept(_ strategy: AdaptiveAttack.Strategy) throws -> Int {
            let found = try AdaptiveAttack(strategy, AttackBudget(.l2, 4), steps: 24, draws: 1)
                .search(
                    images, towards: goal, against: sentry, models: network.logits(of: images),
                    seeds: seeds)
            return try (0..<4).map { number in
                let verdicts = try Guard(
                    classifier: network, detection: plain.detection, rectifier: plain.rectifier,
                    chooser: chooser, key: GuardKey("key \(number)")
                ).inspect(found).verdicts
                return zip(verdicts, labels).count { $0.recoveredLabel == $1 }
            }.reduce(0, +)
        }
        let (misled, calmed) = try (kept(.recovery), kept(.selective))
        #expect(misled < calmed)
        #expect(misled < 4 * labels.count / 2)
    }

    @Test("keeps for each image the best of its tries")
    func restarts() throws {
        func result(_ fooled: [Bool], _ scores: [[Float]], norm: Float) -> Audit.Result {
            Audit.Result(
                name: "any", fooled: fooled, wrong: fooled.map { $0 ? 0.5 : 0 }, scores: scores,
                norms: fooled.map { _ in norm }, seconds: 2)
        }
        let best = try Audit.Result(
            bestOf: [
                result([true, false, true, false], [[0, 9], [0, 0], [9, 9], [3, 3]], norm: 1),
                result([true, true, true, false], [[0, 1], [9, 0], [7, 9], [2, 3]], norm: 2),
            ], threshold: 4)
        #expect(best.norms == [2, 2, 2, 2])
        #expect(best.fooled == [true, true, true, false])
        #expect(best.passes(4) == [1, 0.5, 0, 0])
        #expect(best.seconds == 4)
        let other = try Audit.Result(
            bestOf: [
                result([true], [[0, 0]], norm: 1), result([true], [[9, 0]], norm: 2),
            ], threshold: 4)
        #expect(other.norms == [1])
    }

    @Test("an audit that was killed goes on where it was, and finds what it finds undisturbed")
    func resumes() throws {
        let noise = try Toys.darkAndBright(60)
        let pixels = try noise.pixels
        let network = try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: 1 / 8), inputShape: shape,
                classNames: noise.classNames), seed: 1)
        try network.network.enlivened(by: noise.tensor(), last: "classifier", spread: 3)
        let set = try ImageSet(
            name: "noise", shape: noise.shape, classNames: noise.classNames, pixels: pixels,
            labels: network.predictions(for: noise.tensor()).ints())
        let data = DataSet(
            sets: try FourSets(
                train: set.subset(Array(0..<40)), test: set.subset(Array(40..<60)), fit: 10,
                guard: 10, calibrate: 20, seed: 0))
        let place = try TemporaryFolder()
        let bundle = place.url.appending(component: "guard")
        try GuardBundle.write(
            sentry(.universal, guarding: network), training: [], madeBy: "test", to: bundle)
        let profile = AuditProfile(
            name: "tiny", images: 4, calibrate: 10, steps: 4, restarts: 1, draws: 1,
            probedImages: 2, queries: 3, keys: 2, triesAllRadii: false)
        func report(_ bench: Workbench) throws -> AuditReport {
            var report = try Audit(bundle: bundle, profile: profile).run(on: data, bench: bench)
                .report
            for row in report.rows.indices { report.rows[row].secondsPerImage = 0 }
            return report
        }
        let whole = try report(.inside(TemporaryFolder()))
        let folder = try TemporaryFolder()
        var reports = 0
        let killer = StoppingObserver { _ in
            reports += 1
            return reports > 30
        }
        #expect(throws: StoppingObserver.Stopped.self) {
            try report(.inside(folder, observer: killer))
        }
        let finished = try folder.names.filter { !$0.contains(".") }
        #expect(!finished.isEmpty)
        let again = try report(.inside(folder))
        #expect(try again.json() == whole.json())
        #expect(try Set(folder.names).isSuperset(of: finished))
        // The probes reach a part of the images, and the worst case is no better than any attack.
        for row in whole.rows where row.attack == AuditReport.Row.worst {
            let others = whole.rows.filter { $0.budget == row.budget }
            #expect(others.allSatisfy { $0.passesAt1Percent <= row.passesAt1Percent })
        }
        #expect(whole.proofs.count == 10)
    }

    @Test("the worst case knows every attack, those on the first images alone among them")
    func worst() throws {
        func result(_ fooled: [Bool], _ scores: [Float], wrong: [Float]) -> Audit.Result {
            Audit.Result(
                name: "any", fooled: fooled, wrong: wrong, scores: scores.map { [$0, $0 + 2] },
                norms: fooled.map { _ in 1 }, seconds: 1)
        }
        let row = AuditReport.Row(
            worstOf: [
                result([true, true, false, true], [0, 9, 0, 3], wrong: [0, 0.5, 0, 0]),
                result([true, true], [9, 1], wrong: [1, 0]),
            ], budget: AttackBudget(.l2, 1), thresholds: [4, 9])
        // The first under both keys, the second under both of the second try, the last under one.
        #expect(row.passesAt1Percent == 0.625)
        #expect(row.passesAt5Percent == 3.0 / 4)
        let inTenTries = (3 - 1.0 / 1024) / 4
        #expect(abs(row.passesInTenTries - inTenTries) < 1e-12)
        #expect(row.answerWrong == 0.375)
        #expect(row.fooled == 3.0 / 4 && row.images == 4)
    }

    @Test("what is rounded afterwards stays within the radius", arguments: [0.01, 4.0 / 255, 0.1])
    func withinRadius(radius: Double) throws {
        let budget = AttackBudget(.linf, radius)
        let far = try budget.projected(images + 1, around: images)
        let changes = try (EightBits.rounded(far) - images).abs().rowMaxima().doubles()
        #expect(changes.allSatisfy { $0 <= radius + 1e-6 && $0 > radius - 1.0 / 255 })
        let ball = AttackBudget(.l2, 20 * radius)
        let norms = try (EightBits.rounded(ball.projected(images + 1, around: images)) - images)
            .rowNorms().doubles()
        #expect(norms.allSatisfy { $0 < 20 * radius * 1.02 })
    }

    @Test("of the paper's networks the surer decides, and both are led down")
    func surer() throws {
        let sentry = try sentry(.paper, guarding: network)
        let subject = try GuardUnderAttack(sentry, sharpness: 3)
        let (decided, larger) = try Gradient.recording {
            let watched = try images.watched()
            let answer = try subject.answer(for: watched, draws: [streams()])
            let gradient = try #require(try Gradient.of([answer.logOdds], towards: [watched])[0])
            return (try answer.logOdds.detached().floats(), try gradient.rowNorms().floats())
        }
        let verdicts = try sentry.inspect(images, recovery: .ofNone).verdicts
        #expect(zip(decided, verdicts).allSatisfy { abs($0 - $1.logOdds) < 1e-3 * max(1, abs($0)) })
        #expect(larger.allSatisfy { $0 > 0 })
    }

    @Test("numbers beyond what the detector reads have gradients all the same")
    func beyondBounds() throws {
        let numbers = try Tensor([Float(-40), 3, 40], shape: [1, 3])
        let (value, gradient) = try Gradient.valueAndGradient(at: numbers) {
            try $0.clamped(min: -10, max: 10).followed(by: $0)
        }
        #expect(try value.floats() == [-10, 3, 10] && gradient.floats() == [1, 1, 1])
        #expect(try numbers.followed(by: numbers + 1).floats() == numbers.floats())
    }

    @Test(
        "finds for an image what it finds for it among others",
        arguments: AdaptiveAttack.Strategy.allCases)
    func alone(strategy: AdaptiveAttack.Strategy) throws {
        let sentry = try sentry(.universal, guarding: network)
        let goal = try Goal.untargeted(Labels(network.predictions(for: images)))
        // Few steps: each enlarges what rounding does to the sums of a larger batch.
        let attack = AdaptiveAttack(strategy, AttackBudget(.l2, 1), steps: 3, draws: 1)
        let models = try network.logits(of: images.rows([1, 2, 3, 4, 5, 0]))
        let all = try attack.search(
            images, towards: goal, against: sentry, models: models,
            seeds: ImageSeeds(seed: 0, range: 0..<6))
        let alone = try attack.search(
            images.rows([2]), towards: goal.rows([2]), against: sentry, models: models.rows([2]),
            seeds: ImageSeeds(seed: 0, indices: [2]))
        #expect(try (alone - all.rows([2])).rowNorms().floats()[0] < 0.02)
    }
}

extension Layer {
    /// Lets normalisation know what goes in, and stretches the last layer until its logits differ.
    fileprivate func enlivened(by inputs: Tensor, last: String, spread: Double) throws {
        for _ in 0..<30 { _ = try self(inputs, mode: .training(Generator(seed: 1))) }
        let logits = try self(inputs, mode: .evaluation)
        let difference = try logits.sliced(1..<2, dimension: 1) - logits.sliced(0..<1, dimension: 1)
        let deviation = try (difference - difference.mean()).square().mean().sqrt().item()
        for (name, value) in state where name.hasPrefix(last + ".") {
            try value.assign(value * (spread / max(deviation, 1e-6)))
        }
    }
}
