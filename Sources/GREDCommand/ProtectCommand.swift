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
            Attacks images of the guard set, which the classifier was not trained on; trains a \
            detector on what succeeded, on the clean originals and on harmlessly changed copies; \
            fine-tunes the rectifier on masked copies; sets the threshold on clean images of their \
            own, a little higher where harmless changes of them would be flagged more than twice as \
            often. The bundle holds everything that `gred inspect` needs.

            The plan is said first, with about how long it takes. Every finished stage is kept: when it \
            is interrupted, the same command goes on.

            Examples:
              gred protect digits --output digits-guard
              gred protect digits --profile smoke --output quick-guard
              gred protect network.pt2 --data photographs --output guard --report report
            """)

    @Argument(
        help: "The folder of a classifier, or an exported program (.pt2).", completion: .file())
    var classifier: String

    @Option(
        help:
            "The data set that the classifier is for: mnist, cifar10, digits, or a folder of images."
    )
    var data = "mnist"

    @Option(
        help: """
            What detects: universal (one detector for all attacks) or paper (the paper's two networks, \
            joined by Eq. 12).
            """)
    var method = GuardMethod.universal

    @Option(
        name: .customLong("false-positives"),
        help: "The share of clean images that the universal guard may flag (default: 0.01).")
    var falsePositives: Double?

    @Flag(help: "A universal guard without noisy copies: a quarter of the cost, and less is seen.")
    var fast = false

    @Option(
        help: "How much to spend: smoke (half a minute), demo (a few minutes) or full (an hour).")
    var profile = "demo"

    @Option(
        help: ArgumentHelp(
            "Attack at most so many images to train a universal guard on.",
            discussion: "Half of them take about half the time, and less is seen.",
            valueName: "count"))
    var images: Int?

    @Option(help: "The bundle's folder.", completion: .directory)
    var output: String

    @Flag(
        name: .customLong("measure"), inversion: .prefixedNo,
        help: "Measure the guard on test images, for its model card.")
    var isMeasured = true

    @Option(
        help: "A folder for the report of that measurement, a page and JSON.",
        completion: .directory)
    var report: String?

    @OptionGroup var folder: FolderOptions
    @OptionGroup var options: RunOptions

    func validate() throws {
        try Profile.check(profile)
        guard isMeasured || report == nil else {
            throw ValidationError(
                "--report needs the guard to be measured, which --no-measure leaves out.")
        }
        guard method == .universal || (falsePositives == nil && !fast && images == nil) else {
            throw ValidationError(
                "--false-positives, --fast and --images are for universal guards: the paper's threshold and sizes are fixed."
            )
        }
        guard images ?? 1 >= 1 else { throw ValidationError("--images must be at least 1.") }
        if let falsePositives {
            guard falsePositives > 0, falsePositives < 1 else {
                throw ValidationError("\(CalibrationFault.rate(falsePositives))")
            }
        }
    }

    func run() throws {
        switch method {
        case .universal:
            var recipe = try Profile.universal(profile)
            if fast { recipe = recipe.fast }
            if let falsePositives { recipe.falsePositiveRate = falsePositives }
            if let images { recipe = recipe.limited(to: images) }
            try run(recipe)
        case .paper: try run(Profile.recipe(profile))
        }
    }

    private func run(_ recipe: some GuardRecipe) throws {
        var recipe = recipe
        let bench = try options.bench(for: &recipe)
        try OutputFolder.check(output, marker: "guard.json")
        if let report { try OutputFolder.check(report) }
        let classifier = try StoredClassifier.read(URL(filePath: classifier))
        try classifier.move(to: bench.device)
        let data = try DataSet(
            named: data, reading: folder.reading(for: classifier), observer: bench.observer)
        try classifier.checkAtTheDoor(on: data.sets.guard, bench)
        try recipe.sayPlan(for: classifier, on: data, isMeasured: isMeasured, bench: bench)
        let sentry = try recipe.protect(classifier, data: data, bench: bench)
        let findings =
            try isMeasured
            ? recipe.evaluate(sentry, of: classifier, on: data, bench: bench) : nil
        try GuardBundle.write(
            sentry,
            training: recipe.trainingDescription(of: classifier, on: data, bench: bench),
            figures: findings?.report.figures, madeBy: "gred \(GREDCommand.version)",
            to: URL(filePath: output))
        if let findings {
            print(EvaluationTable.text(findings.report, isColoured: isatty(1) == 1) + "\n")
            if let report {
                let files = try ReportFiles.write(findings, to: URL(filePath: report))
                print("report in \(files.html.path)")
            }
        }
        print("guard in \(output)")
        print("next: gred bundle show \(output), gred inspect \(output) IMAGES")
        if !isMeasured || method == .universal { print(Self.further(output, method)) }
    }

    /// What is left to be measured.
    private static func further(_ output: String, _ method: GuardMethod) -> String {
        "      gred evaluate \(output)"
            + (method == .universal ? " --full, for attacks that it was not trained on" : "")
    }
}

/// The `--method` of a guard.
enum GuardMethod: String, ExpressibleByArgument, CaseIterable {
    case universal
    case paper
}
