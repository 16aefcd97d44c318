import GREDCharts

extension EvaluationReport {
    var base: Estimate { Estimate(baseAccuracy, within: baseAccuracyInterval) }
    var falsePositives: Estimate { Estimate(falsePositiveRate, within: falsePositiveRateInterval) }
    var guardedClean: Estimate {
        Estimate(guardedCleanAccuracy, within: guardedCleanAccuracyInterval)
    }
    /// How many of the clean test images were called adversarial.
    var falsePositiveCount: Int { Self.count(falsePositiveRate, of: cleanImages) }

    /// Whether the guard is the paper's, whose two networks have figures of their own.
    var hasParts: Bool { falsePositiveRateSen != nil }

    private static func count(_ share: Double, of total: Int) -> Int {
        share.isFinite ? Int((share * Double(total)).rounded()) : 0
    }
}

extension EvaluationReport.Attack {
    /// The name in reports, such as `ddn`, `ddn, κ 4` or `ddn (targeted)`; as ``AttackPlan/title``.
    var title: String {
        (variant.isEmpty ? name : "\(name), \(variant)") + (targeted ? " (targeted)" : "")
    }

    /// The title with an asterisk where the detectors never trained on the attack, and a dagger where
    /// they belong to a guard that never saw its family.
    var markedTitle: String { mark.isEmpty ? title : "\(title) \(mark)" }

    var mark: String {
        if trainedOnFamilies != nil { return "†" }
        return trainedOn ? "" : "*"
    }

    /// What each of the paper's two networks detects alone.
    var parts: [Double] { [detectionAccuracyOrg, detectionAccuracySen].map { $0 ?? .nan } }

    var success: Estimate { Estimate(attackSuccess, within: attackSuccessInterval) }
    var detection: Estimate { Estimate(detectionAccuracy, within: detectionAccuracyInterval) }
    var recovery: Estimate { Estimate(recoveredAccuracy, within: recoveredAccuracyInterval) }

    /// Good where the detectors are surely right nine times in ten, poor where the interval does
    /// not exclude a coin.
    var detectionTint: Tint {
        if detection.lower >= 0.9 { return .good }
        return detection.lower <= 0.5 ? .poor : .neutral
    }

    /// Whether the guard helps on A's clean and adversarial copies.
    var guardedTint: Tint {
        if guardedAccuracy > unguardedAccuracy { return .good }
        return guardedAccuracy < unguardedAccuracy ? .poor : .neutral
    }
}

extension Estimate {
    /// - Parameter interval: two bounds; anything else counts as unknown.
    init(_ value: Double, within interval: [Double]) {
        self.init(
            value: value, lower: interval.first ?? .nan,
            upper: interval.count == 2 ? interval[1] : .nan)
    }

    /// The value and its bounds in percent: `98.7%` and `97.1–99.5%`.
    var percentages: (value: String, bounds: String) {
        (
            Figure.percent(value),
            "\(Figure.fixed(lower * 100, digits: 1))–\(Figure.percent(upper))"
        )
    }
}
