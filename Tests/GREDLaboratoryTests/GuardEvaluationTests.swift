import GRED
import GREDAttacks
import GREDClassifiers
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDLaboratory

@Suite("The figures of a guard")
struct GuardEvaluationTests {
    /// What both detectors say, whatever they see.
    enum Temper: Double, CaseIterable {
        case suspicious = 100
        case trusting = -100
        case undecided = 0
    }

    private let shape = ImageShape(channels: 1, height: 8, width: 8)
    private let classifier: NetworkClassifier
    /// 24 images, of which the classifier gets six wrong.
    private let set: ImageSet

    init() throws {
        try Engine.setThreadCount(1)
        var stream = RandomStream(seed: 3, purpose: "guard evaluation")
        let pixels = (0..<24 * shape.count).map { _ in UInt8.random(in: 0...255, using: &stream) }
        let unlabelled = try ImageSet(
            name: "noise", shape: shape, classNames: ["a", "b", "c"], pixels: pixels,
            labels: Array(repeating: 0, count: 24))
        classifier = try Self.network(shape, seed: 1)
        let images = try unlabelled.tensor()
        for _ in 0..<30 { _ = try classifier.network(images, mode: .training(Generator(seed: 1))) }
        let right = try classifier.predictions(for: images).ints()
        set = try ImageSet(
            name: "noise", shape: shape, classNames: unlabelled.classNames, pixels: pixels,
            labels: right.enumerated().map { $0 < 6 ? ($1 + 1) % 3 : $1 })
    }

    private static func network(_ shape: ImageShape, seed: UInt64) throws -> NetworkClassifier {
        try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: 1 / 32), inputShape: shape,
                classNames: ["a", "b", "c"]),
            seed: seed)
    }

    private func sentry(_ temper: Temper) throws -> Guard {
        let images = try set.tensor()
        let sensitivity = try classifier.inputSensitivity(of: images)
        func detector(_ reading: Detector.Reading, seed: UInt64) throws -> Detector {
            let detector = try Detector(
                Detector.Description(
                    reading: reading, architecture: Architecture(.vgg11, width: 1 / 32),
                    imageShape: shape,
                    standardisation: Standardisation(
                        measuring: reading.planes(images: images, sensitivity: sensitivity))),
                seed: seed)
            for (name, value) in detector.network.state where name == "classifier.bias" {
                // Its second output speaks for an adversarial image.
                try value.assign(value + Tensor([0, Float(temper.rawValue)]))
            }
            return detector
        }
        return Guard(
            classifier: classifier,
            detection: .paper(
                org: try detector(.image, seed: 3),
                sen: try detector(.sensitivity(.logarithmic), seed: 4)),
            rectifier: Rectifier(
                network: try Self.network(shape, seed: 2), masking: RandomisedMasking(alpha: 0.2),
                copies: 2))
    }

    @Test(
        "count every clean image that is rejected, those that f gets wrong among them",
        arguments: Temper.allCases)
    func figures(temper: Temper) throws {
        let sentry = try sentry(temper)
        let bench = try Workbench.inside(TemporaryFolder(), seed: 4)
        let plan = try AttackPlan(DDN(steps: 50), count: 24)
        let report = try GuardEvaluation(sentry, classifier: classifier).run(
            attacks: [plan], trainedOn: [], test: set, calibrate: set,
            corruptions: [.jpeg(quality: 75), .shift(right: 0, down: 0)], notes: [], bench: bench
        ).report

        #expect(report.cleanImages == 24 && report.baseAccuracy == 18.0 / 24)
        let clean = try sentry.inspect(set.tensor(), recovery: .ofFlagged).verdicts
        let rejected = clean.filter(\.isAdversarial).count
        #expect(report.falsePositiveRate == Double(rejected) / 24)
        let answered = zip(clean, set.labels).filter { $0.answer == $1 }.count
        #expect(report.guardedCleanAccuracy == Double(answered) / 24)

        let right = zip(clean, set.labels).filter { $0.label == $1 }
        #expect(
            report.falsePositiveRateCorrect
                == Double(right.count { $0.0.isAdversarial }) / Double(right.count))
        // A shift by nothing changes nothing.
        let changed = try #require(report.changed.last)
        #expect(changed.images == 24 && changed.flagged == report.falsePositiveRate)
        #expect(changed.accuracy == report.baseAccuracy)
        #expect(changed.guardedAccuracy == report.guardedCleanAccuracy)
        #expect(changed.accuracyInterval == report.baseAccuracyInterval)
        #expect(changed.guardedAccuracyInterval == report.guardedCleanAccuracyInterval)
        #expect(report.changed.map(\.change) == ["JPEG quality 75", "shift 0"])

        // The attack's row, from the images that it made.
        let experiment = AttackExperiment(
            classifier: classifier, classifierHash: try classifier.contentHash(), bench: bench)
        let record = try experiment.run(plan, on: set.subset(Array(6..<24)))
        let survivors = record.survivors
        #expect(survivors.count > 9)
        let benign = try sentry.inspect(
            record.originals.rows(survivors), recovery: .ofFlagged
        ).verdicts
        let adversarial = try sentry.inspect(
            record.rounded.rows(survivors), recovery: .ofAll
        ).verdicts
        let trusted = Double(benign.filter { !$0.isAdversarial }.count)
        let caught = Double(adversarial.filter(\.isAdversarial).count)
        let row = try #require(report.attacks.first)
        #expect(row.attempted == 18 && row.samples == survivors.count)
        let half = (trusted + caught) / Double(2 * survivors.count)
        #expect(abs(row.detectionAccuracy - half) < 1e-12)
        let labels = survivors.map { record.labels[$0] }
        let answers = zip(benign + adversarial, labels + labels).filter { $0.answer == $1 }.count
        #expect(row.guardedAccuracy == Double(answers) / Double(2 * survivors.count))
        #expect(row.flagged == caught / Double(survivors.count))
        #expect(row.unguardedAccuracy == 0.5)
        // The paper's guard asks the rectifier alone, and makes no noisy copies.
        let ways = try #require(row.recoveredBy)
        #expect(
            Set(ways.keys) == [
                "runner_up", "step_back", "rectifier", "descent", "masked_copies", "noisy_copies",
            ])
        #expect(ways["rectifier"] == row.recoveredAccuracy)
        #expect(row.recoveredByInterval?["rectifier"] == row.recoveredAccuracyInterval)
        #expect(report.unraisedFalsePositiveRate == nil)

        switch temper {
        case .suspicious:
            #expect(report.falsePositiveRate == 1 && row.detectionAccuracy == 0.5)
        case .trusting:
            #expect(report.falsePositiveRate == 0 && row.detectionAccuracy == 0.5)
            #expect(report.guardedCleanAccuracy == report.baseAccuracy)
            #expect(row.guardedAccuracy == 0.5)
        case .undecided: break
        }
    }
}
