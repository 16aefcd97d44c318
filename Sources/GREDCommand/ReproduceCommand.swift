import ArgumentParser
import Foundation
import GRED
import GREDCharts
import GREDClassifiers
import GREDLaboratory

struct ReproduceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reproduce",
        abstract: "Do the paper's experiments again, and set the results beside the paper's.",
        discussion: """
            Trains a classifier on the fit set (or takes one), attacks it in the paper's eight ways, \
            trains the paper's detectors and rectifiers on images of the guard set, and measures them on \
            test images. Writes a page, the same as Markdown, JSON, and the scores of every image.

            Every finished stage is kept: when it is interrupted, the same command goes on.

            Examples:
              gred reproduce digits --profile smoke
              gred reproduce mnist --profile laptop --dry-run
              gred reproduce cifar10 --classifier cifar10-vgg11 --set copies=16
              gred reproduce mnist --without white-box --without transfer
              gred reproduce imagenet20 --profile paper --size 224 --weights resnet152.safetensors \
                --weight-classes imagenet.txt
            """)

    @Argument(help: "The data set: mnist, cifar10, digits, or a folder of images.")
    var data: String

    @Option(
        help:
            "How much to do: smoke (two minutes, figures mean nothing), laptop (a night) or paper.")
    var profile = "laptop"

    @Option(
        help:
            "The classifier to attack, a folder or an exported program; by default one is trained.",
        completion: .file())
    var classifier: String?

    @Option(
        name: .customLong("guard"),
        help: ArgumentHelp(
            "A guard bundle for the classifier, as one more detector; its classifier is attacked.",
            valueName: "bundle"), completion: .directory)
    var bundle: String?

    @Option(
        help: ArgumentHelp(
            "Only these attacks, such as FGSM-U,DDN-T; by default all eight.", valueName: "names"))
    var attacks: String?

    @Option(
        help: ArgumentHelp(
            "At most so many images of the guard set for each attack, and half as many tested.",
            discussion: "Also at most so many of the fit set, on which rectifiers train besides."))
    var images: Int?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "A choice that the paper leaves open, such as cw-iterations=300; may be repeated.",
            valueName: "choice=value"))
    var settings: [String] = []

    @Option(
        help: ArgumentHelp(
            "Leave a part out, such as white-box; may be repeated.",
            discussion: PaperPart.allCases.map { "\($0.rawValue) (\($0.title))" }
                .joined(separator: ", ") + ".",
            valueName: "part"))
    var without: [String] = []

    @Flag(help: "Only print what would be done, and how long it would take.")
    var dryRun = false

    @Option(
        help: "The folder that the report is written to; by default reproduction-DATA.",
        completion: .directory)
    var output: String?

    @Option(
        help: ArgumentHelp(
            "The size of a folder's images, such as 64 or 160x224.",
            discussion: "By default the classifier's, or the pictures' own."))
    var size: PictureSize?

    @OptionGroup var published: WeightOptions
    @OptionGroup var folder: FolderOptions
    @OptionGroup var options: RunOptions

    func validate() throws {
        do { _ = try PaperProfile.named(profile) } catch { throw ValidationError("\(error)") }
        _ = try changes
        _ = try chosen
        _ = try leftOut
        guard images ?? 2 >= 2 else { throw ValidationError("--images must be at least 2.") }
        guard bundle == nil || classifier == nil else {
            throw ValidationError(
                "--guard brings its own classifier: leave --classifier out.")
        }
        guard published.weights == nil || (bundle == nil && classifier == nil) else {
            throw ValidationError(
                "--weights, --classifier and --guard each name f: leave all but one out.")
        }
    }

    func run() throws {
        var profile = try PaperProfile.named(profile)
        let bench = try options.bench()
        if profile.precision.caveat != nil, bench.device == .cpu {
            profile.precision = .float32
            profile.notes.append(
                "The processor has no instructions for bfloat16: attacks searched in float32.")
        }
        if let images { profile = profile.limited(to: images) }
        if let chosen = try chosen {
            profile.attacks = chosen
            profile.notes.append("Only some attacks were made, as the command says.")
        }
        let output = output ?? "reproduction-\(URL(filePath: data).lastPathComponent)"
        if !dryRun { try OutputFolder.check(output) }
        let sentry = try bundle.map { try PaperGuard(bundle: URL(filePath: $0)) }
        try sentry?.sentry.move(to: bench.device)
        var given =
            try sentry.map { try Self.guarded(by: $0) }
            ?? classifier.map { try StoredClassifier.read(URL(filePath: $0)) }
        try given?.move(to: bench.device)
        let reading = given.map { folder.reading(for: $0) } ?? folder.reading(size: size)
        let set = try DataSet(named: data, reading: reading, observer: bench.observer)
        let networks = try published.classifiers(
            for: set.sets.fit, as: PaperData(named: data), in: profile)
        try networks.classifier?.move(to: bench.device)
        try networks.surrogate?.move(to: bench.device)
        given = given ?? networks.classifier
        if let given { try given.checkAtTheDoor(on: set.sets.guard, bench) }
        var choices = profile.choices(for: set.sets.fit.shape)
        for (name, value) in try changes { try choices.set(name, to: value) }
        let reproduction = try Reproduction(
            of: set, as: PaperData(named: data), profile: profile, choices: choices,
            classifier: given, surrogate: networks.surrogate, sentry: sentry,
            without: leftOut, madeBy: "gred \(GREDCommand.version)", bench: bench)
        let plan = try reproduction.plan()
        print(TerminalTable(plan.table).render())
        guard !dryRun else { return }
        // Written as it comes: a run that is ended leaves the tables that are done.
        let place = URL(filePath: output)
        let findings = try reproduction.run(by: plan) {
            try ReproductionFiles.write($0, to: place)
        }
        let page = try ReproductionFiles.write(findings, to: place)
        print(
            TerminalTable(findings.report.greyBoxSummary, isColoured: isatty(1) == 1).render())
        print("\nA page to look at:  \(page.path)")
    }

    private static func guarded(by sentry: PaperGuard) throws -> any TunableClassifier {
        guard let classifier = sentry.sentry.classifier as? any TunableClassifier else {
            throw BundleFault.cannotBeKept
        }
        return classifier
    }

    /// The attacks as they were typed; nil for all.
    private var chosen: [PaperAttack]? {
        get throws {
            guard let attacks else { return nil }
            let names = Set(attacks.split(separator: ",").map(String.init))
            let known = PaperAttack.allCases.map(\.rawValue)
            if let unknown = names.sorted().first(where: { !known.contains($0) }) {
                throw ValidationError(
                    "There is no attack '\(unknown)': use \(known.joined(separator: ", ")).")
            }
            guard !names.isEmpty else {
                throw ValidationError("--attacks names none: use \(known.joined(separator: ", ")).")
            }
            return PaperAttack.allCases.filter { names.contains($0.rawValue) }
        }
    }

    /// The parts that are not made.
    private var leftOut: Set<PaperPart> {
        get throws {
            let parts = try without.map { name -> PaperPart in
                guard let part = PaperPart(rawValue: name) else {
                    let known = PaperPart.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ValidationError("There is no part '\(name)': use \(known).")
                }
                return part
            }
            return Set(parts)
        }
    }

    /// The choices as they were typed.
    private var changes: [(name: String, value: Double)] {
        get throws {
            try settings.map { text in
                let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2, let value = Double(parts[1]) else {
                    throw ValidationError(
                        "--set takes CHOICE=NUMBER, and '\(text)' was given.")
                }
                // Names and values are checked before any work is done.
                var choices = PaperChoices(for: .init(channels: 1, height: 1, width: 1))
                do { try choices.set(parts[0], to: value) } catch {
                    throw ValidationError("\(error)")
                }
                return (parts[0], value)
            }
        }
    }
}
