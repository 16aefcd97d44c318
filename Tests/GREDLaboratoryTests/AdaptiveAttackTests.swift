import GRED
import GREDAttacks
import LibTorch
import Testing

@testable import GREDClassifiers
@testable import GREDLaboratory

@Suite("An attack that knows the guard")
struct AdaptiveAttackTests {
    private let audited: AuditedGuard
    private var images: Tensor { audited.images }
    private var network: NetworkClassifier { audited.network }

    init() throws { audited = try AuditedGuard() }

    @Test(
        "calms the detector more than an attack does that does not know it",
        arguments: [AuditedGuard.Kind.universal, .paper])
    func search(kind: AuditedGuard.Kind) throws {
        let sentry = try audited.sentry(kind, guarding: network)
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
                images, towards: goal, against: audited.sentry(.paper, guarding: network),
                models: models,
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

    @Test(
        "goes for the least of the thresholds, in whatever order",
        arguments: [
            AdaptiveAttack.Strategy.lagrangian, .recovery,
        ])
    func thresholds(strategy: AdaptiveAttack.Strategy) throws {
        let sentry = try audited.sentry(.paper, guarding: network)
        let goal = try Goal.untargeted(Labels(network.predictions(for: images)))
        let found = try [[2.0, -2], [-2, 2]].map { thresholds in
            try AdaptiveAttack(strategy, AttackBudget(.l2, 4), steps: 8, draws: 1).search(
                images, towards: goal, against: sentry, models: images, thresholds: thresholds,
                seeds: ImageSeeds(seed: 0, range: 0..<6))
        }
        #expect(try found[0].floats() == found[1].floats())
    }

    @Test("features are matched only where a classifier shows them")
    func strategies() throws {
        let all = AdaptiveAttack.Strategy.allCases
        #expect(AdaptiveAttack.Strategy.all(for: network) == all)
        let flat = try LinearClassifier(shape: audited.shape)
        #expect(
            AdaptiveAttack.Strategy.all(for: flat) == all.filter { $0 != .featureMatching })
    }

    @Test("leads the label astray that the guard gives back")
    func recovery() throws {
        let sentry = try audited.sentry(.paper, guarding: network)
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
        let plain = try audited.sentry(.universal, guarding: network)
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
                name: "any", fooled: fooled, wrong: fooled.map { [$0, $0] },
                wrongAsDeployed: fooled.map { [$0, $0] }, scores: scores,
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

    @Test(
        "finds for an image what it finds for it among others",
        arguments: AdaptiveAttack.Strategy.allCases)
    func alone(strategy: AdaptiveAttack.Strategy) throws {
        let sentry = try audited.sentry(.universal, guarding: network)
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
