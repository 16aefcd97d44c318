import GRED
import GREDAttacks
import GREDClassifiers
import GREDImages
import LibTorch

/// Every size and setting of a universal guard, from a classifier to a report: what `gred protect` and
/// `gred evaluate` do.
public struct UniversalRecipe: Sendable {
    /// The name on the command line, such as `full`.
    public var name: String
    /// Images from `guard` among which attacks find those that f gets right.
    public var guardImages: Int
    /// Clean images from `calibrate`, whose scores set the detector's alarm and the threshold.
    public var calibrate: Int
    /// Clean test images on which false positives are counted.
    public var test: Int
    /// What the guard trains on.
    public var families: [AttackFamily] = AttackFamily.allCases
    /// Images that each family's attacks are tried on together, for training: where there are too few for
    /// both families, each attacks the same ones.
    public var trainingImages: Int
    /// Images from `fit` that FGSM is tried on for the rectifier alone, and PGD on a third as many.
    public var rectifierImages = 0
    /// Images that each attack is tried on, for the report.
    public var testImages: Int

    /// Whether the detector sees the logarithmic map beside the image.
    public var readsMap = false
    /// The noisy copies that the detector asks the classifier about.
    public var noise = NoisyCopies(strengths: [0.01, 0.02, 0.05, 0.1], copies: 2)
    /// The channels of the detector's first block.
    public var width: Int
    /// Passes of the detector's training over its examples.
    public var epochs: Int
    /// Passes of the rectifier's fine-tuning over the adversarial images.
    public var rectifierEpochs: Int
    /// Images a step.
    public var batchSize = 128
    /// α of Eq. 13.
    public var alpha = 0.2
    /// K, the masked copies whose answers the rectifier averages.
    public var copies = 8
    /// The share of clean images that may be flagged.
    public var falsePositiveRate = 0.01
    /// Of the rectifier's tuning and the attacks' searches.
    public var precision: Precision
    /// What is smaller than the full thing, for the report.
    public var notes: [String] = []

    /// Some minutes.
    public static let demo = UniversalRecipe(
        name: "demo", guardImages: 5_000, calibrate: 2_000, test: 2_000, trainingImages: 2_000,
        rectifierImages: 3_000, testImages: 200, width: 16, epochs: 8, rectifierEpochs: 4,
        precision: .float32)

    /// About an hour: as good as it gets.
    public static let full = UniversalRecipe(
        name: "full", guardImages: 8_000, calibrate: 2_000, test: 10_000, trainingImages: 8_000,
        rectifierImages: 20_000, testImages: 400, width: 24, epochs: 16, rectifierEpochs: 6,
        precision: .bfloat16)

    /// Half a minute: shows that everything works, not how well.
    public static let smoke = UniversalRecipe(
        name: "smoke", guardImages: 400, calibrate: 200, test: 300, trainingImages: 150,
        rectifierImages: 60, testImages: 40, width: 8, epochs: 4, rectifierEpochs: 2,
        precision: .float32,
        notes: ["A smoke test: sizes are far too small for the figures to mean anything."])

    /// From the cheapest to the dearest.
    public static let all = [smoke, demo, full]

    /// The recipe of a name.
    public static func named(_ name: String) -> UniversalRecipe? { all.first { $0.name == name } }
}

extension UniversalRecipe {
    /// The same without noisy copies: a verdict costs little more than a pass forth and back.
    public var fast: UniversalRecipe {
        var recipe = self
        recipe.noise = .none
        return recipe
    }

    /// The same with attacks on fewer images: for a classifier that is slow, or a day that is short.
    /// - Parameter images: of which each family's attacks have so many together at most.
    public func limited(to images: Int) -> UniversalRecipe {
        var recipe = self
        recipe.trainingImages = min(trainingImages, images)
        recipe.rectifierImages = min(rectifierImages, images)
        return recipe
    }

