import ArgumentParser
import Foundation
import GRED
import GREDClassifiers
import GREDLaboratory
import LibTorch

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a guard on images that it has never seen.",
        discussion: """
            Attacks test images that the classifier gets right, and counts how often the guard \
            sees it, gives the right label back, and calls clean images adversarial. Rates come \
            with 95% intervals.

            Examples:
              gred evaluate digits-guard
              gred evaluate digits-guard --profile smoke --json
              gred evaluate guard --data photographs --full
            """)

    @Argument(help: "The folder of a guard bundle.", completion: .directory)
    var bundle: String

    @Option(help: "The data set: mnist, cifar10, digits, or a folder of images.")
    var data = "mnist"

    @Option(help: "How many images to try: smoke, demo or full.")
    var profile = "demo"

    @Option(help: "The folder that the report is written to.", completion: .directory)
    var output = "evaluation-report"

    @Flag(
        help: """
            Also try attacks that no guard trains on, and train and measure a guard without each family \
            of attacks.
            """)
    var full = false

    @Flag(help: "Print the report as JSON instead of a table.")
    var json = false

    @OptionGroup var folder: FolderOptions
    @OptionGroup var options: RunOptions

    func validate() throws { try Profile.check(profile) }

    func run() throws {
        // The engine is set up before the first tensor, so the weights are read later.
        let manifest = try GuardBundle.manifest(of: URL(filePath: bundle))
        if let detector = manifest.detector {
            // Guards that are trained for comparison are made as this one was.
            var recipe = try Profile.universal(profile)
            recipe.noise = detector.noise
            recipe.readsMap = detector.readsMap
            recipe.width = detector.width
            recipe.falsePositiveRate =
                manifest.threshold?.falsePositiveRate ?? recipe.falsePositiveRate
            try run(recipe)
        } else {
            guard !full else {
                throw ValidationError(
                    "--full is for universal guards, and \(bundle) holds the paper's.")
            }
            try run(Profile.recipe(profile))
        }
    }

    private func run(_ recipe: some GuardRecipe) throws {
        var recipe = recipe
        let bench = try options.bench(for: &recipe)
        try OutputFolder.check(output)
        let sentry = try GuardBundle.read(URL(filePath: bundle))
        guard let classifier = sentry.classifier as? any TunableClassifier else {
            throw BundleFault.cannotBeKept
        }
        try sentry.move(to: bench.device)
        let data = try DataSet(
            named: data, reading: folder.reading(for: classifier), observer: bench.observer)
        let findings: GuardEvaluation.Findings
        if full, let recipe = recipe as? UniversalRecipe {
            findings = try recipe.evaluateFully(sentry, of: classifier, on: data, bench: bench)
        } else {
            findings = try recipe.evaluate(sentry, of: classifier, on: data, bench: bench)
        }
        try Results.show(findings, writtenTo: URL(filePath: output), json: json)
    }
}
