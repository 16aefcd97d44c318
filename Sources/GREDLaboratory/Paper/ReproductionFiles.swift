import Foundation
import LibTorch

/// A reproduction as files: a page for people, the same as Markdown, JSON for programs, the drawings, and
/// the scores of every image.
public enum ReproductionFiles {
    /// Writes `index.html`, `README.md`, `report.json`, `figures/…svg` and `scores/ATTACK.csv`; each is
    /// there whole or not at all.
    /// - Parameter folder: made where it is missing.
    /// - Returns: the page's place.
    /// - Throws: `FileFault` where the folder cannot be written.
    @discardableResult
    public static func write(_ findings: Reproduction.Findings, to folder: URL) throws -> URL {
        let page = ReproductionPage(findings).page
        let command = findings.report.provenance.command
        func write(_ text: String, _ name: String) throws {
            try AtomicFile.write(Data(text.utf8), to: folder.appending(path: name))
        }
        for (attack, scores) in findings.scores {
            let texts = ScoresFile.texts(scores, attack: attack, command: command)
            for (number, text) in texts.enumerated() {
                let part = number == 0 ? "" : "-\(number + 1)"
                try write(text, "scores/\(attack.rawValue)\(part).csv")
            }
        }
        for (number, chart) in page.charts.enumerated() {
            try write(chart.svg(), figure(number))
        }
        try AtomicFile.write(
            findings.report.json(), to: folder.appending(component: "report.json"))
        try write("`\(command)`\n\n" + page.markdown(chartFile: figure), "README.md")
        try write(page.html(), "index.html")
        return folder.appending(component: "index.html")
    }

    private static func figure(_ number: Int) -> String {
        String(format: "figures/%02d.svg", number + 1)
    }
}
