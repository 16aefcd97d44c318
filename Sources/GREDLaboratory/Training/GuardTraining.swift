import Foundation
import GRED
import GREDAttacks
import GREDClassifiers
import GREDImages
import LibTorch

/// Trains a whole guard for a classifier: attacks `guard` images, trains what detects on what
/// succeeded, and fine-tunes the rectifier.
public struct GuardTraining {
    /// What the detectors train on, family by family. Each attack of a family has images of its own;
    /// families share images where there are too few.
    public var families: [[AttackPlan]]
    /// Those among the attacks, by title, that nothing trains on. Their images stay theirs, so that a
    /// guard without a family has the others' images and attacks in common with the whole guard.
    public var leftOut: Set<String> = []
    /// What detects, and how it is trained.
    public var method: Method
    /// How the rectifier is tuned, on the images that the attacks turned.
    public var rectifier: RectifierTraining
    /// What the rectifier alone is tuned on besides.
    public var supplement: Supplement?
    /// Clean images that nothing trains on, to which a universal detector's alarm is fitted; nil for a detector
    /// without one.
    public var clean: ImageSet?
    /// What attacks search in; what they claim is judged in float32.
    public var precision: Precision

    /// What a guard detects with.
    public enum Method: Sendable {
        /// The paper's two networks: CNN_org, which reads the image, and CNN_sen, which reads the input
        /// sensitivity.
        case paper(org: DetectorTraining, sen: DetectorTraining)
        /// One detector for all attacks.
        case universal(UniversalTraining)
    }

    /// Images that the classifier may have been trained on, and attacks on them.
    ///
    /// More images make a better rectifier. What detects must not see these: their sensitivities are
    /// others than those of images that are new to the classifier.
    public struct Supplement: Sendable {
        /// Such as the set that trained the classifier.
        public var images: ImageSet
        /// As ``GuardTraining/families``.
        public var families: [[AttackPlan]]

        /// Names both.
        public init(images: ImageSet, families: [[AttackPlan]]) {
            self.images = images
            self.families = families
        }
    }

    /// Names all stages of the training.
    /// - Parameters:
    ///   - families: each attack of a family is given images of its own.
    ///   - precision: what attacks search in.
    public init(
        families: [[AttackPlan]], method: Method, rectifier: RectifierTraining,
        precision: Precision = .float32
    ) {
        self.families = families
        self.method = method
        self.rectifier = rectifier
        self.precision = precision
    }

    /// - Parameter set: images that the classifier was not trained on.
    public func run(
        for classifier: some TunableClassifier, on set: ImageSet, bench: Workbench
    ) throws -> Guard {
        let hash = try classifier.contentHash()
        let (turned, scope) = try attacked(
            set, by: families, of: classifier, hash: hash, bench: bench)
        switch method {
        case .paper(let org, let sen):
            return Guard(
                classifier: classifier,
                detection: try detection(org, sen, turned, scope, classifier, bench),
                rectifier: try rectify(classifier, turned, scope, bench).rectifier)
        case .universal(let training):
            // How far each way back can be trusted is fitted on images that nothing else was trained on.
            let parts = turned.map { $0.parted(every: Self.heldOut) }
            let tuning = parts.map(\.rest)
            let detector = try alarmed(
                detector(training, tuning, scope, classifier, bench), classifier, bench)
            let (rectifier, configuration) = try rectify(
                classifier, tuning, scope, bench, heldOut: Self.heldOut)
            let sentry = Guard(
                classifier: classifier, detection: .universal(detector), rectifier: rectifier)
            return Guard(
                classifier: classifier, detection: sentry.detection, rectifier: rectifier,
                chooser: try chooser(
                    sentry, training, detector.description.alarm, configuration,
                    parts.map(\.part), bench))
        }
    }

