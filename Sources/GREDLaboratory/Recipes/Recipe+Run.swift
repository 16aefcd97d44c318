import Foundation
import GRED
import GREDAttacks
import GREDClassifiers
import GREDImages
import LibTorch

extension Recipe {
    /// From data to findings: trains a classifier, trains its guard, and measures both.
    public func run(
        train: ImageSet, test: ImageSet, seed: UInt64, store: StageStore, command: String,
        progress: any WorkObserver
    ) throws -> GuardEvaluation.Findings {
        let sets = try FourSets(
            train: train, test: test, fit: fit, guard: guardImages, calibrate: calibrate,
            seed: seed)
        let classifier = try classifierTraining(for: train, seed: seed)
            .run(on: sets.fit, store: store, progress: progress)
        let training = try guardTraining(shape: train.shape, seed: seed)
        let sentry = try training.run(
            for: classifier, on: sets.guard, store: store, progress: progress)

        let clean = sets.test.prefix(self.test)
        let provenance = EvaluationReport.Provenance(
            command: command, seed: seed, classifier: try classifier.contentHash(),
            testImages: clean.contentHash, libtorch: Engine.loadedVersion,
            threads: Engine.threadCount, notes: notes)
        return try GuardEvaluation(sentry, classifier: classifier).run(
            attacks: attacks(testAttacks, shape: train.shape),
            trainedOn: Set(training.attacks.map(\.title)), test: clean, calibrate: sets.calibrate,
            store: store, provenance: provenance, progress: progress)
    }

    func classifierTraining(for set: ImageSet, seed: UInt64) throws -> ClassifierTraining {
        ClassifierTraining(
            description: NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: classifierWidth),
                inputShape: set.shape, classNames: set.classNames),
            plan: TrainingPlan(
                epochs: classifierEpochs, learningRate: .oneCycle(peak: 2e-3, warmUp: 0.3),
                weightDecay: 0.05, seed: seed))
    }

    func guardTraining(shape: ImageShape, seed: UInt64) throws -> GuardTraining {
        func plan(_ epochs: Int) -> TrainingPlan {
            TrainingPlan(
                epochs: epochs, learningRate: .oneCycle(peak: 2e-3, warmUp: 0.3),
                weightDecay: 0.05, seed: seed)
        }
        let architecture = Architecture(.vgg11, width: detectorWidth)
        return GuardTraining(
            attacks: try attacks(trainingAttacks, shape: shape),
            org: DetectorTraining(
                reading: .image, architecture: architecture, plan: plan(detectorEpochs)),
            sen: DetectorTraining(
                reading: .sensitivity(.logarithmic), architecture: architecture,
                plan: plan(detectorEpochs)),
            rectifier: RectifierTraining(
                masking: RandomisedMasking(alpha: alpha), plan: plan(rectifierEpochs),
                copies: copies),
            seed: seed)
    }
}
