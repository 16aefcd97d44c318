import Foundation
import GRED
import GREDAttacks
import GREDCharts
import GREDClassifiers
import LibTorch

extension GuardEvaluation {
    /// How many one of the paper's two networks flags, where the guard has them.
    static func share(
        _ verdicts: [Verdict], _ part: (Verdict) -> Verdict.Part?
    ) -> Double? {
        let flags = verdicts.compactMap { part($0)?.isAdversarial }
        return flags.isEmpty ? nil : Statistics.share(flags)
    }

    /// The figures of one attack, from what the guard says of its survivors and of their originals.
    func measure(
        _ plan: AttackPlan, _ record: AttackRecord, benign: Inspected, adversarial: Inspected,
        roc: ROC, calibration: Calibration, trainedOn: Bool
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
        let own = EvaluationReport.Baseline(
            roc, adversarial: adversarial.scores, calibration.sentry)
        let answers =
            zip(benign.verdicts, labels).filter { $0.answer == $1 }.count
            + zip(adversarial.verdicts, labels).filter { $0.answer == $1 }.count
        let guarded = Proportion(successes: answers, of: 2 * labels.count)
        let ways = try recoveredBy(
            adversarial.moves, record.rounded.rows(survivors), labels: labels)
        let unguarded =
            zip(benign.verdicts, labels).filter { $0.label == $1 }.count
            + zip(adversarial.verdicts, labels).filter { $0.label == $1 }.count

        return EvaluationReport.Attack(
            name: plan.attack.name, variant: plan.variant, targeted: plan.isTargeted,
            settings: try plan.settings(), trainedOn: trainedOn, attempted: record.count,
            withoutGradient: record.withoutGradient.count { $0 },
            attackSuccess: success.value, attackSuccessInterval: success.bounds,
            attackSuccessRounded: Statistics.share(record.succeededRounded), samples: labels.count,
            medianL2: Statistics.median(
                norms.indices.filter { record.succeeded[$0] }.map { norms[$0] }) ?? .nan,
            medianL2Rounded: Statistics.median(survivors.map { roundedNorms[$0] }) ?? .nan,
            detectionAccuracy: accuracy(\.isAdversarial),
            detectionAccuracyInterval: Proportion(successes: correct, of: 2 * labels.count).bounds,
            detectionAccuracyOrg: hasParts ? accuracy { $0.org?.isAdversarial ?? false } : nil,
            detectionAccuracySen: hasParts ? accuracy { $0.sen?.isAdversarial ?? false } : nil,
            flagged: flagged.value, flaggedInterval: flagged.bounds, auroc: own.auroc,
            aurocInterval: own.aurocInterval,
            tprAt1PercentFpr: own.tprAt1PercentFpr,
            tprAt1PercentFprInterval: own.tprAt1PercentFprInterval,
            tprAt5PercentFpr: own.tprAt5PercentFpr,
            tprAt5PercentFprInterval: own.tprAt5PercentFprInterval,
            recoveredAccuracy: recovered.value, recoveredAccuracyInterval: recovered.bounds,
            guardedAccuracy: guarded.value, guardedAccuracyInterval: guarded.bounds,
            unguardedAccuracy: Double(unguarded) / Double(2 * labels.count),
            logScale: EvaluationReport.Baseline(
                ROC(clean: benign.logScales, adversarial: adversarial.logScales),
                adversarial: adversarial.logScales, calibration.logScale),
            scalars: scalarsAlone.map { _ in
                EvaluationReport.Baseline(
                    ROC(clean: benign.scalarScores, adversarial: adversarial.scalarScores),
                    adversarial: adversarial.scalarScores, calibration.scalars)
            },
            recoveredBy: ways?.mapValues(\.value), recoveredByInterval: ways?.mapValues(\.bounds))
    }

    /// What each way back alone gives; nil without images.
    /// - Parameter moves: labels by ``RecoveryMove``; none where the guard did not weigh them.
    private func recoveredBy(
        _ moves: [[Int]], _ images: Tensor, labels: [Int]
    ) throws -> [String: Proportion]? {
        guard !labels.isEmpty else { return nil }
        let masked = Rectifier(
            network: classifier, masking: sentry.rectifier.masking,
            copies: sentry.rectifier.copies)
        let noise = NoisyCopies(strengths: [0.05], copies: 8)
        var found: [String: [Int]] = [:]
        func add(_ moves: [[Int]]) {
            for (move, given) in zip(RecoveryMove.allCases, moves) {
                found[move.name, default: []] += given
            }
        }
        add(moves)
        for start in stride(from: 0, to: labels.count, by: batchSize) {
            // Records come from files, and the classifier may be on another device.
            let batch = try classifier.admitted(
                images.sliced(start..<min(start + batchSize, labels.count)))
            let sensitivity = try classifier.inputSensitivity(of: batch)
            if moves.isEmpty { add(try sentry.recoveryEvidence(of: batch).labels) }
            // No guard goes these ways; the rows without training have them all the same.
            found["descent", default: []] += try RecoveryDescent.labels(
                of: batch, sensitivity, in: classifier
            ).ints()
            found["masked_copies", default: []] += try masked.recover(
                batch, sensitivity: sensitivity, key: sentry.key
            ).labels.ints()
            var streams = try sentry.key.streams(for: batch, purpose: "noise")
            let noisy = try noise.response(
                of: batch, sensitivity: sensitivity, in: classifier, streams: &streams)
            found["noisy_copies", default: []] +=
                try noisy.labelling?.logits[0].argmax(1).ints() ?? []
        }
        // f's own label is wrong on every image of A.
        found[RecoveryMove.keep.name] = nil
        // Without noisy copies it is the runner-up once more.
        if sentry.detection.noiseStrengths == 0 { found[RecoveryMove.noisyRunnerUp.name] = nil }
        return found.mapValues { given in
            Proportion(successes: zip(given, labels).count { $0 == $1 }, of: labels.count)
        }
    }
}

extension EvaluationReport.Baseline {
    init(_ roc: ROC, adversarial: [Float], _ thresholds: GuardEvaluation.Thresholds) {
        func caught(_ threshold: Float) -> Proportion {
            Proportion(
                successes: adversarial.count { $0 > threshold }, of: adversarial.count)
        }
        let (one, five) = (caught(thresholds.onePercent), caught(thresholds.fivePercent))
        self.init(
            auroc: roc.auroc, aurocInterval: roc.aurocInterval, tprAt1PercentFpr: one.value,
            tprAt1PercentFprInterval: one.bounds, tprAt5PercentFpr: five.value,
            tprAt5PercentFprInterval: five.bounds)
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
