import GREDCharts

extension EvaluationPage {
    /// Curves and rates of detection; nil without attacks.
    var detection: Section? {
        guard !report.attacks.isEmpty else { return nil }
        let parts: [Table.Column] = report.hasParts ? [.number("org"), .number("sen")] : []
        var table = Table(
            columns: ["attack", .number("|A|"), .number("accuracy (95%)")] + parts + [
                .number("AUROC"), .number("TPR at 1%"), .number("TPR at 5%"),
                .number("AUROC of ℓ"),
            ],
            note: """
                Accuracy: the mean rate over A's clean and adversarial copies, adversarial where \
                the guard says so\(report.hasParts ? "; org and sen: one detector alone" : ""). TPR at 1% and 5%: with the thresholds that \
                so many of separate clean images exceed. AUROC of ℓ: of the logarithm of f's loss at \
                its own label, one number that needs no detector, and so the baseline; far below 0.5 it \
                tells as much, but the other way round.
                """ + untrained)
        for attack in report.attacks {
            let parts: [Table.Cell] =
                report.hasParts ? attack.parts.map { .init(Figure.fixed($0)) } : []
            table.append(
                [
                    .init(attack.markedTitle), .init(Figure.count(attack.samples)),
                    .init(attack.detection.formatted(), tint: attack.detectionTint),
                ] + parts + [
                    .init(Figure.fixed(attack.auroc)),
                    .init(Figure.fixed(attack.tprAt1PercentFpr)),
                    .init(Figure.fixed(attack.tprAt5PercentFpr)),
                    .init(Figure.fixed(attack.aurocOfLogScale)),
                ])
        }
        let images = Figure.count(report.cleanImages)
        let text =
            detectors + " Of \(images) clean test images the guard calls"
            + " \(Figure.count(report.falsePositiveCount)) adversarial"
            + " (\(Figure.percent(report.falsePositiveRate)))\(expectation)." + baseline
        return Section(
            "How well detection works",
            [.paragraph(text)] + [curves].compactMap { $0 } + [.table(table)])
    }

    private var detectors: String {
        !report.hasParts
            ? "One detector reads each input: the image, its sensitivity, and how f answers when a"
                + " little noise is added."
            : "Two detectors read each input: org the image, sen its sensitivity; the surer one"
                + " decides."
    }

    private var expectation: String {
        if let rate = report.askedFalsePositiveRate {
            return "; \(Figure.percent(rate)) were asked for"
        }
        return report.falsePositiveRateSen.map { "; sen alone would call \(Figure.percent($0))" }
            ?? ""
    }

    /// Where the baseline does better, which no reader should have to look for.
    private var baseline: String {
        let names = report.attacks.filter { $0.aurocOfLogScale > $0.auroc }.map(\.title)
        return names.isEmpty
            ? "" : " For \(names.listed), the number ℓ alone has a higher AUROC (last column)."
    }

    /// Accuracy with and without the guard; nil without attacks.
    var recovery: Section? {
        guard !report.attacks.isEmpty else { return nil }
        var table = Table(
            columns: [
                "images", .number("count"), .number("without guard"), .number("with guard"),
                .number("recovered (95%)"),
            ],
            note: """
                Attacks: A's clean and adversarial copies together, of which f alone gets the clean \
                half. Recovered: the rectifier on the adversarial copies, detected or not.
                """ + untrained)
        table.append([
            "clean test images", .init(Figure.count(report.cleanImages)),
            .init(Figure.fixed(report.baseAccuracy)),
            .init(Figure.fixed(report.guardedCleanAccuracy)), .init(Figure.missing),
        ])
        for attack in report.attacks {
            table.append([
                .init(attack.markedTitle), .init(Figure.count(2 * attack.samples)),
                .init(Figure.fixed(attack.unguardedAccuracy)),
                .init(Figure.fixed(attack.guardedAccuracy), tint: attack.guardedTint),
                .init(attack.recovery.formatted()),
            ])
        }
        return Section(
            "How well labels are recovered",
            [
                .paragraph(
                    """
                    What is called benign is answered by f. What is called adversarial has its most \
                    sensitive pixels masked, and the rectifier answers: f, fine-tuned on masked \
                    copies.
                    """),
                .table(table),
            ])
    }

    /// What each attack did to f alone; nil without attacks.
    var attacks: Section? {
        guard !report.attacks.isEmpty else { return nil }
        var table = Table(
            columns: [
                "attack", .number("tried"), .number("success (95%)"), .number("success at 8 bits"),
                .number("median L2"), .number("L2 at 8 bits"),
            ],
            note: """
                Success: the share of tried images, all classified rightly by f, that the attack \
                turns. L2: of the changes that succeed, for pixels in 0…1. At 8 bits: after rounding \
                to what a file can hold, which is what counts and what the detectors see. The settings are under Details.
                """ + untrained)
        for attack in report.attacks {
            table.append([
                .init(attack.markedTitle), .init(Figure.count(attack.attempted)),
                .init(attack.success.formatted()), .init(Figure.fixed(attack.attackSuccessRounded)),
                .init(Figure.fixed(attack.medianL2)), .init(Figure.fixed(attack.medianL2Rounded)),
            ])
        }
        return Section("What the attacks do", [.table(table)])
    }

    private var untrained: String {
        report.attacks.contains { !$0.trainedOn }
            ? " *: the detectors were not trained on this attack." : ""
    }
}
