// /work/main/Sources/GREDLaboratory/Documentation.docc/GREDLaboratory.md
import Foundation
import GREDLaboratory
func snippet13() throws {

    let bench = Workbench(
        store: StageStore(URL(filePath: "stages")), seed: 0, command: "my experiment")
    let data = try DataSet(named: "digits", observer: bench.observer)
    let outcome = try Recipe.smoke.run(on: data, bench: bench)
    print(EvaluationTable.text(outcome.findings.report))
    let report = try ReportFiles.write(outcome.findings, to: URL(filePath: "report"))
    print(report.html.path)
}
