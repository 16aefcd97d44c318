import Foundation
import LibTorch

/// A reproduction as files: a page for people, the same as Markdown, JSON for programs, the drawings, and
/// the scores of every image.
public enum ReproductionFiles {
    /// Writes `index.html`, `README.md`, `report.json`, `figures/…svg` and `scores/ATTACK.csv`; each is
    /// there whole or not at all. Scores and drawings that another reproduction left there are removed.
    /// - Parameter folder: made where it is missing.
    /// - Returns: the page's place.
    /// - Throws: `FileFault` where the folder cannot be written.
    @discardableResult
    public static func write(_ findings: Reproduction.Findings, to folder: URL) throws -> URL {
        let page = ReproductionPage(findings).page
        let command = findings.report.provenance.command
        var written: Set<String> = []
        func write(_ text: String, _ name: String) throws {
            try AtomicFile.write(Data(text.utf8), to: folder.appending(path: name))
            written.insert(name)
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
        try removeOthers(than: written, in: folder)
        try AtomicFile.write(
            findings.report.json(), to: folder.appending(component: "report.json"))
        try write("`\(command)`\n\n" + page.markdown(chartFile: figure), "README.md")
        try write(page.html(), "index.html")
        return folder.appending(component: "index.html")
    }

    /// Removes the scores and drawings that have names of ours and were not written just now: one attack's
    /// scores may have taken more files before.
    private static func removeOthers(than written: Set<String>, in folder: URL) throws {
        func isOurs(_ name: String) -> Bool {
            if name.hasSuffix(".svg") { return Int(name.dropLast(4)) != nil }
            return name.hasSuffix(".csv")
                && PaperAttack.allCases.contains { attack in
                    name == "\(attack.rawValue).csv" || name.hasPrefix("\(attack.rawValue)-")
                }
        }
        let files = FileManager.default
        for part in ["scores", "figures"] {
            let place = folder.appending(component: part)
            let names = (try? files.contentsOfDirectory(atPath: place.path)) ?? []
            for name in names where isOurs(name) && !written.contains("\(part)/\(name)") {
                try files.removeItem(at: place.appending(component: name))
            }
        }
    }

    private static func figure(_ number: Int) -> String {
        String(format: "figures/%02d.svg", number + 1)
    }
}
