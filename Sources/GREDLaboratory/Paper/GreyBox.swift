import Foundation
import GRED
import GREDCharts

/// Table 2: how well each detector tells the images of the attack that it was trained on.
public struct GreyBoxRow: Sendable, Codable {
    /// Which attack.
    public var attack: PaperAttack
    /// Whether images are as the attack left them, or at 8 bits.
    public var rendition: Rendition
    /// Images that were attacked.
    public var attempted: Int
    /// Those that the attack turned: n, and half of what detectors judge.
    public var succeeded: Int
    /// Their share.
    public var attackRate: ComparedFigure
    /// The median L2 norm of their perturbations.
    public var medianL2: Double
    /// By ``PaperDetector``.
    public var detectors: [String: Detection]

    /// What one detector does.
    public struct Detection: Sendable, Codable {
        /// By the paper's rule: benign where p⁺ ≥ p⁻; the share of right verdicts over as many clean as
        /// adversarial images.
        public var accuracy: ComparedFigure
        /// Over all thresholds.
        public var auroc: Double
        /// The lower and the upper bound of ``auroc`` (Newcombe).
        public var aurocInterval: [Double]
        /// The AUROC of two normal distributions of one width, halfway between which a threshold has
        /// the paper's accuracy.
        public var aurocImplied: Double?
        /// The share of adversarial images above what 1% of these clean images exceed.
        public var tprAt1PercentFpr: Double
        /// Its lower and upper bound (Wilson), for this threshold.
        public var tprAt1PercentFprInterval: [Double]
        /// The same at 5%.
        public var tprAt5PercentFpr: Double
        /// The same of ``tprAt5PercentFpr``.
        public var tprAt5PercentFprInterval: [Double]
        /// The noise control: the same accuracy on clean images against clean ones with noise.
        public var noiseAccuracy: Double
        /// Its lower and upper bound (Wilson).
        public var noiseAccuracyInterval: [Double]
        /// The noise control over all thresholds.
        public var noiseAUROC: Double
        /// Its lower and upper bound (Newcombe).
        public var noiseAUROCInterval: [Double]
    }

    init(
        _ attack: PaperAttack, _ rendition: Rendition, _ scores: DetectorScores,
        setting: PaperSetting
    ) {
        self.init(attack, rendition, scores, data: setting.paper)
        explain(scores, setting)
    }

    init(_ attack: PaperAttack, _ rendition: Rendition, _ scores: DetectorScores, data: PaperData) {
        self.attack = attack
        self.rendition = rendition
        attempted = scores.attempted
        succeeded = scores.turned
        medianL2 = scores.medianL2
        attackRate = ComparedFigure(
            Proportion(successes: scores.turned, of: scores.attempted),
            paper: PaperNumbers.cell(.table2, data, row: attack.rawValue, column: "attack_rate"),
            isJudged: false)
        detectors = [:]
        for detector in PaperDetector.allCases {
            guard let clean = detector.scores(scores.clean),
                let adversarial = detector.scores(scores.adversarial),
                let noise = detector.scores(scores.noise)
            else { continue }
            let paper = PaperNumbers.cell(
                .table2, data, row: attack.rawValue, column: detector.paperColumn)
            detectors[detector.rawValue] = Detection(
                clean: clean, adversarial: adversarial, noise: noise, paper: paper)
        }
    }

    subscript(_ detector: PaperDetector) -> Detection? { detectors[detector.rawValue] }

    /// Says of each red figure what was measured that may explain it.
    private mutating func explain(_ scores: DetectorScores, _ setting: PaperSetting) {
        let profile = setting.profile
        for (name, found) in detectors where found.accuracy.verdict == .red {
            var parts = [
                "AUROC \(Figure.fixed(found.auroc)), where the paper's figure implies about \(Figure.fixed(found.aurocImplied ?? .nan))"
            ]
            let lost = scores.adversarial.lostShare
            if name == PaperDetector.sensitivity.rawValue, lost > 0.05 {
                parts.append(
                    "the raw sensitivity of \(Figure.percent(lost)) of these images is nothing in float32"
                )
            }
            if let scalars = self[.scalars]?.accuracy.ours {
                parts.append("three numbers alone reach \(Figure.fixed(scalars))")
            }
            parts.append(
                name == PaperDetector.universal.rawValue
                    ? scores.calibration(
                        falsePositiveRate: setting.sentry?.sentry.threshold.falsePositiveRate)
                    : "the detectors trained on at most \(Figure.count(profile.guardCount(attack))) images for \(profile.detectorEpochs) epochs at width \(Figure.fixed(profile.detectorWidth))"
            )
            detectors[name]?.accuracy.reason = parts.joined(separator: "; ") + "."
        }
    }
}

