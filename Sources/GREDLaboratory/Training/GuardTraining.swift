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
    /// How CNN_org is trained, which reads the image.
    public var org: DetectorTraining
    /// How CNN_sen is trained, which reads the input sensitivity.
    public var sen: DetectorTraining
    /// How the rectifier is tuned, on the images that the attacks turned.
    public var rectifier: RectifierTraining
    /// What attacks search in; what they claim is judged in float32.
    public var precision: Precision

    /// Names all stages of the training.
    /// - Parameters:
    ///   - attacks: each is given images of its own.
    ///   - precision: what attacks search in.
    public init(
        attacks: [AttackPlan], org: DetectorTraining, sen: DetectorTraining,
        rectifier: RectifierTraining, precision: Precision = .float32
    ) {
        self.attacks = attacks
        self.org = org
        self.sen = sen
        self.rectifier = rectifier
        self.precision = precision
    }

    /// - Parameter set: images that the classifier was not trained on.
    public func run(
        for classifier: some TunableClassifier, on set: ImageSet, bench: Workbench
    ) throws -> Guard {
        let hash = try classifier.contentHash()
        let experiment = AttackExperiment(
            classifier: classifier, classifierHash: hash, bench: bench, precision: precision)
        let wanted = attacks.map(\.count).reduce(0, +)
        let images = try experiment.correctlyClassified(set, count: wanted)
        // Each attack has images of its own: the detectors and the rectifier see more digits that
        // way than if all attacks had taken the same ones. Where there are too few, all attacks
        // get a smaller share.
        var start = 0
        let records = try attacks.compactMap { plan -> AttackRecord? in
            let end = start + plan.count * images.count / max(wanted, 1)
            defer { start = end }
            guard end > start else { return nil }
            return try experiment.run(plan, on: images.subset(Array(start..<end)))
        }
        // Made when the first detector that is not in the store asks for them.
        var made: DetectorExamples?
        func examples() throws -> DetectorExamples {
            if let made { return made }
            let new = try DetectorExamples(
                of: records, classifier: classifier, observer: bench.observer)
            made = new
            return new
        }
        let scope = Scope(
            classifier: hash, images: images.contentHash,
            attacks: attacks.map {
                Scope.Attack(
                    settings: AnyEncodable($0.attack), name: $0.attack.name,
                    isTargeted: $0.isTargeted, count: $0.count)
            },
            seed: bench.seed, conditions: bench.conditions)

        let org = try detector(org, "detector-org", examples, scope, classifier, bench)
        let sen = try detector(sen, "detector-sen", examples, scope, classifier, bench)
        let rectifier = try rectify(classifier, records, scope, bench)
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
        var conditions: Workbench.Conditions
    }

    private struct DetectorConfiguration: Encodable {
        var scope: Scope
        var reading: Detector.Reading
        var architecture: Architecture
        var plan: TrainingPlan
    }

    private func detector(
        _ training: DetectorTraining, _ name: String, _ examples: () throws -> DetectorExamples,
        _ scope: Scope, _ classifier: any Classifier, _ bench: Workbench
    ) throws -> Detector {
        let configuration = DetectorConfiguration(
            scope: scope, reading: training.reading, architecture: training.architecture,
            plan: training.plan)
        return try bench.result(
            of: name, configuration,
            make: { folder in
                let checkpoint = folder.appending(component: "checkpoint.safetensors")
                let detector = try training.run(
                    on: examples(), imageShape: classifier.inputShape, checkpoint: checkpoint,
                    identity: try ContentKey.of(configuration), bench: bench)
                try detector.save(to: folder, named: "detector")
                try? FileManager.default.removeItem(at: checkpoint)
            },
            read: { folder in
                let detector = try Detector(folder: folder, named: "detector")
                try detector.network.move(to: bench.device)
                return detector
            })
    }

    private struct RectifierConfiguration: Encodable {
        var scope: Scope
        var masking: RandomisedMasking
        var plan: TrainingPlan
    }

    private func rectify(
        _ classifier: some TunableClassifier, _ records: [AttackRecord], _ scope: Scope,
        _ bench: Workbench
    ) throws -> Rectifier {
        let configuration = RectifierConfiguration(
            scope: scope, masking: rectifier.masking, plan: rectifier.plan)
        let tuned = try bench.result(
            of: "rectifier", configuration,
            make: { folder in
                let parts = records.filter { !$0.survivors.isEmpty }
                let images = try Tensor.concatenated(
                    parts.map { try $0.rounded.rows($0.survivors) }
                ).to(classifier.device)
                let labels = parts.flatMap { record in record.survivors.map { record.labels[$0] } }
                let checkpoint = folder.appending(component: "checkpoint.safetensors")
                let tuned = try rectifier.run(
                    classifier, images: images,
                    sensitivity: classifier.inputSensitivity(
                        ofMany: images, observer: bench.observer), labels: labels,
                    checkpoint: checkpoint, identity: try ContentKey.of(configuration),
                    bench: bench)
                try tuned.writeWeights(to: folder.appending(component: Self.tunedWeights))
                try? FileManager.default.removeItem(at: checkpoint)
            },
            read: { folder in
                let file = folder.appending(component: Self.tunedWeights)
                let tuned = try classifier.copied()
                try tuned.load(weights: Safetensors.read(file), from: file.path)
                try tuned.move(to: bench.device)
                return tuned
            })
        return Rectifier(network: tuned, masking: rectifier.masking, copies: rectifier.copies)
    }

    /// The weights alone: what they are put over is at hand wherever the stage is read.
    private static let tunedWeights = "classifier.safetensors"
}
