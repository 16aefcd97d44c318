import Foundation
import GREDCharts
import LibTorch

/// Attacks on a classifier as one page to look at: the table, success against the size of the
/// perturbation, and how fast each attack got there.
public struct AttackPage {
    /// What the page shows.
    public let report: AttackReport

    /// A page that is drawn by ``html()``, not before.
    public init(_ report: AttackReport) { self.report = report }

    /// The page as a self-contained HTML document, to be stored in UTF-8.
    public func html() -> String {
        ReportPage(
            title: "Attacks on \(report.data)",
            subtitle:
                "Classifier \(report.classifier.prefix(12))…, seed \(report.seed), searched in"
                + " \(report.precision.rawValue), judged in float32.",
            sections: [
                Section("Figures", [.table(report.table)]),
                Section("Security curve", [.chart(security, caption: Self.securityCaption)]),
                Section("Progress", [.chart(progress, caption: Self.progressCaption)]),
            ], footer: report.command
        ).html()
    }

    /// The share of images turned by no more than an L2 norm.
    public var security: LineChart {
        LineChart(
            title: "Success against the size of the perturbation",
            x: Axis("L2 norm of the perturbation, at most"),
            y: Axis("share of images turned", range: 0...1, format: .percent),
            series: report.attacks.map { attack in
                LineChart.Series(
                    attack.title,
                    points: [Point(x: 0, y: 0)]
                        + attack.securityCurve.map { Point(x: $0.x, y: $0.y) })
            })
    }

    /// The median norm of the shortest perturbation so far.
    public var progress: LineChart {
        LineChart(
            title: "The shortest perturbation so far",
            x: Axis("passes forward", scale: .log10), y: Axis("median L2 norm, all images"),
            series: report.attacks.map { attack in
                LineChart.Series(
                    attack.title, points: attack.progressCurve.map { Point(x: $0.x, y: $0.y) })
            })
    }

    /// Writes the page, both drawings and the figures; each is there whole or not at all.
    /// - Throws: `FileFault` where the folder cannot be written.
    public func write(to folder: URL) throws {
        try AtomicFile.write(report.json(), to: folder.appending(component: "attacks.json"))
        for (name, text) in [
            ("attacks.html", html()), ("security.svg", security.svg()),
            ("progress.svg", progress.svg()),
        ] {
            try AtomicFile.write(Data(text.utf8), to: folder.appending(component: name))
        }
    }

    private static let securityCaption = """
        For each L2 norm, the share of all attacked images that the attack turned with a perturbation \
        no longer than that. A curve that stays below 100% leaves images that it did not turn. Bounded \
        attacks spend their budget whether it is needed or not.
        """

    private static let progressCaption = """
        The median over all attacked images of the shortest adversarial perturbation seen so far, as \
        the search itself judged it; a curve begins where half the images have one.
        """
}
