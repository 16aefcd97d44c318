import Foundation
import GREDCharts

/// A reproduction as one page to look at: each of the paper's tables and figures, ours beside the
/// paper's.
public struct ReproductionPage {
    /// What the page shows.
    public let findings: Reproduction.Findings

    var report: ReproductionReport { findings.report }

    /// A page that is drawn when it is asked for, not before.
    public init(_ findings: Reproduction.Findings) { self.findings = findings }

    /// The whole page.
    public var page: ReportPage {
        ReportPage(
            title: "The paper, reproduced on \(report.dataset)",
            subtitle: report.provenance.command, cards: cards,
            sections: [
                reading, greyBox, curves, sensitivities, insightOne, blackBox, maskingStudy,
                jointDefence, maskingRate, whiteBox, shortfalls, contradictions, made,
            ].compactMap { $0 })
    }

    private var cards: [Card] {
        let accuracies = [
            ("Accuracy of f on clean images", Optional(report.accuracy)),
            ("Accuracy of the surrogate", report.surrogateAccuracy),
        ].compactMap { title, figure in figure.map { Self.card(title, $0) } }
        let unrounded = report.greyBox.filter { $0.rendition == .unrounded }
        let gred = unrounded.compactMap { $0[.gred]?.accuracy }
        guard !gred.isEmpty else { return accuracies }
        let matched = gred.count { $0.verdict == .green }
        return accuracies + [
            Card(
                "Rows of Table 2 where DET_GRED matches the paper",
                value: "\(matched) of \(gred.count)", note: "within 0.01, or better; unrounded")
        ]
    }

    private static func card(_ title: String, _ figure: ComparedFigure) -> Card {
        let bounds = figure.interval.map { Figure.fixed($0, digits: 4) }
            .joined(separator: "–")
        return Card(
            title, value: Figure.fixed(figure.ours, digits: 4),
            note:
                "\(bounds), n = \(Figure.count(figure.samples)); the paper: \(Figure.fixed(figure.paper ?? .nan, digits: 4))",
            tint: figure.tint)
    }

    /// How to read the tables.
    private var reading: Section {
        Section(
            "How to read this",
            [
                .paragraph(
                    """
                    A cell holds ours with its 95% interval (Wilson), the paper's, and the difference. \
                    Green: ours is at most 0.01 below the paper's, or above. Red: below, and the upper end \
                    of our interval does not reach the paper's. Amber: between. An asterisk marks a number \
                    of the paper's that is in doubt: below its table stands why. Where it contradicts itself \
                    otherwise, a section of its own says what was done.

                    Unrounded images are as the attack left them, as in the paper; rounded ones have 8 \
                    bits, as files and cameras do, minimum-norm attacks having gone on until the rounded \
                    image is adversarial. Detectors for each were trained on images of the same kind. \
                    DET_IS and DET_GRED are the paper's form, which reads the raw sensitivity; ours reads \
                    it on a logarithmic scale.
                    """)
            ])
    }

    /// Every red figure, and why.
    private var shortfalls: Section? {
        var blocks: [Block] = []
        for (title, reds) in report.shortfalls where !reds.isEmpty {
            blocks.append(
                .paragraph(
                    "\(title):\n" + reds.map { "•\u{2002}\($0)" }.joined(separator: "\n")))
        }
        return blocks.isEmpty ? nil : Section("Where we fall short", blocks)
    }

    /// Choices, sizes and hashes.
    private var made: Section {
        let provenance = report.provenance
        var table = Table(
            title: "What is taken where the paper is silent",
            columns: ["choice", .number("value"), "meaning"])
        for choice in PaperChoices.all {
            let value = provenance.choices[keyPath: choice.value]
            table.append([
                .init(choice.name), .init(String(format: "%.4g", value)), .init(choice.meaning),
            ])
        }
        for choice in findings.setting.fixedChoices {
            table.append(texts: [choice.name, choice.value, choice.meaning])
        }
        table.note =
            "Down to \(PaperChoices.all.last?.name ?? "") each is an option (--set); the rest is fixed."
        var blocks: [Block] = [.table(table)]
        if !provenance.notes.isEmpty {
            blocks.append(
                .paragraph(
                    "To be known of this run:\n"
                        + provenance.notes.map { "•\u{2002}\($0)" }.joined(separator: "\n")))
        }
        if let attack = report.greyBox.first?.attack {
            blocks.append(
                .details(
                    title: "Two cells of Table 2, counted again from the scores of each image",
                    text: ScoresFile.counting(attack)))
        }
        blocks.append(
            .details(
                title: "Provenance",
                text: """
                    command       \(provenance.command)
                    made by       \(provenance.madeBy ?? Figure.missing)
                    seed          \(provenance.seed)
                    profile       \(provenance.sizes.joined(separator: "\n              "))
                    f             \(provenance.network), SHA-256 \(provenance.classifier)
                    surrogate     \(provenance.surrogate.map { "SHA-256 \($0)" } ?? Figure.missing)
                    guard         \(provenance.sentry.map { "SHA-256 \($0)" } ?? Figure.missing)
                    test images   SHA-256 \(provenance.testImages)
                    guard images  SHA-256 \(provenance.guardImages)
                    fit images    SHA-256 \(provenance.fitImages)
                    libtorch      \(provenance.libtorch), \(provenance.threads) threads, \(provenance.device)
                    """))
        return Section("How it was made", blocks)
    }
}
