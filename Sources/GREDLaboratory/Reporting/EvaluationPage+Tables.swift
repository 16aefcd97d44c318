import GREDCharts

extension EvaluationPage {
    /// Curves and rates of detection; nil without attacks.
    var detection: Section? {
        guard !report.attacks.isEmpty else { return nil }
        let parts: [Table.Column] = report.hasParts ? [.number("org"), .number("sen")] : []
        var table = Table(
            columns: ["attack", .number("|A|"), .number("accuracy (95%)")] + parts + [
                .number("flagged (95%)"), .number("AUROC (95%)"), .number("TPR at 1% (95%)"),
                .number("TPR at 5% (95%)"),
            ],
            note: """
                Accuracy: the mean rate over A's clean and adversarial copies, adversarial where \
                the guard says so\(report.hasParts ? "; org and sen: one detector alone" : ""). Flagged: \
                A's adversarial copies that the guard calls adversarial, at its own threshold. TPR at 1% \
                and 5%: with the thresholds that so many of separate clean images exceed; the guard's own \
                is higher where harmless changes would be flagged too often.
                """ + untrained)
        for attack in report.attacks {
            let parts: [Table.Cell] =
                report.hasParts ? attack.parts.map { .init(Figure.fixed($0)) } : []
            table.append(
                [
                    .init(attack.markedTitle), .init(Figure.count(attack.samples)),
                    .init(attack.detection.formatted(), tint: attack.detectionTint),
                ] + parts + [
                    .init(Estimate(attack.flagged, within: attack.flaggedInterval).formatted()),
                    .init(Estimate(attack.auroc, within: attack.aurocInterval).formatted()),
                    .init(
                        Estimate(attack.tprAt1PercentFpr, within: attack.tprAt1PercentFprInterval)
                            .formatted()),
                    .init(
                        Estimate(attack.tprAt5PercentFpr, within: attack.tprAt5PercentFprInterval)
                            .formatted()),
                ])
        }
        let images = Figure.count(report.cleanImages)
        let text =
            detectors + " Of \(images) clean test images the guard calls"
            + " \(Figure.count(report.falsePositiveCount)) adversarial"
            + " (\(Figure.percent(report.falsePositiveRate)))\(expectation)." + baseline
        return Section(
            "How well detection works",
            [.paragraph(text)] + [curves, confidences].compactMap { $0 }
                + [.table(table), .table(baselines)])
    }

