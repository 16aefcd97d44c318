import GREDCharts

/// An evaluation as one page to look at: headline figures, examples, the distributions of Fig. 2,
/// the curves of Fig. 3, tables, and what they do not show.
public struct EvaluationPage {
    /// What the page shows.
    public let findings: GuardEvaluation.Findings

    var report: EvaluationReport { findings.report }

    /// A page that is drawn by ``html()``, not before.
    public init(_ findings: GuardEvaluation.Findings) { self.findings = findings }

    /// The page as a self-contained HTML document, to be stored in UTF-8.
    /// - Throws: `PNGError` for examples that are no images.
    public func html() throws -> String { try page().html() }

    func page() throws -> ReportPage {
        ReportPage(
            title: "GRED on \(report.dataset)", subtitle: subtitle, cards: cards,
            sections: [
                try examples, sensitivities, detection, harmless, recovery, attacks, limits,
                details,
            ].compactMap { $0 })
    }

    private var subtitle: String {
        let attacks = report.attacks.count
        return "A classifier f and its guard against adversarial images, measured on"
            + " \(Figure.count(report.cleanImages)) test images that neither had seen, under"
            + " \(attacks) \(attacks == 1 ? "attack" : "attacks")."
    }
}
