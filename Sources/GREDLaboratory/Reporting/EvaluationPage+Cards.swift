import GREDCharts

extension EvaluationPage {
    /// The headline figures; of each kind the worst over all attacks.
    var cards: [Card] {
        var cards = [
            Card(
                "Accuracy on clean images", value: Figure.percent(report.baseAccuracy),
                note: "\(Figure.percent(report.guardedCleanAccuracy)) with the guard"),
            Card(
                "False positives", value: report.falsePositives.percentages.value,
                note: "\(Figure.count(report.falsePositiveCount)) of "
                    + "\(Figure.count(report.cleanImages)); "
                    + report.falsePositives.percentages.bounds),
        ]
        if let attack = lowest(\.detectionAccuracy) {
            cards.append(card("Lowest detection accuracy", attack.detection, attack))
        }
        if let attack = lowest(\.recoveredAccuracy) {
            cards.append(card("Lowest recovered accuracy", attack.recovery, attack))
        }
        if let attack = lowest(\.guardedAccuracy) {
            cards.append(
                Card(
                    "Lowest accuracy under attack, guarded",
                    value: Figure.percent(attack.guardedAccuracy),
                    note: "\(attack.title); \(Figure.percent(attack.unguardedAccuracy)) without",
                    tint: attack.guardedTint))
        }
        return cards
    }

    private func card(
        _ label: String, _ estimate: Estimate, _ attack: EvaluationReport.Attack
    ) -> Card {
        let (value, bounds) = estimate.percentages
        return Card(label, value: value, note: "\(attack.title); \(bounds)")
    }

    private func lowest(
        _ figure: KeyPath<EvaluationReport.Attack, Double>
    ) -> EvaluationReport.Attack? {
        report.attacks.filter { $0[keyPath: figure].isFinite }
            .min { $0[keyPath: figure] < $1[keyPath: figure] }
    }
}