extension DetectorScores {
    /// What the threshold of the guard for all attacks makes of these images, in words.
    /// - Parameter falsePositiveRate: what it was calibrated to; nil where it was not.
    func calibration(falsePositiveRate: Double?) -> String {
        func flagged(_ columns: ScoreColumns) -> Double {
            Statistics.share((columns[.universal] ?? []).map { !($0 <= 0) })
        }
        let aim = falsePositiveRate.map {
            ", its threshold set for \(Figure.percent($0)) false positives"
        }
        return
            "one guard for all attacks\(aim ?? ""): it flags \(Figure.percent(flagged(clean))) of these clean images and \(Figure.percent(flagged(adversarial))) of the adversarial ones"
    }
}

extension ScoreColumns {
    /// The share of images whose whole raw sensitivity is below what float32 holds.
    var lostShare: Double {
        Statistics.share((self[.logNorm] ?? []).map { $0 < -87.3 })
    }
}

extension PaperDetector {
    /// The paper's column that it is compared with: our forms with the paper's own, a guard for all attacks
    /// with DET_GRED.
    var paperColumn: String {
        switch self {
        case .sensitivityOurs: PaperDetector.sensitivity.rawValue
        case .gredOurs, .universal: PaperDetector.gred.rawValue
        default: rawValue
        }
    }
}

extension GreyBoxRow.Detection {
    init(
        clean: [Float], adversarial: [Float], noise: [Float], paper: PaperNumbers.Cell?
    ) {
        let roc = ROC(clean: clean, adversarial: adversarial)
        accuracy = ComparedFigure(
            Self.accuracy(clean: clean, adversarial: adversarial), paper: paper)
        auroc = roc.auroc
        aurocInterval = roc.aurocInterval
        aurocImplied = paper.map { Normal.auroc(ofAccuracy: $0.value) }
        func caught(_ rate: Double) -> Proportion {
            let threshold = ROC.threshold(falsePositiveRate: rate, over: clean)
            return Proportion(
                successes: adversarial.count { $0 > threshold }, of: adversarial.count)
        }
        let (caughtAt1, caughtAt5) = (caught(0.01), caught(0.05))
        tprAt1PercentFpr = caughtAt1.value
        tprAt1PercentFprInterval = caughtAt1.bounds
        tprAt5PercentFpr = caughtAt5.value
        tprAt5PercentFprInterval = caughtAt5.bounds
        let rightOnNoise = Self.accuracy(clean: clean, adversarial: noise)
        noiseAccuracy = rightOnNoise.value
        noiseAccuracyInterval = rightOnNoise.bounds
        let noiseROC = ROC(clean: clean, adversarial: noise)
        noiseAUROC = noiseROC.auroc
        noiseAUROCInterval = noiseROC.aurocInterval
    }

    /// The paper's rule, over clean and adversarial images together; a score that is no number does not
    /// pass for benign.
    static func accuracy(clean: [Float], adversarial: [Float]) -> Proportion {
        let right = clean.count { $0 <= 0 } + adversarial.count { !($0 <= 0) }
        return Proportion(successes: right, of: clean.count + adversarial.count)
    }
}

/// The normal distribution.
enum Normal {
    /// Φ(x), the share below x.
    static func cumulative(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

    /// The x with Φ(x) = p, by bisection; p in 0…1.
    static func quantile(_ p: Double) -> Double {
        var (low, high) = (-10.0, 10.0)
        for _ in 0..<80 {
            let middle = (low + high) / 2
            if cumulative(middle) < p { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// Φ(√2 · Φ⁻¹(accuracy)): of two normal distributions of one width, told apart halfway.
    static func auroc(ofAccuracy accuracy: Double) -> Double {
        cumulative(2.0.squareRoot() * quantile(accuracy))
    }
}

/// In how many rows of a table each of the paper's four detectors is the best; equals all win.
public struct WinCount: Sendable, Codable {
    /// By ``PaperDetector``.
    public var wins: [String: Int]
    /// The rows counted.
    public var rows: Int

    /// - Parameter rows: for each row the figure of each detector.
    init(_ rows: [[PaperDetector: Double]]) {
        wins = [:]
        for row in rows {
            // As they are printed: a difference that no reader sees wins nothing.
            let printed = row.mapValues { ($0 * 1_000).rounded() }
            for (detector, value) in printed where value == printed.values.max() {
                wins[detector.rawValue, default: 0] += 1
            }
        }
        self.rows = rows.count
    }
}
