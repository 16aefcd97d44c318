import ArgumentParser
import Foundation
import GRED
import GREDCharts
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch

/// What a universal detector may read and train on, measured piece by piece.
@main
struct DetectorVariants: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detector-variants",
        abstract: "Compare variants of the universal detector on the same images.",
        discussion: """
            Every variant is trained three times: on both families of attacks, and without each of \
            them. A variant that is done is kept: the same command goes on.
            """)

    @Argument(help: "The bundle of a universal guard.", completion: .directory)
    var bundle: String

    @Option(help: "The data set that it is for.")
    var data = "cifar10"

    @Option(
        help:
            "The guard's profile, whose attacks are taken; it must leave images of guard to measure on."
    )
    var profile = "demo"

    @Option(help: "Adversarial images of each family to train on, at most.")
    var images = 1_200

    @Option(help: "Clean images for thresholds, and for false positives.")
    var clean = 1_000

    @Option(help: "Images, new to the guard, that each attack is tried on.")
    var testImages = 400

    @Option(help: "How often to go through the examples.")
    var epochs = 8

    @Option(help: "The channels of the network's first block.")
    var width = 16

    @Option(help: "The seed of everything random.")
    var seed: UInt64 = 0

    @Option(help: "Threads of the engine.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Only variants whose names contain this; may be repeated.")
    var only: [String] = []

    @Option(help: "Where detectors.json and detectors.md go.", completion: .directory)
    var output = "Benchmarks/Results"

    /// What a variant was measured to do; keys are the names of cells and of benign images.
    struct Row: Codable {
        var name: String
        var passes: Int
        var cells: [String: Cell]
        /// Cells of the family that the detector was not trained on.
        var leftOut: [String: Cell]
        /// Cells of attacks that no guard is trained on.
        var unseen: [String: Cell]
        /// Shares flagged at the threshold of 1%.
        var flagged: [String: Double]
        var seconds: Double
    }

    struct Cell: Codable {
        var images: Int
        var auroc: Double
        var tprAt1PercentFpr: Double
        var tprAt5PercentFpr: Double
    }

    struct Table: Codable {
        var command: String
        var classifier: String
        var guardImages: String
        var adversarialImages: Int
        var cleanImages: Int
        var epochs: Int
        var width: Int
        var seed: UInt64
        var threads: Int
        var libtorch: String
        var rows: [Row]
    }

    private struct Configuration: Encodable {
        var version = 4
        var variant: Variant
        var classifier: String
        var profile: String
        var testImages: Int
        var images: Int
        var clean: Int
        var epochs: Int
        var width: Int
        var seed: UInt64
        var threads: Int
        var torch: String
    }

    func run() throws {
        try Engine.setThreadCount(threads)
        guard var recipe = UniversalRecipe.named(profile) else {
            throw ValidationError("There is no profile '\(profile)'.")
        }
        let observer = LineObserver()
        let bench = Workbench(
            store: StageStore(GREDCache.url.appending(component: "stages")), seed: seed,
            command:
                "make bench-detectors BENCH_ARGS=\"\(CommandLine.arguments.dropFirst().joined(separator: " "))\"",
            observer: observer)
        recipe.testImages = testImages
        if recipe.precision.caveat != nil { recipe.precision = .float32 }
        let sentry = try GuardBundle.read(URL(filePath: bundle))
        guard let classifier = sentry.classifier as? any TunableClassifier else {
            throw BundleFault.cannotBeKept
        }
        let data = try DataSet(
            named: data, reading: FolderReading(for: classifier), observer: observer)
        let material = try Material(
            sentry, of: classifier, data: data, recipe: recipe, images: images, count: clean,
            bench: bench)

        let hash = try classifier.contentHash()
        var rows: [Row] = []
        let variants = Variant.all.filter { variant in
            only.isEmpty || only.contains { variant.name.contains($0) }
        }
        for variant in variants {
            let configuration = Configuration(
                variant: variant, classifier: hash, profile: profile, testImages: testImages,
                images: images, clean: clean,
                epochs: epochs, width: width, seed: seed, threads: threads,
                torch: Engine.loadedVersion)
            let row = try bench.result(
                of: "variant", configuration,
                make: { folder in
                    let row = try measured(
                        variant, on: material, flips: data.augmentation.flips, observer: observer)
                    try AtomicFile.write(
                        JSONEncoder().encode(row), to: folder.appending(component: "row.json"))
                },
                read: {
                    try JSONDecoder().decode(
                        Row.self, from: Data(contentsOf: $0.appending(component: "row.json")))
                })
            rows.append(row)
            observer.say("\(rows.count) of \(variants.count): \(row.name)")
            let table = Table(
                command: bench.command, classifier: hash,
                guardImages: try data.sets.guard.contentHash, adversarialImages: images,
                cleanImages: clean, epochs: epochs, width: width, seed: seed, threads: threads,
                libtorch: Engine.loadedVersion, rows: rows)
            let folder = URL(filePath: output)
            try AtomicFile.write(
                ReportJSON.data(of: table), to: folder.appending(component: "detectors.json"))
            try AtomicFile.write(
                Data(VariantTable.markdown(table).utf8),
                to: folder.appending(component: "detectors.md"))
        }
        print(VariantTable.markdown(rows))
    }

    private func measured(
        _ variant: Variant, on material: Material, flips: Bool, observer: any WorkObserver
    ) throws -> Row {
        let started = Date()
        func detector(_ families: [AttackFamily]) throws -> VariantDetector {
            try VariantDetector(
                variant, on: material, families: families, width: width, flips: flips,
                plan: TrainingPlan(
                    epochs: epochs, batchSize: 128,
                    learningRate: .oneCycle(peak: 2e-3, warmUp: 0.3), weightDecay: 0.05,
                    precision: .float32, seed: seed), observer: observer)
        }
        /// The detector's scores, and the alarms' where these are surer.
        func joined(_ detector: VariantDetector) throws -> (Features) throws -> [Float] {
            let sources: [(Features) throws -> [Float]] =
                [detector.scores] + variant.alarms.map { $0.scores }
            guard sources.count > 1 else { return detector.scores }
            let tails = try sources.compactMap { try ExponentialTail(over: $0(material.calibrate)) }
            guard tails.count == sources.count else {
                throw ValidationError(
                    "\(clean) clean images tell no tails: give --clean \(ExponentialTail.leastImages) or more."
                )
            }
            return { features in
                let all = try sources.indices.map { number in
                    let handicap = number == 0 ? 0 : log(variant.alarmShare)
                    return try sources[number](features).map {
                        tails[number].surprise($0) + handicap
                    }
                }
                return (0..<features.count).map { place in all.map { $0[place] }.max() ?? 0 }
            }
        }
        func cells(_ detector: VariantDetector, of families: [AttackFamily?]) throws
            -> [String: Cell]
        {
            let scores = try joined(detector)
            let calibrate = try scores(material.calibrate)
            let originals = try scores(material.originals)
            var cells: [String: Cell] = [:]
            for cell in material.cells where families.contains(cell.family) {
                let adversarial = try scores(cell.adversarial)
                func caught(_ rate: Double) -> Double {
                    let threshold = ROC.threshold(falsePositiveRate: rate, over: calibrate)
                    return share(of: adversarial, above: threshold)
                }
                cells[cell.name] = Cell(
                    images: adversarial.count,
                    auroc: ROC(
                        clean: cell.survivors.map { originals[$0] }, adversarial: adversarial
                    ).auroc, tprAt1PercentFpr: caught(0.01), tprAt5PercentFpr: caught(0.05))
            }
            return cells
        }
        let whole = try detector(AttackFamily.allCases)
        let scores = try joined(whole)
        let threshold = ROC.threshold(
            falsePositiveRate: 0.01, over: try scores(material.calibrate))
        var flagged: [String: Double] = [:]
        for (name, features) in material.benign {
            flagged[name] = share(of: try scores(features), above: threshold)
        }
        var leftOut: [String: Cell] = [:]
        for family in AttackFamily.allCases {
            let others = AttackFamily.allCases.filter { $0 != family }
            try leftOut.merge(cells(detector(others), of: [family])) { $1 }
        }
        return Row(
            name: variant.name, passes: variant.passes,
            cells: try cells(whole, of: AttackFamily.allCases), leftOut: leftOut,
            unseen: try cells(whole, of: [nil]), flagged: flagged,
            seconds: Date().timeIntervalSince(started))
    }
}

private func share(of scores: [Float], above threshold: Float) -> Double {
    Double(scores.count { $0 > threshold }) / Double(max(scores.count, 1))
}

/// Says what is done, a line each.
private final class LineObserver: WorkObserver {
    func begin(_ title: String, total: Int, unit: String) {}
    func advance(to done: Int, note: String) throws {}
    func finish(_ summary: String) { say(summary) }
    func say(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
}
