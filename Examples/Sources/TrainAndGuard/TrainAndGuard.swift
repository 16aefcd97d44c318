import Foundation
import GRED
import GREDAttacks
import GREDClassifiers
import GREDImages
import GREDLaboratory

/// From nothing to a guard: trains a classifier on generated digits and a guard for it, saves the
/// guard as a bundle, and lets the bundle judge what an attack makes of unseen images.
///
/// The sizes are far too small for the figures to mean anything.
@main struct TrainAndGuard {
    static func main() throws {
        let folder = URL(filePath: CommandLine.arguments.dropFirst().first ?? "digits")
        let bench = Workbench(
            store: StageStore(folder.appending(component: "stages")), seed: 0, command: "example")
        let digits = HandDrawnDigits.make(count: 3_000, seed: 0)
        let unseen = HandDrawnDigits.make(count: 200, seed: 1)
        let sets = try FourSets(train: digits, test: unseen, fit: 2_400, guard: 600, calibrate: 0)
        func plan(epochs: Int) -> TrainingPlan {
            TrainingPlan(
                epochs: epochs, batchSize: 32, learningRate: .oneCycle(peak: 2e-3, warmUp: 0.3),
                weightDecay: 0.05, seed: bench.seed)
        }

        let classifier = try ClassifierTraining(
            description: .init(
                architecture: Architecture(.vgg11, width: 0.25), inputShape: digits.shape,
                classNames: digits.classNames), plan: plan(epochs: 3)
        ).run(on: sets.fit, bench: bench)
        print("the classifier is right on", try Accuracy.of(classifier, on: sets.test).formatted())

        let small = Architecture(.vgg11, width: 0.125)
        let sentry = try GuardTraining(
            families: [
                [AttackPlan(FGSM(epsilon: 0.3), count: 200)],
                [AttackPlan(DDN(steps: 30), count: 200)],
            ],
            method: .paper(
                org: DetectorTraining(reading: .image, architecture: small, plan: plan(epochs: 6)),
                sen: DetectorTraining(
                    reading: .sensitivity(.logarithmic), architecture: small,
                    plan: plan(epochs: 6))),
            rectifier: RectifierTraining(
                masking: RandomisedMasking(alpha: 0.2), plan: plan(epochs: 3), copies: 4)
        ).run(for: classifier, on: sets.guard, bench: bench)
        let bundle = folder.appending(component: "guard")
        try GuardBundle.write(
            sentry, training: ["On far too few digits."], madeBy: "TrainAndGuard", to: bundle)

        let experiment = AttackExperiment(
            classifier: classifier, classifierHash: try classifier.contentHash(), bench: bench)
        let attacked = try experiment.run(
            AttackPlan(DDN(steps: 30), count: 40),
            on: experiment.correctlyClassified(sets.test, count: 40))
        try attacked.save(to: folder.appending(component: "attacked.safetensors"))
        let verdicts = try GuardBundle.read(bundle).inspect(attacked.rounded).verdicts
        let seen = attacked.survivors.filter { verdicts[$0].isAdversarial }.count
        print("ddn fools it \(attacked.survivors.count) times; the guard sees \(seen) of them")
    }
}