    /// Trains the guard on `guard`, and sets its alarm and its threshold on `calibrate`.
    /// - Throws: `CalibrationFault` before anything is trained where the rate is too fine.
    public func protect(_ classifier: any TunableClassifier, data: DataSet, bench: Workbench) throws
        -> Guard
    {
        try checkRate(on: data)
        for warning in try warnings(of: classifier, on: data, bench: bench) {
            bench.observer.say("warning: \(warning)")
        }
        let clean = data.sets.calibrate.prefix(calibrate)
        let sentry = try training(for: classifier.inputShape, data: data, seed: bench.seed)
            .run(for: classifier, on: data.sets.guard.prefix(guardImages), bench: bench)
        return sentry.with(
            sentry.key,
            try Threshold(
                falsePositiveRate: falsePositiveRate,
                overRenditions: sentry.renditions(
                    of: clean, mirrored: data.augmentation.flips, observer: bench.observer),
                changed: sentry.scores(
                    of: clean, changedBy: EvaluationCells.corruptions(of: clean.shape),
                    seed: bench.seed, observer: bench.observer)))
    }

    /// - Throws: `CalibrationFault` where the images of `calibrate` cannot resolve the rate.
    func checkRate(on data: DataSet) throws {
        let count = data.sets.calibrate.prefix(calibrate).count
        _ = try Threshold(
            falsePositiveRate: falsePositiveRate, over: Array(repeating: 0, count: count))
    }

    /// What must be known of the images that a guard is made with, besides what the data itself says.
    private func warnings(
        of classifier: any TunableClassifier, on data: DataSet, bench: Workbench
    ) throws -> [String] {
        try Familiarity.warnings(
            of: classifier, guarding: data.sets.calibrate.prefix(calibrate), test: data.sets.test,
            bench: bench)
    }

    /// Measures a guard on `test`: the attacks of the families that it trained on, and harmless changes.
    public func evaluate(
        _ sentry: Guard, of classifier: any TunableClassifier, on data: DataSet, bench: Workbench
    ) throws -> GuardEvaluation.Findings {
        try evaluate(
            sentry, of: classifier, on: data, unseen: [], bench: bench)
    }

    /// Measures a guard on `test` with all there is: also attacks that no guard trains on, and, by
    /// guards that are trained for it here, each family for a guard that never saw it.
    public func evaluateFully(
        _ sentry: Guard, of classifier: any TunableClassifier, on data: DataSet, bench: Workbench
    ) throws -> GuardEvaluation.Findings {
        // Of the guards that are trained at the end: better known now than then.
        try checkRate(on: data)
        let shape = classifier.inputShape
        let unseen = try EvaluationCells.neverTrainedOn(shape: shape, count: testImages)
        try sayFullPlan(for: classifier, on: data, unseen: unseen, bench: bench)
        var findings = try evaluate(
            sentry, of: classifier, on: data, unseen: unseen, bench: bench)
        for family in AttackFamily.allCases {
            var other = self
            other.families = AttackFamily.allCases.filter { $0 != family }
            bench.observer.say(
                "a guard that never saw the family \(family.rawValue) is trained and measured")
            let blind = try other.protect(classifier, data: data, bench: bench)
            let rows = try GuardEvaluation(
                blind, classifier: classifier, precision: precision,
                mirrors: data.augmentation.flips
            )
            .rows(
                EvaluationCells.family(family, shape: shape, count: testImages), trainedOn: [],
                test: data.sets.test.prefix(test),
                calibrate: data.sets.calibrate.prefix(calibrate), bench: bench)
            findings.report.attacks += rows.map { row in
                var row = row
                row.trainedOnFamilies = other.families.map(\.rawValue)
                return row
            }
        }
        findings.report.provenance.notes.append(
            "Rows marked † are of guards that were trained for this report, with the images, epochs, α and K of the profile \(name); what they read and how wide they are is as in the guard itself."
        )
        return findings
    }

    private func evaluate(
        _ sentry: Guard, of classifier: any TunableClassifier, on data: DataSet,
        unseen: [AttackPlan], bench: Workbench
    ) throws -> GuardEvaluation.Findings {
        let shape = classifier.inputShape
        let seen = try families.flatMap {
            try EvaluationCells.family($0, shape: shape, count: testImages)
        }
        return try GuardEvaluation(
            sentry, classifier: classifier, precision: precision, mirrors: data.augmentation.flips
        ).run(
            attacks: seen + unseen, trainedOn: Set(seen.map(\.title)),
            test: data.sets.test.prefix(test), calibrate: data.sets.calibrate.prefix(calibrate),
            corruptions: EvaluationCells.corruptions(of: shape),
            notes: data.notes + notes
                + [EvaluationCells.notes(count: testImages, withUnseen: !unseen.isEmpty)]
                + warnings(of: classifier, on: data, bench: bench),
            bench: bench)
    }

