import Foundation
import GRED
import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages
import LibTorch

/// Measures a guard on images that neither the classifier nor the guard has seen.
public struct GuardEvaluation {
    /// The guard that is measured.
    public let sentry: Guard
    /// What is attacked: the classifier that the guard guards.
    public let classifier: any TunableClassifier
    /// What attacks search in; what they claim is judged in float32.
    public let precision: Precision
    /// Whether thresholds are set on mirrored images as well.
    public let mirrors: Bool
    /// Images inspected at once.
    public let batchSize: Int

    /// Everything that a report shows: the figures and what they were made from.
    public struct Findings {
        /// The figures, which `report.json` holds.
        public var report: EvaluationReport
        /// ln ‖S‖₂ of clean test images and of each attack's survivors (Fig. 2).
        public var logNorms: [(name: String, values: [Float])]
        /// Scores of A's clean and adversarial copies for each attack (Fig. 3).
        public var curves: [(name: String, roc: ROC)]
        /// A few images of each attack.
        public var examples: [Example]
    }

    /// - Parameters:
    ///   - classifier: the same that `sentry` guards; not checked.
    ///   - precision: what attacks search in.
    ///   - mirrors: whether thresholds are set on mirrored images as well.
    public init(
        _ sentry: Guard, classifier: any TunableClassifier, precision: Precision = .float32,
        mirrors: Bool = false
    ) throws {
        self.sentry = sentry
        self.classifier = classifier
        self.precision = precision
        self.mirrors = mirrors
        batchSize = try BatchSize.fitting(classifier)
    }

    /// - Parameters:
    ///   - attacks: what is tried on the test images.
    ///   - trainedOn: titles (``AttackPlan/title``) of the attacks that the detectors trained on.
    ///   - test: never touched before; false positives are counted on all of it.
    ///   - calibrate: clean images that set the thresholds.
    ///   - corruptions: harmless changes of clean test images, on which false positives are counted
    ///     too.
    ///   - notes: what the report must say of sizes and data.
    public func run(
        attacks: [AttackPlan], trainedOn: Set<String>, test: ImageSet, calibrate: ImageSet,
        corruptions: [Corruption] = [], notes: [String], bench: Workbench
    ) throws -> Findings {
        let hash = try classifier.contentHash()
        let clean = try inspect(test, observer: bench.observer)
        var norms = [("clean", clean.logNorms)]
        var curves: [(String, ROC)] = []
        var examples: [Example] = []
        let results = try rows(
            attacks, trainedOn: trainedOn, test: test, calibrate: calibrate, bench: bench
        ) { plan, record, adversarial, roc in
            // An attack without survivors keeps its row, with nothing to draw.
            guard !record.survivors.isEmpty else { return }
            norms.append((plan.title, adversarial.logNorms))
            curves.append((plan.title, roc))
            examples += try Example.first(
                examplesPerAttack(of: attacks), of: record, attack: plan.title, sentry: sentry)
        }
        let changed = try corruptions.map { try self.changed(test, by: $0, bench: bench) }

        let correct = zip(clean.verdicts, test.labels).filter { $0.label == $1 }.count
        let flagged = clean.verdicts.filter(\.isAdversarial).count
        let answered = zip(clean.verdicts, test.labels).filter { $0.answer == $1 }.count
        let base = Proportion(successes: correct, of: test.count)
        let falsePositives = Proportion(successes: flagged, of: test.count)
        let falsePositivesCorrect = Proportion(
            successes: zip(clean.verdicts, test.labels).count {
                $0.label == $1 && $0.isAdversarial
            },
            of: correct)
        let guarded = Proportion(successes: answered, of: test.count)
        let unraised = sentry.threshold.unraised.map { unraised in
            // As a threshold does: what is no number does not pass for benign.
            Proportion(successes: clean.scores.count { !($0 <= unraised) }, of: test.count)
        }
        let report = EvaluationReport(
            dataset: test.name, baseAccuracy: base.value, baseAccuracyInterval: base.bounds,
            falsePositiveRate: falsePositives.value,
            falsePositiveRateInterval: falsePositives.bounds,
            falsePositiveRateCorrect: falsePositivesCorrect.value,
            falsePositiveRateCorrectInterval: falsePositivesCorrect.bounds,
            falsePositiveRateSen: Self.share(clean.verdicts) { $0.sen },
            askedFalsePositiveRate: sentry.threshold.falsePositiveRate,
            unraisedFalsePositiveRate: unraised?.value,
            unraisedFalsePositiveRateInterval: unraised?.bounds, cleanImages: test.count,
            guardedCleanAccuracy: guarded.value, guardedCleanAccuracyInterval: guarded.bounds,
            cost: try GuardCost(of: sentry, on: test.prefix(64).tensor()), changed: changed,
            attacks: results,
            provenance: EvaluationReport.Provenance(
                command: bench.command, seed: bench.seed, classifier: hash,
                testImages: try test.contentHash, libtorch: Engine.loadedVersion,
                threads: Engine.threadCount, device: bench.device.name, notes: notes))
        return Findings(report: report, logNorms: norms, curves: curves, examples: examples)
    }

