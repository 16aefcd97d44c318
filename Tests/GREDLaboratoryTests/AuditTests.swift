import Foundation
import GRED
import GREDAttacks
import GREDCharts
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
            let subject = try GuardUnderAttack(smooth, watchedBy: watch, sharpness: 2)
            if case .detectors(let detectors, following: _) = watch,
                detectors[0].description.reading == .sensitivity(.logarithmic)
            {
                try compareSlopes(subject, followed(detectors[0], smooth))
            } else {
                try compareSlopes(subject) { images in
                    try Gradient.recording {
                        try subject.answer(for: images.watched(), draws: [streams()]).logOdds
                    }.detached().doubles()
                }
            }
        }
    }

    /// What is followed of a detector of the logarithmic map: at the images themselves what it says, and around
    /// them what it would say if the map changed as the smooth one does.
    private func followed(
        _ detector: Detector, _ classifier: any Classifier
    ) throws -> (Tensor) throws -> [Double] {
        func planes(_ images: Tensor) throws -> (exact: Tensor, smooth: Tensor) {
            let sensitivity = try classifier.inputSensitivity(of: images)
            let exact = try SensitivityForm.logarithmic.planes(of: sensitivity)
            let share = try sensitivity.map / sensitivity.map.rowMaxima().perRow(rank: 4)
            let map = try (share.square() + 1e-3).log() * 0.5
            return (
                exact, try .concatenated([map, exact.sliced(1..<3, dimension: 1)], dimension: 1)
            )
        }
        let here = try planes(images)
        return { images in
            let moved = try here.exact + (planes(images).smooth - here.smooth)
            let input = try detector.description.standardisation.applied(to: moved)
            return try Opinion(classes: detector.network(input)).logit.doubles()
        }
    }

    /// The gradient with finite differences.
    private func compareSlopes(
        _ subject: GuardUnderAttack, _ logOdds: (Tensor) throws -> [Double]
    ) throws {
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
        let models = try images.rows([1, 2, 3, 4, 5, 0])
        // What f's last layers read need not lead to another label: see below.
        for strategy in AdaptiveAttack.Strategy.allCases where strategy != .featureMatching {
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

    @Test("brings what f's last layers read to what they read of another image")
    func features() throws {
        let subject = try GuardUnderAttack(network, watchedBy: .detectors([]), sharpness: 3)
        let models = try images.rows([1, 2, 3, 4, 5, 0])
        let goal = try Goal.untargeted(Labels(network.predictions(for: images)))
        let found = try AdaptiveAttack(.featureMatching, AttackBudget(.l2, 4), steps: 24, draws: 1)
            .search(
                images, towards: goal, against: sentry(.paper, guarding: network), models: models,
                seeds: ImageSeeds(seed: 0, range: 0..<6))
        func distances(_ images: Tensor) throws -> [Float] {
            try (subject.features(of: images) - subject.features(of: models)).rowNorms().floats()
        }
        let (before, after) = try (distances(images), distances(found))
        // Where f is never wrong nothing is kept.
        let fooled = try goal.isReached(in: network.logits(of: found)).bools()
        #expect(fooled.contains(true))
        for image in fooled.indices where fooled[image] {
            #expect(after[image] < before[image])
        }
    }

    @Test("features are matched only where a classifier shows them")
    func strategies() throws {
        let all = AdaptiveAttack.Strategy.allCases
        #expect(AdaptiveAttack.Strategy.all(for: network) == all)
        let flat = try LinearClassifier(shape: shape)
        #expect(
            AdaptiveAttack.Strategy.all(for: flat) == all.filter { $0 != .featureMatching })
    }

    @Test("leads the label astray that the guard gives back")
    func recovery() throws {
        let sentry = try sentry(.paper, guarding: network)
        let labels = try network.predictions(for: images).ints()
        let goal = try Goal.untargeted(Labels(labels))
        let budget = AttackBudget(.l2, 4)
        let seeds = ImageSeeds(seed: 0, range: 0..<images.shape[0])
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
                images, towards: goal, against: sentry, models: images, seeds: seeds)
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
                    images, towards: goal, against: sentry, models: images, seeds: seeds)
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

    @Test("keeps for each image the best of its tries, by keys that no figure is of")
    func restarts() throws {
        func result(_ fooled: [Bool], _ scores: [[Float]], norm: Float) -> Audit.Result {
            Audit.Result(
                name: "any", fooled: fooled, wrong: fooled.map { [$0, $0] }, scores: scores,
                norms: fooled.map { _ in norm }, seconds: 2)
        }
        let best = try Audit.Result(
            bestOf: [
                result(
                    [true, false, true, false],
                    [[0, 9, 0, 9], [0, 0, 0, 0], [9, 9, 9, 9], [3, 3, 3, 3]], norm: 1),
                result(
                    [true, true, true, false],
                    [[9, 0, 9, 0], [0, 0, 9, 9], [7, 9, 7, 9], [2, 3, 2, 3]], norm: 2),
            ], thresholds: [4])
        #expect(best.norms == [1, 2, 2, 2])
        #expect(best.fooled == [true, true, true, false])
        // The first was lucky under the keys that chose it.
        #expect(best.passes(4, under: .choosing) == [1, 0.5, 0, 0])
        #expect(best.passes(4, under: .reporting) == [0, 0.5, 0, 0])
        #expect(best.wrongShares(under: .reporting) == [1, 1, 1, 0])
        #expect(best.seconds == 4)

        // Both pass as often at 4, where the calmer one counts; the other one passes at 3 as well.
        let tries = [
            result([true], [[4, 0, 4, 0, 9, 0]], norm: 1),
            result([true], [[3, 0, 3, 0, 20, 0]], norm: 2),
        ]
        #expect(try Audit.Result(bestOf: tries, thresholds: [4]).norms == [1])
        #expect(try Audit.Result(bestOf: tries, thresholds: [4, 3]).norms == [2])
        // Under one key there is nothing to hold back.
        #expect(result([true], [[3]], norm: 1).passes(4, under: .reporting) == [1])
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
            for row in report.farther.indices { report.farther[row].secondsPerImage = 0 }
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
            #expect(others.allSatisfy { $0.fooled <= row.fooled })
            #expect(row.passesAt1Percent <= row.fooled)
        }
        #expect(whole.proofs.count == 10)
        #expect(whole.keys == 2 && whole.deployedThreshold == 0)
        let attacks = Set(whole.rows.map(\.attack))
        #expect(attacks.isSuperset(of: AdaptiveAttack.Strategy.allCases.map(\.rawValue)))
    }

    @Test("the worst case knows every attack, those on the first images alone among them")
    func worst() throws {
        func result(_ fooled: [Bool], _ scores: [[Float]], wrong: [[Bool]]) -> Audit.Result {
            Audit.Result(
                name: "any", fooled: fooled, wrong: wrong, scores: scores,
                norms: fooled.map { _ in 1 }, seconds: 1)
        }
        let row = AuditReport.Row(
            worstOf: [
                result(
                    [true, true, false, true],
                    [[0, 0, 0, 0], [9, 9, 9, 9], [0, 0, 0, 0], [3, 5, 3, 3]],
                    wrong: [[false, false], [true, false], [false, false], [false, true]]),
                result(
                    [true, true], [[9, 9, 9, 9], [9, 3, 1, 1]],
                    wrong: [[true, true], [false, true]]),
            ], budget: AttackBudget(.l2, 1), thresholds: [4, 2, 9])
        // By the second and the fourth key: of the first result, of the second, of none, and half of the first.
        #expect(row.passesAt1Percent == 0.625)
        #expect(row.passesAt5Percent == 1.5 / 4)
        #expect(row.passesAsDeployed == 3.0 / 4)
        let inTenTries = (3 - 1.0 / 1024) / 4
        #expect(abs(row.passesInTenTries - inTenTries) < 1e-12)
        // The first key chose the second result for the first image, and the first for the second.
        #expect(row.answerWrong == 0.5)
        #expect(row.fooled == 3.0 / 4 && row.images == 4)
    }

    @Test("claims fall where enough images speak against them")
    func proofs() {
        typealias Proof = AuditReport.Proof
        #expect(Proof.reachesAll(Array(repeating: 0.6, count: 24) + [0]))
        #expect(!Proof.reachesAll(Array(repeating: 1, count: 23) + [0.5, 0.5]))
        #expect(!Proof.reachesAll([]))
        for (new, images, holds) in [
            (0, 25, true), (3, 25, true), (4, 25, false), (9, 100, true), (10, 100, false),
        ] {
            #expect(Proof.isNothingNew(Proportion(successes: new, of: images)) == holds)
        }
        let (first, last): ([Float], [Float]) = ([5, .nan, 3, 1], [2, .nan, 4, 0])
        let risen = Proof.falls(from: first, to: last, threshold: -1)
        #expect(!risen.holds && risen.images == 3 && risen.calmed == 2)
        // What the guard does not see may rise as it likes.
        let unseen = Proof.falls(from: first, to: last, threshold: 4.5)
        #expect(unseen.holds && unseen.images == 3 && unseen.calmed == 3)
        #expect(!Proof.falls(from: [.nan, .nan], to: [.nan, .nan], threshold: 0).holds)
    }

    @Test("what is rounded afterwards stays within the radius", arguments: [0.01, 4.0 / 255, 0.1])
    func withinRadius(radius: Double) throws {
        let budget = AttackBudget(.linf, radius)
        let far = try budget.projected(images + 1, around: images)
        let changes = try (EightBits.rounded(far) - images).abs().rowMaxima().doubles()
        #expect(changes.allSatisfy { $0 <= radius + 1e-6 && $0 > radius - 1.0 / 255 })
        // Away from 0 and 1, which would cut perturbations; and in all directions.
        let grey = try EightBits.rounded(images * 0.5 + 0.25)
        let ball = AttackBudget(.l2, 20 * radius)
        var stream = RandomStream(seed: 7, purpose: "directions")
        let norms = try (0..<4).flatMap { _ -> [Double] in
            let noise = try Tensor(stream.uniforms(grey.count, in: -1...1), shape: grey.shape)
            let found = try EightBits.rounded(ball.projected(grey + noise, around: grey))
            return try (found - grey).rowNorms().doubles()
        }
        // By the law of errors one in a thousand is beyond it.
        #expect(norms.count { $0 > ball.radius } <= 1, "\(norms)")
        #expect(norms.allSatisfy { $0 > 0.95 * ball.radius && $0 < 1.01 * ball.radius })
        #expect(AttackBudget(.linf, 0.3).widened(by: 8) == AttackBudget(.linf, 1))
        #expect(ball.widened(by: 2) == AttackBudget(.l2, 40 * radius))
    }

    @Test("of the paper's networks the surer decides, and their sum or the larger is led down")
    func surer() throws {
        let sentry = try sentry(.paper, guarding: network)
        let parts = detectors(of: sentry)
        func asked(_ watch: GuardUnderAttack.Watch) throws -> (logOdds: [Float], gradient: Tensor) {
            let subject = try GuardUnderAttack(network, watchedBy: watch, sharpness: 3)
            return try Gradient.recording {
                let watched = try images.watched()
                let answer = try subject.answer(for: watched, draws: [streams()])
                let gradient = try #require(
                    try Gradient.of([answer.logOdds], towards: [watched])[0])
                return (try answer.logOdds.detached().floats(), try gradient.detached())
            }
        }
        func expect(_ found: Tensor, near expected: Tensor) throws {
            let (errors, lengths) = try (
                (found - expected).rowNorms().floats(), expected.rowNorms().floats()
            )
            #expect(lengths.allSatisfy { $0 > 0 })
            #expect(zip(errors, lengths).allSatisfy { $0 < 1e-3 * $1 })
        }
        let (org, sen) = try (asked(.detectors([parts[0]])), asked(.detectors([parts[1]])))
        let sum = try asked(.detectors(parts, following: .sum))
        let larger = try asked(.detectors(parts))
        let verdicts = try sentry.inspect(images, recovery: .ofNone).verdicts
        for found in [sum, larger] {
            #expect(
                zip(found.logOdds, verdicts)
                    .allSatisfy { abs($0 - $1.logOdds) < 1e-3 * max(1, abs($0)) })
        }
        try expect(sum.gradient, near: org.gradient + sen.gradient)
        let orgIsLarger = try Tensor(zip(org.logOdds, sen.logOdds).map { $0 > $1 })
        try expect(
            larger.gradient, near: .chosen(where: orgIsLarger, org.gradient, sen.gradient))
    }

    private func detectors(of sentry: Guard) -> [Detector] {
        switch sentry.detection {
        case .paper(let org, let sen): [org, sen]
        case .universal: []
        }
    }

    @Test("the logarithmic map is followed where there is hardly any sensitivity, not led astray")
    func logMap() throws {
        let map = try Tensor([Float(1), 0.5, 1e-6, 0], shape: [1, 1, 2, 2])
        func logMap(_ gradient: Tensor) throws -> Tensor {
            try InputSensitivity(
                MarginGradient(gradient: gradient, margin: .zeros([1]), logits: .zeros([1, 2]))
            ).logMap()
        }
        let (value, gradient) = try Gradient.valueAndGradient(at: map) { try logMap($0) }
        #expect(try value.floats() == logMap(map).floats())
        let slopes = try gradient.floats()
        #expect(abs(slopes[1] - 0.5 / 0.251) < 1e-3)
        #expect(abs(slopes[2] - 1e-3) < 1e-5 && slopes[3] == 0)
    }

    // MARK: The paper's white-box attacks

    /// The paper's guard, each of its networks a little above even odds on clean images.
    private func alarmed() throws -> Guard {
        let sentry = try sentry(.paper, guarding: network)
        let sensitivity = try network.inputSensitivity(of: images)
        for detector in detectors(of: sentry) {
            let logit = try detector.judge(images: images, sensitivity: sensitivity).logit
            let excess = try Float(logit.mean().item()) - 1
            for (name, value) in detector.network.state where name == "classifier.bias" {
                try value.assign(value - Tensor([0, excess]))
            }
        }
        return sentry
    }

    private func whiteBox(
        _ attack: PaperAttack, _ goal: Goal, past sentry: Guard?
    ) throws -> (found: Tensor, passes: [Int]) {
        let subjects = try (sentry == nil ? [] : [10.0, 30]).map { sharpness in
            try GuardUnderAttack(
                network, watchedBy: .detectors(sentry.map(detectors(of:)) ?? []),
                sharpness: sharpness)
        }
        var choices = PaperChoices(for: shape)
        choices.epsilon = 0.3
        choices.pgdStepSize = 0.02
        let meter = AttackMeter(count: 6)
        let search = WhiteBoxAttack(
            attack: attack, choices: choices, images: images, goal: goal,
            seeds: ImageSeeds(seed: 0, range: 0..<6), meter: meter)
        return (try search.search(past: subjects, classifier: network), meter.forward)
    }

    @Test(
        "a targeted attack on L + 1 classes succeeds where f says the target and the guard benign")
    func targeted() throws {
        let sentry = try alarmed()
        let labels = try network.predictions(for: images).ints()
        let targets = labels.map { ($0 + 1) % 3 }
        let goal = Goal.targeted(try Targets(targets))
        let (found, passes) = try whiteBox(.pgdT, goal, past: sentry)
        let joint = JointClassifier(
            [
                try GuardUnderAttack(
                    network, watchedBy: .detectors(detectors(of: sentry)), sharpness: 30)
            ], threshold: 0)
        let reached = try goal.isReached(in: joint.logits(of: found)).bools()
        let verdicts = try sentry.inspect(found, recovery: .ofNone).verdicts
        #expect(reached.contains(true))
        // Not so near to the boundary that rounding decides.
        for image in reached.indices where abs(verdicts[image].logOdds) > 1e-3 {
            let isSilent = verdicts[image].logOdds < 0
            #expect(reached[image] == (isSilent && verdicts[image].label == targets[image]))
        }
        let (_, alone) = try whiteBox(.pgdT, goal, past: nil)
        #expect(passes == alone)
    }

    @Test("what L + 1 classes are made of can be told from them")
    func parts() throws {
        let subject = try GuardUnderAttack(alarmed(), sharpness: 30)
        let logits = try JointClassifier([subject], threshold: 0.5).logits(of: images)
        #expect(logits.shape == [6, 4])
        let parts = try JointClassifier.parts(of: logits)
        let (excess, expected) = try (
            parts.excess.floats(), subject.values(for: images, draws: []).logOdds.floats()
        )
        #expect(zip(excess, expected).allSatisfy { abs($0 - ($1 - 0.5)) < 1e-3 * max(1, abs($1)) })
        #expect(
            try parts.logits.argmax(1).ints() == network.predictions(for: images).ints())
    }

    @Test(
        "DeepFool's second stage ends where f is wrong and the guard silent, and its passes count")
    func deepFool() throws {
        let sentry = try alarmed()
        let labels = try network.predictions(for: images).ints()
        let goal = Goal.untargeted(try Labels(labels))
        let (first, alone) = try whiteBox(.deepFoolU, goal, past: nil)
        let (found, passes) = try whiteBox(.deepFoolU, goal, past: sentry)
        #expect(zip(passes, alone).allSatisfy { $0 > $1 })
        let verdicts = try sentry.inspect(found, recovery: .ofNone).verdicts
        // What never is stays as the first stage left it.
        let moved = try (found - first).rowNorms().floats().map { $0 > 0 }
        #expect(moved.contains(true))
        for image in moved.indices where moved[image] {
            #expect(verdicts[image].label != labels[image] && verdicts[image].logOdds < 1e-3)
        }
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
        let models = try images.rows([1, 2, 3, 4, 5, 0])
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