    /// What each attack turned, in the order of the families, and what that depends on.
    package func attacked(
        _ set: ImageSet, by families: [[AttackPlan]], of classifier: any Classifier,
        hash: String, bench: Workbench
    ) throws -> (turned: [TurnedSet], scope: Scope) {
        let experiment = AttackExperiment(
            classifier: classifier, classifierHash: hash, bench: bench, precision: precision)
        let images = try experiment.correctlyClassified(
            set, count: families.joined().map(\.count).reduce(0, +))
        let shares = ImageShares(of: families.map { $0.map(\.count) }, among: images.count)
        let attacks = zip(families.joined(), shares.places).filter { plan, places in
            !places.isEmpty && !leftOut.contains(plan.title)
        }
        let turned = try experiment.turned(
            by: attacks.map { (plan: $0, places: $1) }, of: images)
        let scope = Scope(
            classifier: hash, images: try images.contentHash,
            attacks: families.joined().filter { !leftOut.contains($0.title) }.map {
                Scope.Attack(
                    settings: AnyEncodable($0.attack), name: $0.attack.name,
                    isTargeted: $0.isTargeted, count: $0.count)
            },
            seed: bench.seed, conditions: bench.conditions)
        return (turned, scope)
    }

    /// One image of so many is held out for the chooser.
    private static let heldOut = 5

    /// What every stage here depends on.
    package struct Scope: Encodable {
        struct Attack: Encodable {
            var settings: AnyEncodable
            var name: String
            var isTargeted: Bool
            var count: Int
        }
        var version = 2
        var classifier: String
        var images: String
        var attacks: [Attack]
        var seed: UInt64
        var conditions: Workbench.Conditions
    }

    private func detection(
        _ org: DetectorTraining, _ sen: DetectorTraining, _ turned: [TurnedSet],
        _ scope: Scope, _ classifier: any Classifier, _ bench: Workbench
    ) throws -> Detection {
        // Made when the first detector that is not in the store asks for them.
        var made: DetectorExamples?
        func examples() throws -> DetectorExamples {
            if let made { return made }
            let new = try DetectorExamples(
                of: turned.map { try $0.inMemory() }, classifier: classifier,
                observer: bench.observer)
            made = new
            return new
        }
        return .paper(
            org: try detector(org, "detector-org", examples, scope, classifier, bench),
            sen: try detector(sen, "detector-sen", examples, scope, classifier, bench))
    }

    private struct ExamplesConfiguration: Encodable {
        var version = 3
        var scope: Scope
        var negatives = Negatives()
        var forgeries: Forgeries?
        var noise: NoisyCopies
        var readsMap: Bool
    }

    private struct UniversalConfiguration: Encodable {
        var version = 2
        var examples: ExamplesConfiguration
        var width: Int
        var flips: Bool
        var plan: TrainingPlan
    }

    private func detector(
        _ training: UniversalTraining, _ turned: [TurnedSet], _ scope: Scope,
        _ classifier: any Classifier, _ bench: Workbench
    ) throws -> UniversalDetector {
        let configuration = UniversalConfiguration(
            examples: ExamplesConfiguration(
                scope: scope, forgeries: training.forgeries, noise: training.noise,
                readsMap: training.readsMap),
            width: training.width, flips: training.flips, plan: training.plan)
        return try bench.result(
            of: "detector-universal", configuration,
            make: { folder in
                let checkpoint = folder.appending(component: "checkpoint.safetensors")
                let detector = try training.run(
                    on: examples(configuration.examples, turned, classifier, bench),
                    imageShape: classifier.inputShape, checkpoint: checkpoint,
                    identity: try ContentKey.of(configuration), bench: bench)
                try detector.save(to: folder, named: "detector")
                try? FileManager.default.removeItem(at: checkpoint)
            },
            read: { folder in
                let detector = try UniversalDetector(folder: folder, named: "detector")
                try detector.network.move(to: bench.device)
                return detector
            })
    }

    /// The same detector with an alarm that fits it, where there are the images for it.
    private func alarmed(
        _ detector: UniversalDetector, _ classifier: any Classifier, _ bench: Workbench
    ) throws -> UniversalDetector {
        guard let clean else { return detector }
        var description = detector.description
        description.alarm = try NearnessAlarm(
            for: detector, on: clean, in: classifier, observer: bench.observer)
        return UniversalDetector(description, network: detector.network)
    }

