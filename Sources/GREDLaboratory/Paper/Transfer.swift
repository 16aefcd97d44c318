import Foundation
import GREDCharts
import GREDClassifiers
import GREDImages
import LibTorch

/// Table 3: attacks made on another network, the surrogate, and shown to f and to the detectors of
/// Table 2.
public struct TransferRow: Sendable, Codable {
    /// Which attack.
    public var attack: PaperAttack
    /// Whether images are as the attack left them, or at 8 bits.
    public var rendition: Rendition
    /// Images that both networks classify rightly, and that were attacked.
    public var attempted: Int
    /// How many of them fool the surrogate: n.
    public var succeeded: Int
    /// Their share.
    public var rateOnSurrogate: ComparedFigure
    /// The share of all attacked images that f gives another label than the true one.
    public var rateOnClassifier: ComparedFigure
    /// Detection of all that fool the surrogate, by ``PaperDetector``.
    public var detectors: [String: ComparedFigure]
    /// Detection of those among them that fool f.
    public var detectorsWhereFooled: [String: ComparedFigure]
    /// True labels that the rectifier for all attacks gives to those that fool f.
    public var recovered: ComparedFigure
}

/// What was found of an attack's transferred images.
struct TransferScores: Codable {
    var attempted: Int
    /// Attacked images that f gives another label than the true one, whatever the surrogate says.
    var fooling: Int
    /// The images that fool the surrogate: their clean originals and adversarial copies.
    var clean: ScoreColumns
    var adversarial: ScoreColumns
    /// Of the adversarial copies: the true labels, and those of f and of the rectifier.
    var labels: [Int]
    var answers: [Int]
    var recovered: [Int]
}

/// The surrogate and what is attacked on it.
struct Surrogate {
    let classifier: NetworkClassifier
    /// Whether its weights are as they were drawn.
    let isUntrained: Bool
    let hash: String
    let experiment: AttackExperiment
    /// Test images that the surrogate and f get right, as far as they are trained.
    let images: ImageSet

    /// Which network it is.
    var name: String {
        classifier.description.architecture.family.rawValue + (isUntrained ? ", untrained" : "")
    }

    init(_ classifier: NetworkClassifier, isUntrained: Bool, in setting: PaperSetting) throws {
        self.classifier = classifier
        self.isUntrained = isUntrained
        hash = try classifier.contentHash()
        experiment = AttackExperiment(
            classifier: classifier, classifierHash: hash, bench: setting.bench,
            precision: setting.profile.precision)
        images = try experiment.images(
            of: setting.testImages, count: setting.testImages.count, isUntrained: isUntrained)
    }
}

extension PaperSetting {
    private struct TransferConfiguration: Encodable {
        var version = 4
        var attacked: Attacked
        var rectifier: RectifierConfiguration
        var detectorWidth: Double
        var plan: TrainingPlan

        struct Attacked: Encodable {
            var surrogate: String
            var images: String
            var attack: PaperAttack
            var rendition: Rendition
            var choices: PaperChoices
        }
    }

    private struct TransferSentryConfiguration: Encodable {
        var version = 1
        var attacked: TransferConfiguration.Attacked
        var sentry: String
    }

    /// What a guard for all attacks makes of an attack on the surrogate.
    private struct TransferVerdicts: Codable {
        var clean: ScoreColumns
        var adversarial: ScoreColumns
    }

    /// What f and the detectors of Table 2 make of an attack on the surrogate; the guard for all attacks in a
    /// stage of its own, so that it may come later.
    func transferred(
        _ attack: PaperAttack, _ rendition: Rendition, from surrogate: Surrogate
    ) throws -> TransferScores {
        let plan = try plan(attack, count: profile.testCount(attack))
        let attacked = TransferConfiguration.Attacked(
            surrogate: surrogate.hash, images: try surrogate.images.prefix(plan.count).contentHash,
            attack: attack, rendition: rendition, choices: choices)
        func turned() throws -> (AttackRecord, TurnedImages, clean: Tensor, adversarial: Tensor) {
            let record = try surrogate.experiment.run(plan, on: surrogate.images)
            let turned = try TurnedImages(record, rendition)
            return (
                record, turned, try turned.originals.toUnit().to(classifier.device),
                try turned.adversarial.toUnit().to(classifier.device)
            )
        }
        let configuration = TransferConfiguration(
            attacked: attacked, rectifier: try rectifierConfiguration(.forAll),
            detectorWidth: profile.detectorWidth,
            plan: profile.plan(epochs: profile.detectorEpochs, seed: bench.seed))
        var scores = try bench.figures(of: "paper-transfer", configuration) {
            let (record, turned, clean, adversarial) = try turned()
            let all = try predictions(record.images(rendition))
            let detectors = try detectors(attack, rendition)
            let copies = MaskedCopies(
                alpha: try alpha(attack), choice: .sensitive, count: Int(choices.copies))
            return TransferScores(
                attempted: record.count, fooling: zip(all, record.labels).count { $0 != $1 },
                clean: try detectors.scores(of: clean, in: self),
                adversarial: try detectors.scores(of: adversarial, in: self),
                labels: turned.labels, answers: try predictions(adversarial),
                recovered: turned.count == 0
                    ? []
                    : try copies.labels(
                        of: rectifier(.forAll), adversarial,
                        heights: PixelHeights.of(adversarial, in: classifier)))
        }
        guard let sentry else { return scores }
        let verdicts = try bench.figures(
            of: "paper-sentry-transfer",
            TransferSentryConfiguration(attacked: attacked, sentry: sentry.identity)
        ) {
            let (_, _, clean, adversarial) = try turned()
            return TransferVerdicts(
                clean: ScoreColumns([.universal: try sentry.scores(of: clean)]),
                adversarial: ScoreColumns([.universal: try sentry.scores(of: adversarial)]))
        }
        scores.clean.add(verdicts.clean)
        scores.adversarial.add(verdicts.adversarial)
        return scores
    }