    /// What needs no detector.
    private var baselines: Table {
        let hasScalars = report.attacks.contains { $0.scalars != nil }
        var table = Table(
            title: "Without a detector",
            columns: [
                "attack", .number("guard: AUROC"), .number("ℓ alone: AUROC (95%)"),
                .number("TPR at 1% (95%)"), .number("TPR at 5% (95%)"),
            ]
                + (hasScalars
                    ? [
                        .number("three numbers: AUROC (95%)"), .number("TPR at 1% (95%)"),
                        .number("TPR at 5% (95%)"),
                    ] : []),
            note: """
                ℓ: the logarithm of f's loss at its own label; far below 0.5 it tells as much, but the \
                other way round. Three numbers: a logistic regression on ℓ, ln ‖G‖ and m/‖G‖, trained \
                on the same images as the guard.
                """ + untrained)
        func cells(_ baseline: EvaluationReport.Baseline?) -> [Table.Cell] {
            guard let baseline else { return (0..<3).map { _ in .init(Figure.missing) } }
            return [
                Estimate(baseline.auroc, within: baseline.aurocInterval),
                Estimate(baseline.tprAt1PercentFpr, within: baseline.tprAt1PercentFprInterval),
                Estimate(baseline.tprAt5PercentFpr, within: baseline.tprAt5PercentFprInterval),
            ].map { .init($0.formatted()) }
        }
        for attack in report.attacks {
            table.append(
                [.init(attack.markedTitle), .init(Figure.fixed(attack.auroc))]
                    + cells(attack.logScale) + (hasScalars ? cells(attack.scalars) : []))
        }
        return table
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
            let unraised = report.unraisedFalsePositiveRate.map { unraised in
                ", and the threshold was raised for harmless changes: before, it called"
                    + " \(Figure.percent(unraised))"
            }
            return "; \(Figure.percent(rate)) were asked for" + (unraised ?? "")
        }
        return report.falsePositiveRateSen.map { "; sen alone would call \(Figure.percent($0))" }
            ?? ""
    }

    /// Where the baseline does better, which no reader should have to look for.
    private var baseline: String {
        func sentence(_ what: String, _ auroc: (EvaluationReport.Attack) -> Double?) -> String {
            let names = report.attacks.filter { auroc($0) ?? 0 > $0.auroc }.map(\.title)
            return names.isEmpty ? "" : " For \(names.listed), \(what) a higher AUROC."
        }
        return sentence("the number ℓ alone has") { $0.logScale.auroc }
            + sentence("three numbers alone have") { $0.scalars?.auroc }
    }

    /// Where one way back alone gives more labels back than the guard.
    private var shorterWays: String {
        let names = report.attacks.compactMap { attack -> String? in
            let best = ways.compactMap { way in
                attack.recoveredBy?[way.key].map { (title: way.title, share: $0) }
            }.max { $0.share < $1.share }
            guard let best, best.share > attack.recoveredAccuracy else { return nil }
            return "\(attack.title) (\(best.title) \(Figure.fixed(best.share)))"
        }
        return names.isEmpty
            ? "" : " One way back alone gives more labels back for \(names.listed)."
    }

    /// What the guard makes of harmlessly changed images; nil where none were looked at.
    var harmless: Section? {
        guard !report.changed.isEmpty else { return nil }
        var table = Table(
            columns: [
                "clean test images", .number("count"), .number("flagged (95%)"),
                .number("f right (95%)"), .number("with guard (95%)"),
            ], note: "Flagged: called adversarial, which none of them is.")
        table.append([
            "as they are", .init(Figure.count(report.cleanImages)),
            .init(report.falsePositives.formatted()), .init(report.base.formatted()),
            .init(report.guardedClean.formatted()),
        ])
        table.append([
            "those that f gets right",
            .init(Figure.count(Int((report.baseAccuracy * Double(report.cleanImages)).rounded()))),
            .init(
                Estimate(
                    report.falsePositiveRateCorrect,
                    within: report.falsePositiveRateCorrectInterval
                ).formatted()), .init(Figure.missing), .init(Figure.missing),
        ])
        if let rate = report.unraisedFalsePositiveRate {
            let interval = report.unraisedFalsePositiveRateInterval ?? []
            table.append([
                "as they are, threshold not raised", .init(Figure.count(report.cleanImages)),
                .init(Estimate(rate, within: interval).formatted()), .init(Figure.missing),
                .init(Figure.missing),
            ])
        }
        for row in report.changed {
            table.append([
                .init(row.change), .init(Figure.count(row.images)),
                .init(Estimate(row.flagged, within: row.flaggedInterval).formatted()),
                .init(Estimate(row.accuracy, within: row.accuracyInterval).formatted()),
                .init(
                    Estimate(row.guardedAccuracy, within: row.guardedAccuracyInterval).formatted()),
            ])
        }
        return Section(
            "Harmless changes",
            [
                .paragraph(
                    """
                    A guard that flags whatever is unusual is of little use: noise, a saved JPEG, a \
                    slight blur or a shift by a pixel befall images without malice. The guard was \
                    trained with changes of these kinds among the benign images, and its threshold \
                    was raised on images of its own where any of these would be flagged more than twice as \
                    often as clean ones may be.
                    """),
                .table(table),
            ])
    }

    /// Accuracy with and without the guard; nil without attacks.
    var recovery: Section? {
        guard !report.attacks.isEmpty else { return nil }
        var table = Table(
            columns: [
                "images", .number("count"), .number("without guard"), .number("with guard (95%)"),
                .number("recovered (95%)"),
            ],
            note: """
                Attacks: A's clean and adversarial copies together, of which f alone gets the clean \
                half. Recovered: the label given back to the adversarial copies, detected or not.
                """ + untrained)
        table.append(
            [
                "clean test images", .init(Figure.count(report.cleanImages)),
                .init(report.base.formatted()),
                .init(report.guardedClean.formatted()), .init(Figure.missing),
            ])
        for attack in report.attacks {
            table.append(
                [
                    .init(attack.markedTitle), .init(Figure.count(2 * attack.samples)),
                    .init(Figure.fixed(attack.unguardedAccuracy)),
                    .init(
                        Estimate(attack.guardedAccuracy, within: attack.guardedAccuracyInterval)
                            .formatted(), tint: attack.guardedTint),
                    .init(attack.recovery.formatted()),
                ])
        }
        let alone: [Block] = ways.isEmpty ? [] : [.table(waysAlone)]
        return Section(
            "How well labels are recovered",
            [
                .paragraph(
                    """
                    What is called benign is answered by f. What is called adversarial has its most \
                    sensitive pixels masked, and the rectifier answers: f, fine-tuned on masked \
                    copies.
                    """
                        + (report.hasParts
                            ? ""
                            : """
                             Its answer is weighed against shorter ways back: f's second choice, its second \
                            choice in a little noise, which the detector has tried already, and one long \
                            step against the gradient.
                            """) + shorterWays),
                .table(table),
            ] + alone)
    }

    /// What each way back alone would give.
    private var waysAlone: Table {
        var table = Table(
            title: "Each way back alone",
            columns: ["attack", .number("guard")] + ways.map { .number("\($0.title) (95%)") },
            note: """
                The share of A's adversarial copies whose label each would give back. Runner-up: f's second \
                choice; in noise: the same on noisy copies. Step back: one long step against the gradient. \
                Descent: the first other label on the way down the margin. Masked, noisy copies: f's own mean \
                answer, on copies masked as for the rectifier and on 8 copies with noise of σ 0.05. The \
                last three no guard asks for.
                """ + untrained)
        func cell(_ way: String, of attack: EvaluationReport.Attack) -> Table.Cell {
            let share = attack.recoveredBy?[way] ?? .nan
            let interval = attack.recoveredByInterval?[way] ?? []
            return .init(Estimate(share, within: interval).formatted())
        }
        for attack in report.attacks {
            table.append(
                [.init(attack.markedTitle), .init(Figure.fixed(attack.recoveredAccuracy))]
                    + ways.map { cell($0.key, of: attack) })
        }
        return table
    }

    /// The ways back that were measured: those that a guard chooses between, in the order of their cost,
    /// and those that it is measured beside.
    private var ways: [(key: String, title: String)] {
        let all: [(key: String, title: String)] = [
            ("runner_up", "runner-up"), ("noisy_runner_up", "in noise"), ("step_back", "step back"),
            ("rectifier", "rectifier"), ("descent", "descent"),
            ("masked_copies", "f on masked copies"), ("noisy_copies", "f on noisy copies"),
        ]
        return all.filter { way in report.attacks.contains { $0.recoveredBy?[way.key] != nil } }
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
        let marks = Set(report.attacks.map(\.mark))
        return (marks.contains("*") ? " *: the detectors were not trained on this attack." : "")
            + (marks.contains("†")
                ? " †: by a guard that was trained without this attack's family." : "")
    }
}
