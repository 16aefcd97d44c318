import ArgumentParser
import Foundation
import GRED
import GREDCharts
import GREDClassifiers
import LibTorch

struct BundleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle", abstract: "Look at guard bundles.", subcommands: [Show.self])

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a bundle's model card, and check that it is whole.",
            discussion: """
                Says what the guard is for, how it was trained, what it was measured to do and what \
                nobody has measured. Every part of the bundle is read and checked against its hash.

                Examples:
                  gred bundle show digits-guard
                  gred bundle show digits-guard --model digits
                  gred bundle show guard --json
                """)

        @Argument(help: "The folder of a guard bundle.", completion: .directory)
        var bundle: String

        @Option(
            help: "A classifier, a folder or a .pt2 file, that must be the one that is guarded.",
            completion: .file())
        var model: String?

        @Flag(help: "Print JSON: the bundle's guard.json as it stands.")
        var json = false

        func run() throws {
            try Engine.checkVersion()
            let folder = URL(filePath: bundle)
            let sentry =
                try model.map {
                    try GuardBundle.read(folder, for: StoredClassifier.read(URL(filePath: $0)))
                } ?? GuardBundle.read(folder)
            let manifest = try GuardBundle.manifest(of: folder)
            if json {
                try JSONOutput.print(manifest)
            } else {
                print(ModelCard(manifest, of: sentry, named: bundle).text)
            }
        }
    }
}

/// What somebody should know of a guard before it is trusted.
private struct ModelCard {
    private let manifest: GuardManifest
    private let sentry: Guard
    private let name: String

    init(_ manifest: GuardManifest, of sentry: Guard, named name: String) {
        self.manifest = manifest
        self.sentry = sentry
        self.name = name
    }

    var text: String {
        [guarded, detection, recovery, training, figures, audit, limits].joined(separator: "\n\n")
    }

    private func share(_ share: GuardFigures.Share) -> String {
        Estimate(
            value: share.value, lower: share.interval.first ?? .nan,
            upper: share.interval.last ?? .nan
        ).formatted()
    }

    private func section(_ title: String, _ lines: [String]) -> String {
        ([title] + lines.map { "  " + $0 }).joined(separator: "\n")
    }

    private var guarded: String {
        let classifier = sentry.classifier
        let kind =
            manifest.classifier.map {
                "\($0.architecture.family.rawValue), built in, width \($0.architecture.width)"
            } ?? "an exported PyTorch program"
        let names = classifier.classNames
        let listed = names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", …" : "")
        return section(
            "\(name): a guard for",
            [
                kind, "images \(classifier.inputShape), \(names.count) classes: \(listed)",
                "SHA-256 \(manifest.classifierHash)",
                "made by \(manifest.madeBy)"
                    + (manifest.savedBy.map { ", saved again by \($0)" } ?? "")
                    + "; bundle schema \(manifest.schema)",
            ])
    }

    private var detection: String {
        switch sentry.detection {
        case .paper:
            return section(
                "Detects", ["by the paper's two networks, the surer of which decides (Eq. 12)"])
        case .universal(let detector):
            let noise = detector.description.noise
            let threshold = manifest.threshold.flatMap { threshold in
                threshold.falsePositiveRate.map {
                    "calibrated on \(threshold.images) clean images to flag at most \(Figure.percent($0)) of them"
                        + (threshold.unraised == nil ? "" : ", and raised for harmless changes")
                }
            }
            return section(
                "Detects",
                [
                    "by one network on the image"
                        + (detector.description.readsMap ? " and its sensitivity map" : "")
                        + ", five numbers of the sensitivity, and \(noise.passes) noisy copies"
                        + (detector.description.alarm == nil
                            ? "" : "; or by lying nearer to another class than clean images do"),
                    threshold ?? "without a calibrated threshold",
                    "an image costs \(noise.passes + 1) passes of the classifier and one back",
                ])
        }
    }

    private var recovery: String {
        let copies = "\(manifest.copies) masked copies (α \(manifest.masking.alpha))"
        let noisy = sentry.detection.noiseStrengths > 0 ? "on its noisy copies, " : ""
        return section(
            "Recovers",
            [
                sentry.chooser == nil
                    ? "by the rectifier on \(copies)"
                    : "by all that speaks for each class: the logits on the image, \(noisy)after a step back, and the rectifier's on \(copies)"
            ])
    }

    private var training: String { section("Trained", manifest.training) }

    private var figures: String {
        guard let figures = manifest.figures else {
            return section("Measured", ["nothing; see gred evaluate"])
        }
        var table = Table(
            columns: [
                "attack", .number("images"), .number("flagged (95%)"), .number("recovered (95%)"),
            ])
        for attack in figures.attacks {
            table.append([
                .init(attack.title), .init(Figure.count(attack.images)),
                .init(share(attack.flagged)), .init(share(attack.recovered)),
            ])
        }
        let images = Figure.count(figures.cleanImages)
        return section(
            "Measured on \(figures.data), \(images) clean images",
            [
                "the classifier is right on \(share(figures.accuracy)),"
                    + " \(Figure.fixed(figures.guardedAccuracy)) with the guard",
                "clean images flagged: \(share(figures.falsePositives))",
            ]) + "\n\n" + TerminalTable(table).render()
    }

    private var audit: String {
        let title = "Against an attacker who knows the guard"
        guard let audit = manifest.audit else {
            return section(title, ["not audited; see gred audit"])
        }
        let doubts = audit.doubts.map {
            "attack too weak, figures too low: \"\($0)\" does not hold"
        }
        return section(
            "\(title): audited on \(audit.images) images of \(audit.data), profile \(audit.profile)",
            audit.cells.map { cell in
                "within \(cell.within) the classifier is wrong and the guard silent on \(share(cell.passes)) where 1% of clean images are flagged"
                    + (cell.asDeployed.map { ", on \(share($0)) at the guard's own threshold" }
                        ?? "")
            } + doubts)
    }

    private var limits: String {
        section(
            "Not known",
            [
                "How it does on attacks that it was not trained on: see gred evaluate --full.",
                "How it does on images of another kind than it was calibrated on.",
            ])
    }
}