    /// The figures of attacks alone, for a guard that a report is not about: one that was trained on a
    /// family less.
    func rows(
        _ attacks: [AttackPlan], trainedOn: Set<String>, test: ImageSet, calibrate: ImageSet,
        bench: Workbench,
        onRow: (AttackPlan, AttackRecord, Inspected, ROC) throws -> Void = { _, _, _, _ in }
    ) throws -> [EvaluationReport.Attack] {
        let calibration = try calibration(on: calibrate, observer: bench.observer)
        let experiment = AttackExperiment(
            classifier: classifier, classifierHash: try classifier.contentHash(), bench: bench,
            precision: precision)
        let right = try experiment.correctlyClassified(
            test, count: attacks.map(\.most).max() ?? 0)
        // Attacks share their originals, which are looked at once.
        var originals = try inspect(
            right.prefix(attacks.map(\.count).max() ?? 0), observer: bench.observer)
        return try attacks.map { plan in
            let record = try experiment.run(plan, on: right)
            if record.count > originals.count {
                let more = right.subset(Array(originals.count..<record.count))
                originals.append(try inspect(more, observer: bench.observer))
            }
            let survivors = record.survivors
            let benign = originals.picked(survivors)
            let adversarial = try inspect(record.rounded.rows(survivors), recovery: .ofAll)
            let roc = ROC(clean: benign.scores, adversarial: adversarial.scores)
            try onRow(plan, record, adversarial, roc)
            return try measure(
                plan, record, benign: benign, adversarial: adversarial, roc: roc,
                calibration: calibration, trainedOn: trainedOn.contains(plan.title))
        }
    }

    /// A page with many attacks shows fewer images of each.
    private func examplesPerAttack(of attacks: [AttackPlan]) -> Int { attacks.count > 8 ? 1 : 2 }

    /// What the guard makes of clean images that were changed harmlessly.
    private func changed(_ test: ImageSet, by corruption: Corruption, bench: Workbench) throws
        -> EvaluationReport.Changed
    {
        let set = test.prefix(2_000)
        bench.observer.begin("inspecting \(corruption.title)", total: set.count, unit: "images")
        var verdicts: [Verdict] = []
        for start in stride(from: 0, to: set.count, by: batchSize) {
            let range = start..<min(start + batchSize, set.count)
            var streams = range.map {
                RandomStream(seed: bench.seed, purpose: "corruption", index: $0)
            }
            let images = try corruption.applied(to: set.tensor(range), streams: &streams)
            verdicts += try inspect(images, recovery: .ofFlagged).verdicts
            try bench.observer.advance(to: range.upperBound, note: "")
        }
        func share(_ successes: Int) -> Proportion {
            Proportion(successes: successes, of: set.count)
        }
        let flagged = share(verdicts.count(where: \.isAdversarial))
        let right = share(zip(verdicts, set.labels).count { $0.label == $1 })
        let guarded = share(zip(verdicts, set.labels).count { $0.answer == $1 })
        bench.observer.finish("inspected \(corruption.title): \(flagged.formatted()) flagged")
        return EvaluationReport.Changed(
            change: corruption.title, images: set.count, flagged: flagged.value,
            flaggedInterval: flagged.bounds, accuracy: right.value,
            accuracyInterval: right.bounds, guardedAccuracy: guarded.value,
            guardedAccuracyInterval: guarded.bounds)
    }
}
