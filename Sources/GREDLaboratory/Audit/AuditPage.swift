import Foundation
import GREDCharts
import LibTorch

/// An audit as one page to look at.
public struct AuditPage {
    /// What the page shows.
    public let findings: Audit.Findings

    private var report: AuditReport { findings.report }

    /// A page that is drawn by ``html()``.
    public init(_ findings: Audit.Findings) { self.findings = findings }

    /// The page as a self-contained HTML document, to be stored in UTF-8.
    /// - Throws: `PNGError` for images that cannot be encoded.
    public func html() throws -> String {
        let norms: [(AttackBudget.Norm, String)] = [(.linf, "L∞"), (.l2, "L2")]
        let charts = norms.compactMap { norm, name -> Block? in
            chart(norm, name).map { .chart($0, caption: caption) }
        }
        let gallery = try AuditGallery.gallery(of: findings.examples)
        return ReportPage(
            title: "Audit of a guard on \(report.provenance.data)",
            subtitle: report.headline,
            sections: [
                Section("Figures", [.table(report.table)]),
                Section("Success against the radius", charts),
                Section(
                    "Do the gradients lie?",
                    [.paragraph(Self.masking), .table(report.proofTable)]),
                Section("What the figures claim", [.table(report.claims)]),
            ] + (gallery.map { [Section("Images", [.gallery($0)])] } ?? [])
                + (report.provenance.notes.isEmpty
                    ? []
                    : [
                        Section(
                            "To be known of this audit",
                            [.paragraph(report.provenance.notes.joined(separator: "\n"))])
                    ]),
            footer: report.provenance.command
        ).html()
    }

    private func chart(_ norm: AttackBudget.Norm, _ name: String) -> LineChart? {
        let rows = (report.rows + report.farther).filter { $0.budget.norm == norm }
        guard !rows.isEmpty else { return nil }
        func points(_ attack: String, _ value: (AuditReport.Row) -> Double) -> [Point] {
            [Point(x: 0, y: 0)]
                + rows.filter { $0.attack == attack }.map {
                    Point(x: $0.budget.radius, y: value($0))
                }
        }
        return LineChart(
            title: "Success within \(name)", x: Axis("radius, \(name)"),
            y: Axis("share of images", range: 0...1, format: .percent),
            series: [
                LineChart.Series("no guard", points: points(AuditReport.Row.worst, \.fooled)),
                LineChart.Series(
                    "unaware of the guard, SR@1", points: points("unaware", \.passesAt1Percent)),
                LineChart.Series(
                    "knows the guard, SR@5",
                    points: points(AuditReport.Row.worst, \.passesAt5Percent)),
                LineChart.Series(
                    "knows the guard, SR@1",
                    points: points(AuditReport.Row.worst, \.passesAt1Percent)),
            ])
    }

    /// Writes `index.html` and `audit.json`; each is there whole or not at all.
    /// - Throws: `FileFault` where the folder cannot be written.
    public func write(to folder: URL) throws {
        try AtomicFile.write(report.json(), to: folder.appending(component: "audit.json"))
        try AtomicFile.write(Data(try html().utf8), to: folder.appending(component: "index.html"))
    }

    private static let masking = """
        A guard may seem to hold because its gradients lead nowhere. Where a claim below does not hold, \
        the figures above are too low: attacks were too weak, and the guard is weaker than it looks. Few \
        images leave room: each claim says how much may be new at most. In L2 no attack without gradients \
        was tried, as Square searches in L∞.
        """

    private var caption: String {
        let few =
            report.farther.first.map {
                " Points beyond the largest radius of the table, joined like the others, are of its first \(Figure.count($0.images)) images alone, which are attacked there to see whether success grows to 100%."
            } ?? ""
        return """
            The share of images on which the classifier is wrong and, but for the first curve, the guard \
            silent, within each radius. No guard: wrong by any of the attacks, seen or not. The attacker who \
            knows the guard has all but its key.
            """ + few
    }
}
