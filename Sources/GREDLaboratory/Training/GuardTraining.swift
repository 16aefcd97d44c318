import Foundation
import GRED
import GREDAttacks
import GREDClassifiers
import GREDImages
import LibTorch

/// Trains a whole guard for a classifier: attacks `guard` images, trains both detectors on what
/// succeeded, and fine-tunes the rectifier.
public struct GuardTraining {
    /// What the detectors train on.
    public var attacks: [AttackPlan]
    public var org: DetectorTraining
    public var sen: DetectorTraining
    public var rectifier: RectifierTraining
    public var seed: UInt64

    public init(
        attacks: [AttackPlan], org: DetectorTraining, sen: DetectorTraining,
        rectifier: RectifierTraining, seed: UInt64
    ) {
        self.attacks = attacks
        self.org = org
        self.sen = sen
        self.rectifier = rectifier
        self.seed = seed
    }

    public func run(
        for classifier: NetworkClassifier, on set: ImageSet, store: StageStore,
        progress: any WorkObserver
    ) throws -> Guard {
        let hash = try classifier.contentHash()
        let experiment = AttackExperiment(
            classifier: classifier, classifierHash: hash, store: store, seed: seed)
        let images = try experiment.correctlyClassified(
            set, count: attacks.map(\.count).max() ?? 0)
        let records = try attacks.map {
            try experiment.run($0, on: images, progress: progress)
        }
        let examples = try DetectorExamples(of: records, classifier: classifier)
        let scope = Scope(
            classifier: hash, images: images.contentHash,
            attacks: attacks.map {
                Scope.Attack(
                    settings: AnyEncodable($0.attack), name: $0.attack.name,
                    isTargeted: $0.isTargeted, count: $0.count)
            },
            seed: seed, threads: Engine.threadCount, torch: Engine.loadedVersion)

        let org = try detector(org, "detector-org", examples, scope, classifier, store, progress)
        let sen = try detector(sen, "detector-sen", examples, scope, classifier, store, progress)
        let rectifier = try rectify(classifier, records, scope, store, progress)
        return Guard(classifier: classifier, org: org, sen: sen, rectifier: rectifier)
    }

    /// What every stage here depends on.
    private struct Scope: Encodable {
        struct Attack: Encodable {
            var settings: AnyEncodable
            var name: String
            var isTargeted: Bool
            var count: Int
        }
        var version = 1
        var classifier: String
        var images: String
        var attacks: [Attack]
        var seed: UInt64
        var threads: Int
        var torch: String
    }

    private struct DetectorConfiguration: Encodable {
        var scope: Scope
        var reading: Detector.Reading
        var architecture: Architecture
        var plan: TrainingPlan
    }

    private func detector(
        _ training: DetectorTraining, _ name: String, _ examples: DetectorExamples, _ scope: Scope,
        _ classifier: any Classifier, _ store: StageStore, _ progress: any WorkObserver
    ) throws -> Detector {
        let configuration = DetectorConfiguration(
            scope: scope, reading: training.reading, architecture: training.architecture,
            plan: training.plan)
        return try store.result(
            of: name, configuration,
            make: { folder in
                let checkpoint = folder.appending(component: "checkpoint.safetensors")
                let detector = try training.run(
                    on: examples, imageShape: classifier.inputShape, checkpoint: checkpoint,
                    identity: try ContentKey.of(configuration), progress: progress)
                try detector.save(to: folder, named: "detector")
                try? FileManager.default.removeItem(at: checkpoint)
            },
            read: { try Detector(folder: $0, named: "detector") })
    }

    private struct RectifierConfiguration: Encodable {
        var scope: Scope
        var masking: RandomisedMasking
        var plan: TrainingPlan
    }

    private func rectify(
        _ classifier: NetworkClassifier, _ records: [AttackRecord], _ scope: Scope,
        _ store: StageStore, _ progress: any WorkObserver
    ) throws -> Rectifier {
        let configuration = RectifierConfiguration(
            scope: scope, masking: rectifier.masking, plan: rectifier.plan)
        let tuned = try store.result(
            of: "rectifier", configuration,
            make: { folder in
                let parts = records.filter { !$0.survivors.isEmpty }
                let images = try Tensor.concatenated(
                    parts.map { try $0.rounded.rows($0.survivors) })
                let labels = parts.flatMap { record in record.survivors.map { record.labels[$0] } }
                let checkpoint = folder.appending(component: "checkpoint.safetensors")
                let tuned = try rectifier.run(
                    classifier, images: images,
                    sensitivity: classifier.inputSensitivity(ofMany: images), labels: labels,
                    checkpoint: checkpoint, identity: try ContentKey.of(configuration),
                    progress: progress)
                try tuned.save(to: folder)
                try? FileManager.default.removeItem(at: checkpoint)
            },
            read: NetworkClassifier.init(folder:))
        return Rectifier(network: tuned, masking: rectifier.masking, copies: rectifier.copies)
    }
}