    /// What is read is a stage of its own, which detectors of other widths and epochs share.
    private func examples(
        _ configuration: ExamplesConfiguration, _ turned: [TurnedSet],
        _ classifier: any Classifier, _ bench: Workbench
    ) throws -> UniversalExamples {
        let name = "readings.safetensors"
        let images = try ExampleImages(
            of: turned, negatives: configuration.negatives, forging: configuration.forgeries,
            seed: bench.seed, in: bench.store.folder)
        let readings = try bench.result(
            of: "readings", configuration,
            make: {
                try ExampleReadings(
                    of: images.set, noise: configuration.noise, readsMap: configuration.readsMap,
                    in: classifier, observer: bench.observer
                ).save(to: $0.appending(component: name))
            },
            read: {
                try ExampleReadings(file: $0.appending(component: name), device: bench.device)
            })
        return UniversalExamples(images: images, readings: readings)
    }

    private struct DetectorConfiguration: Encodable {
        var version = 2
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

    private struct ChooserConfiguration: Encodable {
        var version = 5
        var universal: UniversalTraining
        var alarm: NearnessAlarm?
        var rectifier: RectifierConfiguration
        var copies: Int
        var training: ChooserTraining
    }

    private func chooser(
        _ sentry: Guard, _ universal: UniversalTraining, _ alarm: NearnessAlarm?,
        _ rectifying: RectifierConfiguration, _ turned: [TurnedSet], _ bench: Workbench
    ) throws -> RecoveryChooser? {
        guard turned.contains(where: { $0.count > 0 }) else { return nil }
        let training = ChooserTraining(seed: bench.seed)
        let configuration = ChooserConfiguration(
            universal: universal, alarm: alarm, rectifier: rectifying,
            copies: rectifier.copies, training: training)
        return try bench.result(
            of: "chooser", configuration,
            make: { folder in
                let chooser = try training.run(sentry, on: turned, bench: bench)
                try Safetensors.write(
                    chooser.network.state, to: folder.appending(component: "chooser.safetensors"))
                try AtomicFile.write(
                    JSONEncoder().encode(chooser.standardisation),
                    to: folder.appending(component: "evidence.json"))
            },
            read: { folder in
                let file = folder.appending(component: "chooser.safetensors")
                let chooser = try RecoveryChooser(
                    JSONDecoder().decode(
                        Standardisation.self,
                        from: Data(contentsOf: folder.appending(component: "evidence.json"))),
                    strengths: sentry.detection.noiseStrengths, weights: Safetensors.read(file),
                    from: file.path)
                try chooser.network.move(to: bench.device)
                return chooser
            })
    }

    private struct RectifierConfiguration: Encodable {
        var scope: Scope
        var supplement: Scope?
        var masking: RandomisedMasking
        var augmentation: Augmentation
        var plan: TrainingPlan
        var heldOut: Int?
    }

    /// - Parameter heldOut: one of so many images was kept back; nil where none was.
    private func rectify(
        _ classifier: some TunableClassifier, _ turned: [TurnedSet], _ scope: Scope,
        _ bench: Workbench, heldOut: Int? = nil
    ) throws -> (rectifier: Rectifier, configuration: RectifierConfiguration) {
        let more = try supplement.map {
            try attacked(
                $0.images, by: $0.families, of: classifier, hash: scope.classifier, bench: bench)
        }
        let configuration = RectifierConfiguration(
            scope: scope, supplement: more?.scope, masking: rectifier.masking,
            augmentation: rectifier.augmentation, plan: rectifier.plan, heldOut: heldOut)
        let tuned = try bench.result(
            of: "rectifier", configuration,
            make: { folder in
                let all = try ImageSetWriter(
                    classifier.inputShape, classNames: classifier.classNames,
                    in: bench.store.folder)
                for some in turned + (more?.turned ?? []) { try all.append(some.adversarial) }
                let checkpoint = folder.appending(component: "checkpoint.safetensors")
                let tuned = try rectifier.run(
                    classifier, images: all.set(named: "attacked images"),
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
        return (
            Rectifier(network: tuned, masking: rectifier.masking, copies: rectifier.copies),
            configuration
        )
    }

    /// The weights alone: what they are put over is at hand wherever the stage is read.
    private static let tunedWeights = "classifier.safetensors"
}
