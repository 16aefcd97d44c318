import Foundation
import LibTorch

/// Findings as files: a page for people and JSON for programs.
public struct ReportFiles {
    /// Writes `index.html` and `report.json`; each is there whole or not at all.
    /// - Parameter folder: made where it is missing.
    /// - Throws: `FileFault` where the folder cannot be written, `PNGError` for examples that are
    ///   no images.
    public static func write(
        _ findings: GuardEvaluation.Findings, to folder: URL
    ) throws -> (html: URL, json: URL) {
        let html = folder.appending(component: "index.html")
        let json = folder.appending(component: "report.json")
        let page = try EvaluationPage(findings).html()
        try AtomicFile.write(findings.report.json(), to: json)
        try AtomicFile.write(Data(page.utf8), to: html)
        return (html, json)
    }
}
