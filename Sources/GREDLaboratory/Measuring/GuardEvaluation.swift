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
    public init(
        _ sentry: Guard, classifier: any TunableClassifier, precision: Precision = .float32
    ) throws {
        self.sentry = sentry
        self.classifier = classifier
        self.precision = precision
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
        let report = EvaluationReport(
            dataset: test.name, baseAccuracy: base.value, baseAccuracyInterval: base.bounds,
            falsePositiveRate: falsePositives.value,
            falsePositiveRateInterval: falsePositives.bounds,
            falsePositiveRateCorrect: Statistics.share(
                zip(clean.verdicts, test.labels).filter { $0.label == $1 }.map {
                    $0.0.isAdversarial
                }),
            falsePositiveRateSen: Self.share(clean.verdicts) { $0.sen },
            askedFalsePositiveRate: sentry.threshold.falsePositiveRate, cleanImages: test.count,
            guardedCleanAccuracy: Double(answered) / Double(test.count),
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
        let thresholds = try self.thresholds(calibrate, observer: bench.observer)
        let experiment = AttackExperiment(
            classifier: classifier, classifierHash: try classifier.contentHash(), bench: bench,
            precision: precision)
        let right = try experiment.correctlyClassified(
            test, count: attacks.map(\.count).max() ?? 0)
        // Attacks share their originals, which are looked at once.
        let originals = try inspect(right, observer: bench.observer)
        return try attacks.map { plan in
            let record = try experiment.run(plan, on: right)
            let survivors = record.survivors
            let benign = originals.picked(survivors)
            let adversarial = try inspect(record.rounded.rows(survivors), recovery: .ofAll)
            let roc = ROC(clean: benign.scores, adversarial: adversarial.scores)
            try onRow(plan, record, adversarial, roc)
            return try measure(
                plan, record, benign: benign, adversarial: adversarial, roc: roc,
                thresholds: thresholds, trainedOn: trainedOn.contains(plan.title))
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
        let flagged = Proportion(
            successes: verdicts.count(where: \.isAdversarial), of: set.count)
        bench.observer.finish("inspected \(corruption.title): \(flagged.formatted()) flagged")
        return EvaluationReport.Changed(
            change: corruption.title, images: set.count, flagged: flagged.value,
            flaggedInterval: flagged.bounds,
            accuracy: Statistics.share(zip(verdicts, set.labels).map { $0.label == $1 }),
            guardedAccuracy: Statistics.share(zip(verdicts, set.labels).map { $0.answer == $1 }))
    }

    // MARK: Inspecting

    struct Inspected {
        var verdicts: [Verdict] = []
        var logNorms: [Float] = []
        var logScales: [Float] = []
        /// Of the regression on three numbers, where the guard has one.
        var scalarScores: [Float] = []
        /// By ``RecoveryMove``, for images all of whose labels were recovered.
        var moves: [[Int]] = []
        var scores: [Float] { verdicts.map(\.logOdds) }

        /// Of some of the images.
        func picked(_ places: [Int]) -> Inspected {
            Inspected(
                verdicts: places.map { verdicts[$0] }, logNorms: places.map { logNorms[$0] },
                logScales: places.map { logScales[$0] },
                scalarScores: scalarScores.isEmpty ? [] : places.map { scalarScores[$0] })
        }
    }

    private func inspect(_ images: Tensor, recovery: Guard.Recovery) throws -> Inspected {
        var result = Inspected()
        for start in stride(from: 0, to: images.shape[0], by: batchSize) {
            let end = min(start + batchSize, images.shape[0])
            let inspection = try sentry.inspect(
                images.sliced(start..<end), recovery: recovery)
            result.verdicts += inspection.verdicts
            result.logNorms += try inspection.sensitivity.logNorms().floats()
            result.logScales += try inspection.sensitivity.logScale.floats()
            if case .ofAll = recovery, let moves = inspection.moves {
                if result.moves.isEmpty { result.moves = moves.map { _ in [] } }
                for (move, labels) in moves.enumerated() { result.moves[move] += labels }
            }
            if let scalarsAlone {
                result.scalarScores += try scalarsAlone.scores(inspection.sensitivity)
            }
        }
        return result
    }

    private var scalarsAlone: ScalarBaseline? {
        guard case .universal(let detector) = sentry.detection else { return nil }
        return detector.description.scalarsAlone
    }

    private func inspect(_ set: ImageSet, observer: any WorkObserver) throws -> Inspected {
        let started = Date()
        observer.begin("inspecting \(set.name)", total: set.count, unit: "images")
        var result = Inspected()
        for start in stride(from: 0, to: set.count, by: batchSize) {
            let end = min(start + batchSize, set.count)
            let part = try inspect(set.tensor(start..<end), recovery: .ofFlagged)
            result.verdicts += part.verdicts
            result.logNorms += part.logNorms
            result.logScales += part.logScales
            result.scalarScores += part.scalarScores
            try observer.advance(to: end, note: "")
        }
        observer.finish(
            String(
                format: "inspected %@: %d clean images, %.1f s", set.name, set.count,
                Date().timeIntervalSince(started)))
        return result
    }

    private func thresholds(_ set: ImageSet, observer: any WorkObserver) throws -> (
        onePercent: Float, fivePercent: Float
    ) {
        let scores = try inspect(set, observer: observer).scores
        return (
            ROC.threshold(falsePositiveRate: 0.01, over: scores),
            ROC.threshold(falsePositiveRate: 0.05, over: scores)
        )
    }

    // MARK: Measuring

    /// How many one of the paper's two networks flags, where the guard has them.
    private static func share(
        _ verdicts: [Verdict], _ part: (Verdict) -> Verdict.Part?
    ) -> Double? {
        let flags = verdicts.compactMap { part($0)?.isAdversarial }
        return flags.isEmpty ? nil : Statistics.share(flags)
    }

    private func measure(
        _ plan: AttackPlan, _ record: AttackRecord, benign: Inspected, adversarial: Inspected,
        roc: ROC, thresholds: (onePercent: Float, fivePercent: Float), trainedOn: Bool
    ) throws -> EvaluationReport.Attack {
        let survivors = record.survivors
        let labels = survivors.map { record.labels[$0] }
        let success = Proportion(
            successes: record.succeeded.filter { $0 }.count, of: record.count)
        let norms = try record.norms()
        let roundedNorms = try (record.rounded - record.originals).rowNorms().floats()

        let hasParts: Bool =
            switch sentry.detection {
            case .paper: true
            case .universal: false
            }
        func accuracy(_ flagged: (Verdict) -> Bool) -> Double {
            (Statistics.share(benign.verdicts.map { !flagged($0) })
                + Statistics.share(adversarial.verdicts.map(flagged))) / 2
        }
        let correct =
            benign.verdicts.filter { !$0.isAdversarial }.count
            + adversarial.verdicts.filter(\.isAdversarial).count
        let recovered = Proportion(
            successes: zip(adversarial.verdicts, labels).filter { $0.recoveredLabel == $1 }.count,
            of: labels.count)
        let flagged = Proportion(
            successes: adversarial.verdicts.count(where: \.isAdversarial), of: labels.count)
        func caught(_ threshold: Float) -> Proportion {
            Proportion(
                successes: adversarial.scores.count { $0 > threshold }, of: labels.count)
        }
        let (atOnePercent, atFivePercent) = (
            caught(thresholds.onePercent), caught(thresholds.fivePercent)
        )
        let answers =
            zip(benign.verdicts, labels).filter { $0.answer == $1 }.count
            + zip(adversarial.verdicts, labels).filter { $0.answer == $1 }.count
        let unguarded =
            zip(benign.verdicts, labels).filter { $0.label == $1 }.count
            + zip(adversarial.verdicts, labels).filter { $0.label == $1 }.count

        return EvaluationReport.Attack(
            name: plan.attack.name, variant: plan.variant, targeted: plan.isTargeted,
            settings: try plan.settings(), trainedOn: trainedOn, attempted: record.count,
            attackSuccess: success.value, attackSuccessInterval: success.bounds,
            attackSuccessRounded: Statistics.share(record.succeededRounded), samples: labels.count,
            medianL2: Statistics.median(
                norms.indices.filter { record.succeeded[$0] }.map { norms[$0] }) ?? .nan,
            medianL2Rounded: Statistics.median(survivors.map { roundedNorms[$0] }) ?? .nan,
            detectionAccuracy: accuracy(\.isAdversarial),
            detectionAccuracyInterval: Proportion(successes: correct, of: 2 * labels.count).bounds,
            detectionAccuracyOrg: hasParts ? accuracy { $0.org?.isAdversarial ?? false } : nil,
            detectionAccuracySen: hasParts ? accuracy { $0.sen?.isAdversarial ?? false } : nil,
            flagged: flagged.value, flaggedInterval: flagged.bounds, auroc: roc.auroc,
            aurocInterval: roc.aurocInterval,
            tprAt1PercentFpr: atOnePercent.value, tprAt1PercentFprInterval: atOnePercent.bounds,
            tprAt5PercentFpr: atFivePercent.value, tprAt5PercentFprInterval: atFivePercent.bounds,
            recoveredAccuracy: recovered.value, recoveredAccuracyInterval: recovered.bounds,
            guardedAccuracy: Double(answers) / Double(2 * labels.count),
            unguardedAccuracy: Double(unguarded) / Double(2 * labels.count),
            aurocOfLogScale: ROC(clean: benign.logScales, adversarial: adversarial.logScales).auroc,
            aurocOfScalars: scalarsAlone.map { _ in
                ROC(clean: benign.scalarScores, adversarial: adversarial.scalarScores).auroc
            },
            recoveredBy: try recoveredBy(
                adversarial.moves, record.rounded.rows(survivors), labels: labels))
    }

    /// What each way back alone gives.
    private func recoveredBy(
        _ moves: [[Int]], _ images: Tensor, labels: [Int]
    ) throws -> [String: Double]? {
        guard sentry.chooser != nil, !labels.isEmpty else { return nil }
        var found = zip(RecoveryMove.allCases, moves).map { ($0.name, $1) }
        // No guard descends; the rows without training have it all the same.
        var descent: [Int] = []
        for start in stride(from: 0, to: labels.count, by: batchSize) {
            let batch = try images.sliced(start..<min(start + batchSize, labels.count))
            descent += try RecoveryDescent.labels(
                of: batch, classifier.inputSensitivity(of: batch), in: classifier
            ).ints()
        }
        found.append(("descent", descent))
        // f's own label is wrong on every image of A.
        found.removeAll { $0.0 == RecoveryMove.keep.name }
        return Dictionary(
            uniqueKeysWithValues: found.map { name, answers in
                (name, Statistics.share(zip(answers, labels).map { $0 == $1 }))
            })
    }
}

extension RecoveryMove {
    /// As a report names it, such as `step_back`.
    fileprivate var name: String { SnakeCaseKey.snakeCase("\(self)") }
}

extension Proportion {
    /// The 95% bounds (Wilson) as a JSON report holds them.
    var bounds: [Double] { [wilson95.lowerBound, wilson95.upperBound] }
}

extension AttackPlan {
    /// The attack's settings as numbers.
    func settings() throws -> [String: Double] {
        let json = try JSONSerialization.jsonObject(
            with: JSONEncoder().encode(AnyEncodable(attack)))
        let numbers = (json as? [String: Any] ?? [:])
            .compactMapValues { ($0 as? NSNumber)?.doubleValue }
        return Dictionary(
            uniqueKeysWithValues: numbers.map { (SnakeCaseKey.snakeCase($0.key), $0.value) })
    }
}
