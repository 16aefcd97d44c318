import GREDCharts

/// The figures of an evaluation as one table, a row an attack, for terminals and Markdown.
public enum EvaluationTable {
    /// At most 120 columns wide in a terminal, its note aside, for up to 99,999 images an attack.
    public static func table(_ report: EvaluationReport) -> Table {
        let parts: [Table.Column] = report.hasParts ? [.number("org"), .number("sen")] : []
        var table = Table(
            columns: [
                "attack", .number("tried"), .number("success"), .number("|A|"), .number("L2"),
                .number("detected (95%)"),
            ] + parts + [
                .number("AUROC"), .number("TPR@1%"), .number("recovered"), .number("guarded"),
                .number("alone"),
            ], note: note(report))
        for attack in report.attacks { table.append(row(attack, hasParts: report.hasParts)) }
        return table
    }

    /// What f does with clean images, and how often the guard gives a false alarm, and what it costs: three sentences.
    public static func headline(_ report: EvaluationReport) -> [String] {
        let images = Figure.count(report.cleanImages)
        return [
            "\(report.dataset): f is right on \(report.base.formatted()) of \(images) clean images,"
                + " \(Figure.fixed(report.guardedCleanAccuracy)) with the guard in place.",
            "False positives: \(Figure.count(report.falsePositiveCount)) of \(images) clean images"
                + " called adversarial, \(report.falsePositives.formatted()).",
            "Cost: a verdict takes the time of \(Figure.fixed(report.cost.unflagged, digits: 1))"
                + " forward passes of f, with a recovered label"
                + " \(Figure.fixed(report.cost.flagged, digits: 1)).",
        ]
    }

    /// Headline, table and note for a terminal, no line wider than 120 columns.
    /// - Parameter isColoured: whether the output takes ANSI escapes.
    public static func text(_ report: EvaluationReport, isColoured: Bool = false) -> String {
        var table = table(report)
        let note = table.note ?? ""
        table.note = nil
        let blocks = [
            headline(report).map { $0.wrapped(to: 120) }.joined(separator: "\n"),
            TerminalTable(table, isColoured: isColoured).render(), note.wrapped(to: 120),
        ]
        return blocks.joined(separator: "\n\n")
    }

    /// Headline, table and note in GitHub's Markdown.
    public static func markdown(_ report: EvaluationReport) -> String {
        headline(report).joined(separator: " ") + "\n\n" + MarkdownTable(table(report)).render()
    }

    private static func row(_ attack: EvaluationReport.Attack, hasParts: Bool) -> [Table.Cell] {
        // The paper's suffix for targeted, for want of room.
        let variant = attack.variant.isEmpty ? "" : " \(attack.variant)"
        let name =
            attack.name + variant + (attack.targeted ? "-T" : "") + attack.mark
        let parts: [Table.Cell] = hasParts ? attack.parts.map { .init(Figure.fixed($0)) } : []
        return [
            .init(name), .init(String(attack.attempted)), .init(Figure.fixed(attack.attackSuccess)),
            .init(String(attack.samples)), .init(Figure.fixed(attack.medianL2, digits: 2)),
            .init(attack.detection.formatted(), tint: attack.detectionTint),
        ] + parts + [
            .init(Figure.fixed(attack.auroc)),
            .init(Figure.fixed(attack.tprAt1PercentFpr)),
            .init(Figure.fixed(attack.recoveredAccuracy)),
            .init(Figure.fixed(attack.guardedAccuracy), tint: attack.guardedTint),
            .init(Figure.fixed(attack.unguardedAccuracy)),
        ]
    }

    private static func note(_ report: EvaluationReport) -> String {
        var sentences = [
            "A: images that f classifies rightly and whose 8-bit adversarial copy succeeds; success"
                + " and L2 (median, pixels in 0…1) are before rounding.",
            "Detected: the mean rate over A's clean and adversarial copies, adversarial where"
                + " the guard says so; TPR@1%: with the threshold that 1% of separate clean images exceed.",
            "Recovered: how often the label given back to an adversarial copy is right; guarded, alone: the"
                + " accuracy on both copies with the guard and without.",
        ]
        if report.attacks.contains(where: \.targeted) { sentences.append("-T: targeted.") }
        let marks = Set(report.attacks.map(\.mark))
        if marks.contains("*") {
            sentences.append("*: the detectors were not trained on this attack.")
        }
        if marks.contains("†") {
            sentences.append("†: by a guard that was trained without this attack's family.")
        }
        sentences += report.attacks.flatMap {
            AttackSummary.remarks(
                withoutGradient: $0.withoutGradient, of: $0.attempted, by: $0.title)
        }
        return sentences.joined(separator: " ")
    }
}

extension String {
    /// The words in lines of at most `width` characters; a longer word has a line to itself.
    func wrapped(to width: Int) -> String {
        var lines: [String] = []
        for word in split(separator: " ") {
            if let line = lines.last, line.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(line) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines.joined(separator: "\n")
    }
}
