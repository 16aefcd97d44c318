import ArgumentParser
import Foundation
import GRED
import GREDClassifiers
import GREDLaboratory
import LibTorch

struct ProtectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "protect",
        abstract: "Train a guard for a classifier and save it as a bundle.",
        discussion: """
            Attacks images of the guard set, which the classifier was not trained on; trains the \
            two detectors on what succeeded and on the clean originals; fine-tunes the rectifier \
            on masked copies. The bundle holds everything that `gred inspect` needs.

            Every finished stage is kept: when it is interrupted, the same command goes on.

            Examples:
              gred protect digits --output digits-guard
              gred protect digits --profile smoke --output quick-guard
            """)

    @Argument(help: "The folder of a classifier.", completion: .directory)
    var classifier: String

    @Option(
        help:
            "The data set that the classifier is for: mnist, cifar10, digits, or a folder of images."
    )
    var data = "mnist"

    @Option(
        help: "How much to spend: smoke (half a minute), demo (a few minutes) or full (an hour).")
    var profile = "demo"

    @Option(help: "The bundle's folder.", completion: .directory)
    var output: String

    @OptionGroup var folder: FolderOptions
    @OptionGroup var options: RunOptions

    func validate() throws { try Profile.check(profile) }

    func run() throws {
        var recipe = try Profile.recipe(profile)
        let bench = try options.bench(for: &recipe)
        try OutputFolder.check(output, marker: "guard.json")
        let classifier = try NetworkClassifier(folder: URL(filePath: classifier))
        try classifier.move(to: bench.device)
        let data = try DataSet(
            named: data, reading: folder.reading(for: classifier), observer: bench.observer)
        let sentry = try recipe.protect(classifier, data: data, bench: bench)
        try GuardBundle.write(
            sentry, training: recipe.trainingDescription(on: data, bench: bench),
            madeBy: "gred \(GREDCommand.version)", to: URL(filePath: output))
        print("guard in \(output)")
        print("next: gred evaluate \(output)")
    }
}
