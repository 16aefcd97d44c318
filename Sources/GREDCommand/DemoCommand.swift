import ArgumentParser
import Foundation
import GREDLaboratory

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Guard a digit classifier, from nothing to a report, in a few minutes.",
        discussion: """
            Trains a classifier on MNIST, attacks it five ways, trains the two detectors and the \
            rectifier, and measures on images that none of them has seen. Ends with a table here \
            and a page to look at. Where MNIST can neither be found nor downloaded, generated \
            digits stand in for it, and the report says so.

            Every finished stage is kept: when the demo is interrupted, the same command goes on.

            Examples:
              gred demo
              gred demo --profile smoke --output /tmp/report
            """)

    @Option(
        help: "smoke (half a minute, figures mean nothing), demo (a few minutes) or full (hours).")
    var profile = "demo"

    @Option(help: "The data set: mnist, cifar10 or digits; by default mnist where it can be had.")
    var data: String?

    @Option(help: "The folder that the report is written to.", completion: .directory)
    var output = "demo-report"

    @OptionGroup var options: RunOptions

    func validate() throws { try Profile.check(profile) }

    func run() throws {
        var recipe = try Profile.recipe(profile)
        let bench = try options.bench(for: &recipe)
        try OutputFolder.check(output)
        let data =
            try data.map { try DataSet(named: $0, observer: bench.observer) }
            ?? DataSet.mnistOrDigits(observer: bench.observer)
        let outcome = try recipe.run(on: data, bench: bench)
        try Results.show(outcome.findings, writtenTo: URL(filePath: output), json: false)
    }
}
