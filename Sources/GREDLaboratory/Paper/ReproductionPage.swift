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
                jointDefence, maskingRate, whiteBox, shortfalls, made,
            ].compactMap { $0 })
    }

    private var cards: [Card] {
        let unrounded = report.greyBox.filter { $0.rendition == .unrounded }
        let gred = unrounded.compactMap { $0[.gred]?.accuracy }
        let matched = gred.count { $0.verdict == .green }
        return [
            Card(
                "Accuracy of f on clean images",
                value: Figure.fixed(report.accuracy.ours, digits: 4),
                note: "the paper: \(Figure.fixed(report.accuracy.paper ?? .nan, digits: 4))",
                tint: report.accuracy.tint),
            Card(
                "Rows of Table 2 where DET_GRED matches the paper",
                value: "\(matched) of \(gred.count)", note: "within 0.01, or better; unrounded"),
        ]
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
                    of the paper's that cannot be, or was probably copied.

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
        var blocks: [Block] = [.table(table)]
        if !provenance.notes.isEmpty {
            blocks.append(
                .paragraph(
                    "To be known of this run:\n"
                        + provenance.notes.map { "•\u{2002}\($0)" }.joined(separator: "\n")))
        }
        blocks.append(
            .details(
                title: "Provenance",
                text: """
                    command       \(provenance.command)
                    seed          \(provenance.seed)
                    profile       \(provenance.profile)
                    f             \(provenance.network), SHA-256 \(provenance.classifier)
                    test images   SHA-256 \(provenance.testImages)
                    guard images  SHA-256 \(provenance.guardImages)
                    libtorch      \(provenance.libtorch), \(provenance.threads) threads, \(provenance.device)
                    """))
        return Section("How it was made", blocks)
    }
}
