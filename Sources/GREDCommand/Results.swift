import Foundation
import GREDLaboratory

/// How commands show findings: a table on standard output, a page and JSON in a folder.
enum Results {
    static func show(
        _ findings: GuardEvaluation.Findings, writtenTo folder: URL, json: Bool
    ) throws {
        let files = try ReportFiles.write(findings, to: folder)
        if json {
            print(String(decoding: try findings.report.json(), as: UTF8.self))
            return
        }
        print(EvaluationTable.text(findings.report, isColoured: isatty(1) == 1))
        print("")
        print("A page to look at:  \(files.html.path)")
        print("The same as JSON:   \(files.json.path)")
    }
}
