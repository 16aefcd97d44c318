import Foundation
import GRED
import GREDAttacks
import GREDClassifiers
import GREDImages
import LibTorch

extension Recipe {
    /// What a run leaves: the guard and what it was measured to do.
    public struct Outcome {
        /// The guard, on the bench's device, under the published key.
        public var sentry: Guard
        /// What the guard was measured to do on the recipe's test images.
        public var findings: GuardEvaluation.Findings
    }

    /// From data to findings: trains a classifier, trains its guard, and measures both.
    /// - Parameter bench: where, from which seed and on which device to work.
    public func run(on data: DataSet, bench: Workbench) throws -> Outcome {
        let classifier = try train(on: data, bench: bench)
        let sentry = try protect(classifier, data: data, bench: bench)
        return Outcome(
            sentry: sentry, findings: try evaluate(sentry, of: classifier, on: data, bench: bench))
    }

    /// Trains the classifier on `fit`.
    public func train(on data: DataSet, bench: Workbench) throws -> NetworkClassifier {
        let set = data.sets.fit.prefix(fit)
        return try ClassifierTraining(
            description: NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: classifierWidth),
                inputShape: set.shape, classNames: set.classNames),
            plan: plan(epochs: classifierEpochs, seed: bench.seed),
            augmentation: data.augmentation
        ).run(on: set, bench: bench)
    }

    /// Trains the guard on `guard`.
    public func protect(_ classifier: any TunableClassifier, data: DataSet, bench: Workbench) throws
        -> Guard
    {
        for warning in try warnings(of: classifier, on: data, bench: bench) {
            bench.observer.say("warning: \(warning)")
        }
        return try guardTraining(shape: classifier.inputShape, seed: bench.seed)
            .run(for: classifier, on: data.sets.guard.prefix(guardImages), bench: bench)
    }

    /// Measures the guard on `test`, with thresholds from `calibrate`.
    public func evaluate(
        _ sentry: Guard, of classifier: any TunableClassifier, on data: DataSet, bench: Workbench
    ) throws -> GuardEvaluation.Findings {
        let shape = classifier.inputShape
        return try GuardEvaluation(
            sentry, classifier: classifier, precision: precision, mirrors: data.augmentation.flips
        ).run(
            attacks: attacks(testAttacks, shape: shape),
            trainedOn: Set(attacks(trainingAttacks, shape: shape).map(\.title)),
            test: data.sets.test.prefix(test), calibrate: data.sets.calibrate.prefix(calibrate),
            notes: data.notes + allNotes + warnings(of: classifier, on: data, bench: bench),
            bench: bench)
    }

    /// How the guard was trained, a sentence each, for its bundle.
    public func trainingDescription(
        of classifier: any TunableClassifier, on data: DataSet, bench: Workbench
    ) throws -> [String] {
        let attacks = try attacks(trainingAttacks, shape: data.sets.guard.shape)
            .map { "\($0.title) on \($0.count) images" }.joined(separator: ", ")
        return try [
            "Detectors and rectifier trained on \(data.sets.guard.name): \(attacks).",
            "Profile \(name), seed \(bench.seed).",
        ] + data.notes + warnings(of: classifier, on: data, bench: bench)
    }

    /// What must be known of the images that a guard is made with, besides what the data itself says.
    private func warnings(
        of classifier: any TunableClassifier, on data: DataSet, bench: Workbench
    ) throws -> [String] {
        try Familiarity.warnings(
            of: classifier, guarding: data.sets.guard.prefix(guardImages), test: data.sets.test,
            bench: bench)
    }

    private func guardTraining(shape: ImageShape, seed: UInt64) throws -> GuardTraining {
        let architecture = Architecture(.vgg11, width: detectorWidth)
        return GuardTraining(
            families: [try attacks(trainingAttacks, shape: shape)],
            method: .paper(
                org: DetectorTraining(
                    reading: .image, architecture: architecture,
                    plan: plan(
                        epochs: detectorEpochs, seed: seed, labelSmoothing: orgLabelSmoothing)),
                sen: DetectorTraining(
                    reading: .sensitivity(.logarithmic), architecture: architecture,
                    plan: plan(epochs: detectorEpochs, seed: seed))),
            rectifier: RectifierTraining(
                masking: RandomisedMasking(alpha: alpha),
                // It starts from the classifier's weights, which a higher rate would forget.
                plan: plan(epochs: rectifierEpochs, peak: 5e-4, seed: seed), copies: copies),
            precision: precision)
    }

    private func plan(
        epochs: Int, peak: Double = 2e-3, seed: UInt64, labelSmoothing: Double = 0
    ) -> TrainingPlan {
        TrainingPlan(
            epochs: epochs, batchSize: batchSize,
            learningRate: .oneCycle(peak: peak, warmUp: 0.3), weightDecay: 0.05,
            labelSmoothing: labelSmoothing, precision: precision, seed: seed)
    }
}