    private func predictions(_ images: Tensor) throws -> [Int] {
        try stride(from: 0, to: images.shape[0], by: 256).flatMap { start in
            try classifier.predictions(
                for: images.sliced(start..<min(start + 256, images.shape[0]))
                    .to(classifier.device)
            ).ints()
        }
    }
}

extension TransferRow {
    init(_ attack: PaperAttack, _ rendition: Rendition, _ found: TransferScores, data: PaperData) {
        self.attack = attack
        self.rendition = rendition
        attempted = found.attempted
        succeeded = found.labels.count
        func paper(_ column: String) -> PaperNumbers.Cell? {
            PaperNumbers.cell(.table3, data, row: attack.rawValue, column: column)
        }
        let fooled = found.labels.indices.filter { found.answers[$0] != found.labels[$0] }
        // The paper's one rate reads as that on the surrogate for minimum-norm attacks, else as that on f.
        let rate = paper("attack_rate")
        rateOnSurrogate = ComparedFigure(
            Proportion(successes: succeeded, of: attempted),
            paper: attack.isMinimumNorm ? rate : nil, isJudged: false)
        rateOnClassifier = ComparedFigure(
            Proportion(successes: found.fooling, of: attempted),
            paper: attack.isMinimumNorm ? nil : rate, isJudged: false)
        recovered = ComparedFigure(
            Proportion(
                successes: fooled.count { found.recovered[$0] == found.labels[$0] },
                of: fooled.count), paper: nil)
        detectors = [:]
        detectorsWhereFooled = [:]
        for detector in PaperDetector.allCases {
            guard let clean = detector.scores(found.clean),
                let adversarial = detector.scores(found.adversarial)
            else { continue }
            let printed = paper(detector.paperColumn)
            detectors[detector.rawValue] = ComparedFigure(
                GreyBoxRow.Detection.accuracy(clean: clean, adversarial: adversarial),
                paper: printed)
            detectorsWhereFooled[detector.rawValue] = ComparedFigure(
                GreyBoxRow.Detection.accuracy(
                    clean: fooled.map { clean[$0] }, adversarial: fooled.map { adversarial[$0] }),
                paper: printed)
        }
    }
}

extension TransferRow {
    /// Says of each red figure what was measured that may explain it.
    /// - Parameter greyBox: the same attack's row of Table 2.
    mutating func explain(_ greyBox: GreyBoxRow?) {
        func before(_ name: String) -> String {
            let accuracy = greyBox?.detectors[name]?.accuracy.ours ?? .nan
            return
                "The same detector has \(Figure.fixed(accuracy)) in Table 2, on images made on f, as were those that it was trained on."
        }
        let fooled = recovered.samples
        for name in detectors.keys where detectors[name]?.verdict == .red {
            detectors[name]?.reason =
                "\(before(name)) All of those fooled f; of these \(Figure.count(succeeded)) images \(Figure.count(fooled)) do."
        }
        for name in detectorsWhereFooled.keys where detectorsWhereFooled[name]?.verdict == .red {
            detectorsWhereFooled[name]?.reason =
                "\(before(name)) These \(Figure.count(fooled)) were made on another network."
        }
    }
}

extension ReproductionReport {
    /// Table 3 in one rendition.
    func transferTable(_ rendition: Rendition, whereFooled: Bool) -> Table {
        let detectors = compared + Self.baselines
        var table = Table(
            title: "Table 3, "
                + (whereFooled ? "those that fool f" : "all that fool the surrogate")
                + ", \(rendition.rawValue) images",
            columns: [
                "attack", .number("attempted"), .number("succeeded"), .number("n"),
                .number("rate on the surrogate"), .number("rate on f"),
            ] + detectors.map { .number($0.rawValue) }
                + (whereFooled ? [.number("recovered")] : []),
            note: whereFooled
                ? "Succeeded: those that fool the surrogate. n: verdicts on those that fool f too, half of them on clean originals. Recovered: true labels that the rectifier for all attacks gives to those that fool f."
                : "Succeeded: those that fool the surrogate. n: verdicts, half of them on clean originals. Attacked are images that both networks get right. Rate on f: another label than the true one. The detectors are Table 2's, not trained again."
        )
        var shown: [ComparedFigure?] = []
        for row in transfer where row.rendition == rendition {
            let found = whereFooled ? row.detectorsWhereFooled : row.detectors
            var figures: [ComparedFigure?] = [row.rateOnSurrogate, row.rateOnClassifier]
            figures += detectors.map { found[$0.rawValue] }
            if whereFooled { figures.append(row.recovered) }
            shown += figures
            table.append(
                [
                    .init(row.attack.rawValue), .init(Figure.count(row.attempted)),
                    .init(Figure.count(row.succeeded)),
                    .init(Figure.count(found[PaperDetector.org.rawValue]?.samples ?? 0)),
                ] + figures.map { $0.cell })
        }
        table.explainAsterisks(of: shown)
        return table
    }
}