    /// How the guard was trained, a sentence each, for its bundle.
    public func trainingDescription(
        of classifier: any TunableClassifier, on data: DataSet, bench: Workbench
    ) throws -> [String] {
        func list(_ plans: some Sequence<AttackPlan>) -> String {
            plans.map { "\($0.title) on \($0.count) images" }.joined(separator: "; ")
        }
        let attacks = try list(plans(for: data.sets.guard.shape))
        var sentences = [
            "Detector and rectifier trained on \(data.sets.guard.name): \(attacks)."
        ]
        if let supplement = try supplement(of: data) {
            sentences.append(
                "The rectifier alone also trained on \(supplement.images.name): \(list(supplement.families.joined()))."
            )
        }
        sentences += [
            "Clean images with noise, recompressed, blurred, shifted, lighter and darker are among the benign.",
            "Clean images with tiles of one sign, which no attack made, are among the adversarial.",
            "Profile \(name), seed \(bench.seed).",
        ]
        return try sentences + data.notes + warnings(of: classifier, on: data, bench: bench)
    }

    /// What the rectifier alone is tuned on besides; nil for a guard that is not to know its family.
    func supplement(of data: DataSet) throws -> GuardTraining.Supplement? {
        let fit = data.sets.fit.prefix(rectifierImages)
        guard families.contains(.farPast), fit.count > 0 else { return nil }
        return GuardTraining.Supplement(
            images: fit,
            families: try AttackFamily.rectifierPlans(for: fit.shape, count: rectifierImages))
    }

    /// What the guard is trained on.
    func plans(for shape: ImageShape) throws -> [AttackPlan] {
        try plans(of: families, for: shape)
    }

    func plans(of families: [AttackFamily], for shape: ImageShape) throws -> [AttackPlan] {
        try families.flatMap { try $0.trainingPlans(for: shape, count: trainingImages) }
    }

    /// What each attack of a family turned, of the images that they have in this guard's training.
    package func attacked(
        by family: AttackFamily, of classifier: any TunableClassifier, data: DataSet,
        bench: Workbench
    ) throws -> [TurnedSet] {
        var recipe = self
        recipe.families = [family]
        let training = try recipe.training(
            for: classifier.inputShape, data: data, seed: bench.seed)
        return try training.attacked(
            data.sets.guard.prefix(guardImages), by: training.families, of: classifier,
            hash: classifier.contentHash(), bench: bench
        ).turned
    }

    package func training(for shape: ImageShape, data: DataSet, seed: UInt64) throws
        -> GuardTraining
    {
        func plan(epochs: Int, peak: Double, precision: Precision) -> TrainingPlan {
            TrainingPlan(
                epochs: epochs, batchSize: batchSize,
                learningRate: .oneCycle(peak: peak, warmUp: 0.3), weightDecay: 0.05,
                precision: precision, seed: seed)
        }
        var detector = UniversalTraining(
            readsMap: readsMap, noise: noise, width: width, flips: data.augmentation.flips,
            plan: plan(epochs: epochs, peak: 2e-3, precision: .float32))
        detector.forgeries = Forgeries(
            around: AttackCatalogue.Budget.standard(for: shape).epsilon)
        var training = GuardTraining(
            families: try AttackFamily.allCases.map { try plans(of: [$0], for: shape) },
            method: .universal(detector),
            rectifier: RectifierTraining(
                masking: RandomisedMasking(alpha: alpha),
                plan: plan(epochs: rectifierEpochs, peak: 1e-3, precision: precision),
                copies: copies),
            precision: precision)
        training.rectifier.augmentation = data.augmentation
        training.supplement = try supplement(of: data)
        training.clean = data.sets.calibrate.prefix(calibrate)
        let leftOut = AttackFamily.allCases.filter { !families.contains($0) }
        training.leftOut = Set(try plans(of: leftOut, for: shape).map(\.title))
        return training
    }
}
