import ArgumentParser
import Foundation
import GRED
import GREDCharts
import GREDLaboratory

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Attack a guard as somebody does who knows it.",
        discussion: """
            Looks for images that the classifier gets wrong and the guard takes for benign, with the \
            gradients of both. What detectors withstand that are attacked unawares says nothing of this. \
            The result is written into the bundle, for gred bundle show. Every finished piece is kept: \
            when it is interrupted, the same command goes on.

            Examples:
              gred audit digits-guard --profile smoke
              gred audit guard --data photographs --surrogate guard-of-another-seed
            """)

    @Argument(help: "The folder of a guard bundle.", completion: .directory)
    var bundle: String

    @Option(help: "The data set that it is for: mnist, cifar10, digits, or a folder of images.")
    var data = "mnist"

    @Option(
        help: ArgumentHelp(
            "Another guard of the same classifier, made with another --seed.",
            discussion: "What passes it is tried on the guard: it should do no better.",
            valueName: "bundle"), completion: .directory)
    var surrogate: String?

    @Option(
        help: "How much to try: smoke (two minutes), laptop (one to two hours) or full (a GPU).")
    var profile = "laptop"

    @Option(
        help: ArgumentHelp(
            "At most so many images attacked.",
            discussion: "Half of them take half the time, and the intervals are wider.",
            valueName: "count"))
    var images: Int?

    @Option(help: "The folder that the report is written to.", completion: .directory)
    var output = "audit-report"

    @Flag(help: "Print the report as JSON instead of a table.")
    var json = false

    @OptionGroup var folder: FolderOptions
    @OptionGroup var options: RunOptions

    func validate() throws {
        _ = try Self.profile(named: profile)
        guard images ?? 1 >= 1 else { throw ValidationError("--images must be at least 1.") }
    }

    func run() throws {
        let bench = try options.bench(in: .float32)
        try OutputFolder.check(output)
        var profile = try Self.profile(named: profile)
        if let images { profile = profile.limited(to: images) }
        let audit = try Audit(
            bundle: URL(filePath: bundle), surrogate: surrogate.map { URL(filePath: $0) },
            profile: profile)
        try audit.move(to: bench.device)
        let data = try DataSet(
            named: data, reading: folder.reading(for: audit.classifier), observer: bench.observer)
        let findings = try audit.run(on: data, bench: bench)
        let report = findings.report
        let folder = URL(filePath: output)
        try AuditPage(findings).write(to: folder)
        try GuardBundle.record(report.card, in: URL(filePath: bundle))
        if json {
            print(String(decoding: try report.json(), as: UTF8.self))
            return
        }
        print(TerminalTable(report.table).render())
        print("")
        print(TerminalTable(report.proofTable).render())
        print("")
        print(TerminalTable(report.claims).render())
        print("\n\(report.headline)\n")
        print("A page to look at:  \(folder.appending(component: "index.html").path)")
        print("The same as JSON:   \(folder.appending(component: "audit.json").path)")
    }

    private static func profile(named name: String) throws -> AuditProfile {
        guard let profile = AuditProfile.all.first(where: { $0.name == name }) else {
            throw ValidationError(
                "--profile is one of \(AuditProfile.all.map(\.name).joined(separator: ", ")), and '\(name)' was given."
            )
        }
        return profile
    }
}
