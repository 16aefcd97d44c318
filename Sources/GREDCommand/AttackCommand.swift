import ArgumentParser
import Foundation
import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch

struct AttackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attack",
        abstract: "Attack a classifier and keep the adversarial images.",
        discussion: """
            Attacks images of the test set that the classifier gets right. Success is judged on \
            the image as the attack returned it, and again rounded to 8 bits.

            Finished batches are kept: an interrupted attack goes on where it stopped.

            Examples:
              gred attack pgd --classifier digits
              gred attack ddn cw --classifier digits --targeted --count 100 --output adversarial
              gred attack fgsm pgd --classifier digits --epsilon 0.1
            """)

    @Argument(help: "One or more of \(AttackCatalogue.names.joined(separator: ", ")).")
    var attacks: [String]

    @Option(
        help: "The folder of a classifier, or an exported program (.pt2).", completion: .file())
    var classifier: String

    @Option(help: "The data set: mnist, cifar10, digits, or a folder of images.")
    var data = "mnist"

    @Option(help: "How many images to attack.")
    var count = 128

    @Flag(help: "Aim at a random other class (\(AttackCatalogue.aimable.joined(separator: ", "))).")
    var targeted = false

    @Option(help: "The L∞ radius of fgsm, pgd and square, for pixels in 0…1.")
    var epsilon: Double?

    @Option(
        help: "Steps of pgd, pgd-l2, deepfool, ddn and fab; iterations of cw; queries of square.")
    var steps: Int?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Another setting by its name, such as learning-rate=0.05; repeat for more.",
            valueName: "setting=value"))
    var settings: [String] = []

    @Option(
        help: """
            What attacks search in: float32, or bfloat16 where the processor has instructions for it. \
            What they claim is judged in float32 either way.
            """)
    var searchIn = Precision.float32

    @Option(help: "How often each attack is tried, with other random numbers; the best counts.")
    var restarts = 1

    @Option(
        help: """
            Images attacked at once; by default as many as fit into 2 GiB, at most 128. It changes no \
            figure.
            """)
    var batchSize: Int?

    @Option(
        help: "A folder to write adversarial images and attacks.json to.", completion: .directory)
    var output: String?

    @Flag(help: "Also write each adversarial image, at 8 bits, as a PNG file of its own.")
    var png = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var folder: FolderOptions
    @OptionGroup var options: RunOptions

    func validate() throws {
        guard !attacks.isEmpty else {
            throw ValidationError(
                "Name at least one attack: \(AttackCatalogue.names.joined(separator: ", ")).")
        }
        guard count >= 1, steps ?? 1 >= 1, restarts >= 1, epsilon ?? 1 > 0 else {
            throw ValidationError("--count, --steps, --restarts and --epsilon must be positive.")
        }
        guard batchSize ?? 1 >= 1 else { throw ValidationError("--batch-size must be positive.") }
        guard !png || output != nil else {
            throw ValidationError("--png needs --output, the folder to write into.")
        }
    }

    func run() throws {
        let bench = try options.bench(in: searchIn)
        if let output { try OutputFolder.check(output) }
        let classifier = try StoredClassifier.read(URL(filePath: classifier))
        let hash = try classifier.contentHash()
        try classifier.move(to: bench.device)
        let plans = try attacks.map {
            try AttackPlan(
                configured($0, budget: .standard(for: classifier.inputShape)),
                isTargeted: targeted, count: count)
        }
        let set = try DataSet(
            named: data, reading: folder.reading(for: classifier), observer: bench.observer
        ).sets.test
        try classifier.checkAtTheDoor(on: set, bench)
        let experiment = AttackExperiment(
            classifier: classifier, classifierHash: hash, bench: bench, batchSize: batchSize,
            precision: searchIn)
        let images = try experiment.correctlyClassified(set, count: count)
        var results: [(plan: AttackPlan, outcome: AttackOutcome)] = []
        for plan in plans {
            let folder = output.map { URL(filePath: $0) }
            var files: [URL] = []
            let outcome = try experiment.run(plan, on: images) { piece in
                files.append(piece.file)
                guard png, let folder else { return }
                try piece.record.savePNGs(
                    in: folder.appending(component: plan.fileName), from: piece.first)
            }
            results.append((plan, outcome))
            if let folder {
                try Safetensors.join(
                    files, to: folder.appending(component: "\(plan.fileName).safetensors"))
            }
        }
        let report = try AttackReport(
            of: results, command: bench.command, seed: bench.seed, data: set.name,
            classifier: hash, precision: searchIn, device: bench.device)
        if let output { try AttackPage(report).write(to: URL(filePath: output)) }
        if json {
            for remark in report.remarks { bench.observer.say(remark) }
            print(String(decoding: try report.json(), as: UTF8.self))
            return
        }
        print(TerminalTable(report.table, isColoured: isatty(1) == 1).render())
        if let output {
            print("adversarial images in \(output); a page to look at: \(output)/attacks.html")
        }
    }

    private func configured(_ name: String, budget: AttackCatalogue.Budget) throws
        -> any Attack
    {
        var budget = budget
        if let epsilon {
            // The step keeps its share of the radius.
            budget.stepSize *= epsilon / budget.epsilon
            budget.epsilon = epsilon
        }
        if let steps { budget.steps = steps }
        var attack = try AttackCatalogue.attack(named: name, budget: budget)
        if let steps { attack = attack.withSteps(steps) }
        return try attack.with(settings).restarted(restarts)
    }
}
