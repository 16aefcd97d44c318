import ArgumentParser
import Foundation
import GRED
import GREDCharts
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Say of images whether they were manipulated, and what they show.",
        discussion: """
            Images are JPEG and PNG files, folders of them, idx files (gzipped or not), or safetensors files with a tensor \
            'images' of shape N×C×H×W, as float32 in 0…1 or as bytes. A - stands for one such file on \
            standard input.

            A broken file is skipped and named where few are (--broken); a single one is refused.

            Exit status: 0 where nothing adversarial was found, 3 where something was, 1 or 64 on \
            errors.

            Set $GRED_KEY to a secret of your deployment: noise and masks follow from it, so that \
            nobody can predict them. Without it the key of published tables serves, and that is said.

            Examples:
              gred inspect digits-guard seven.png
              gred inspect guard photographs --resize 256
              gred inspect digits-guard t10k-images-idx3-ubyte.gz --json | head
              curl -s https://example.org/cat.jpg | gred inspect guard - --resize 256
              gred inspect guard photographs --save-maps maps
            """)

    @Argument(help: "The folder of a guard bundle.", completion: .directory)
    var bundle: String

    @Argument(help: "Files and folders of images.", completion: .file())
    var files: [String]

    @Flag(help: "Print a JSON object a line, one an image.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "A folder to write a picture of each image to.",
            discussion: """
                Side by side: the image, its sensitivity, both in one with the masked pixels green, \
                and the image with these replaced.
                """, valueName: "folder"), completion: .directory)
    var saveMaps: String?

    @OptionGroup var pictures: PictureOptions
    @OptionGroup var options: RunOptions

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Name at least one file of images.") }
    }

    func run() throws {
        let bench = try options.bench()
        if let saveMaps { try OutputFolder.check(saveMaps) }
        let sentry = try GuardBundle.read(URL(filePath: bundle), key: Self.key())
        try sentry.move(to: bench.device)
        var tally = Tally()
        for file in files {
            if file == "-" {
                try inspectStandardInput(sentry, &tally)
                continue
            }
            let url = URL(filePath: file)
            if url.isFolder {
                try inspectFolder(url, named: file, sentry, &tally)
                continue
            }
            let found: NamedImages
            do {
                found = try read(url, named: file, for: sentry.classifier)
            } catch {
                try skip(error, &tally)
                continue
            }
            try inspect(found, sentry, &tally)
        }
        guard tally.images > 0 else { throw NothingInspectedFault(broken: tally.broken) }
        if !json {
            print(
                "\(tally.adversarial) of \(tally.images) images are adversarial"
                    + (tally.broken == 0 ? "" : ", \(tally.broken) files are broken"))
        }
        if tally.adversarial > 0 { throw ExitCode(3) }
    }

    /// The deployment's own, or else the one that everybody knows.
    private static func key() -> GuardKey {
        if let secret = ProcessInfo.processInfo.environment["GRED_KEY"], !secret.isEmpty {
            return GuardKey(secret)
        }
        FileHandle.standardError.write(
            Data(
                "note: $GRED_KEY is not set, so noise and masks follow from the published key, which attackers know too.\n"
                    .utf8))
        return .published
    }

    /// What was seen so far.
    private struct Tally {
        var images = 0
        var adversarial = 0
        var broken = 0
        /// Of those that are broken, the files that were named one by one.
        var brokenNamed = 0
    }

    /// The images of a file.
    private struct NamedImages {
        var images: Tensor
        var names: [String]
    }

    /// What comes in is kept as a file, since files are recognised by their content.
    private func inspectStandardInput(_ sentry: Guard, _ tally: inout Tally) throws {
        let file = FileManager.default.temporaryDirectory
            .appending(component: "gred-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let bytes = try FileHandle.standardInput.readToEnd() ?? Data()
        guard !bytes.isEmpty else {
            throw ValidationError("There is nothing on standard input, which - stands for.")
        }
        try bytes.write(to: file)
        let found: NamedImages
        do {
            found = try read(file, named: Self.standardInput, for: sentry.classifier)
        } catch {
            throw StandardInputFault(
                description: "\(error)".replacingOccurrences(
                    of: file.path, with: Self.standardInput))
        }
        try inspect(found, sentry, &tally)
    }

    /// All of a file's images are checked first, so that no verdict is printed before a refusal, and
    /// the refusal counts images from the file's start.
    private func read(_ url: URL, named file: String, for classifier: any Classifier) throws
        -> NamedImages
    {
        let source = try ImageFiles(
            url, picturesAs: classifier.inputShape, pictures.framing ?? .unscaled)
        do {
            return NamedImages(
                images: try classifier.admitted(source.images), names: names(source, in: file))
        } catch let fault as InputFault {
            throw FileOfImagesFault(file: file, fault: fault)
        }
    }

    /// - Parameter fault: names the file.
    /// - Throws: where too many of the files that were named are broken.
    private func skip(_ fault: any Error, _ tally: inout Tally) throws {
        let named = files.count { $0 != "-" && !URL(filePath: $0).isFolder }
        if named == 1 { throw fault }
        tally.broken += 1
        tally.brokenNamed += 1
        guard Double(tally.brokenNamed) <= pictures.broken * Double(named) else {
            throw BrokenFilesFault(
                broken: tally.brokenNamed, files: named, tolerance: pictures.broken, last: fault)
        }
        FileHandle.standardError.write(Data("skipped: \(fault)\n".utf8))
    }

    private func inspect(_ found: NamedImages, _ sentry: Guard, _ tally: inout Tally) throws {
        let batchSize = try BatchSize.fitting(sentry.classifier)
        for start in stride(from: 0, to: found.names.count, by: batchSize) {
            let range = start..<min(start + batchSize, found.names.count)
            try inspect(found.images.sliced(range), found.names[range], sentry, &tally)
        }
    }

    /// What comes from standard input lies in a file whose name means nothing.
    private func names(_ source: ImageFiles, in file: String) -> [String] {
        guard file == Self.standardInput else { return source.names }
        return source.names.map { name in
            name.firstIndex(of: "#").map { file + name[$0...] } ?? file
        }
    }

    private static let standardInput = "standard input"

    /// The next images are decoded while the guard looks at some.
    private func inspectFolder(
        _ url: URL, named file: String, _ sentry: Guard, _ tally: inout Tally
    ) throws {
        let folder = try ImageFolder(unlabelled: url)
        var broken = BrokenFiles(in: folder, tolerance: pictures.broken)
        let batches = try folder.batches(
            of: BatchSize.fitting(sentry.classifier), as: sentry.classifier.inputShape,
            pictures.framing ?? .unscaled)
        for batch in batches {
            for fault in batch.broken {
                try broken.add(fault)
                FileHandle.standardError.write(Data("skipped: \(file)/\(fault)\n".utf8))
            }
            guard !batch.paths.isEmpty else { continue }
            try inspect(
                sentry.classifier.admitted(batch.tensor()),
                batch.paths.map { "\(file)/\($0)" }[...], sentry, &tally)
        }
        tally.broken += broken.files.count
    }

    private func inspect(
        _ images: Tensor, _ names: ArraySlice<String>, _ sentry: Guard, _ tally: inout Tally
    ) throws {
        // A label is recovered where it is the answer; a picture shows the mask of every image.
        let inspection = try sentry.inspect(
            images, recovery: saveMaps == nil ? .ofFlagged : .ofAll)
        let verdicts = inspection.verdicts
        if tally.images == 0 && !json { print(VerdictLine.heading) }
        for (name, verdict) in zip(names, verdicts) {
            tally.images += 1
            if verdict.isAdversarial { tally.adversarial += 1 }
            try show(name, verdict, classNames: sentry.classifier.classNames)
        }
        if let saveMaps {
            let first = tally.images - names.count
            for (place, name) in names.enumerated() {
                let file = String(format: "%06d-", first + place) + Self.fileName(name) + ".png"
                try AtomicFile.write(
                    Data(InspectionPicture.png(of: images, inspection, at: place)),
                    to: URL(filePath: saveMaps).appending(component: file))
            }
        }
        try Interruption.check()
    }

    /// An image's name as part of a file's: folders become dashes.
    private static func fileName(_ name: String) -> String {
        String(name.suffix(80).map { $0.isLetter || $0.isNumber || ".-_".contains($0) ? $0 : "-" })
    }

    private func show(_ name: String, _ verdict: Verdict, classNames: [String]) throws {
        let line = VerdictLine(name, verdict, classNames: classNames)
        if json {
            try JSONOutput.print(line, isPretty: false)
        } else {
            print(line.text)
        }
    }
}

/// A file whose images the guarded classifier cannot take.
struct FileOfImagesFault: Error, CustomStringConvertible {
    var file: String
    var fault: InputFault

    var description: String { "\(file): \(fault)" }
}

/// What was wrong with standard input, under that name and not that of the file it was kept in.
struct StandardInputFault: Error, CustomStringConvertible {
    var description: String
}

/// All files are broken, however many may be.
struct NothingInspectedFault: Error, CustomStringConvertible {
    var broken: Int

    var description: String {
        "None of the files can be read as images (\(broken) are broken, as is said above): nothing was inspected."
    }
}

/// More of the files that were named are broken than may be.
struct BrokenFilesFault: Error, CustomStringConvertible {
    var broken: Int
    var files: Int
    /// The share that may be, 0…1.
    var tolerance: Double
    var last: any Error

    var description: String {
        "expected at most \(tolerance * 100)% of the \(files) files that were named to be broken, found \(broken) and maybe more; mend them or leave them out, or tolerate more with --broken. The last one: \(last)"
    }
}

/// One image's verdict as it is printed.
struct VerdictLine: Encodable {
    var image: String
    var verdict: String
    var answer: String
    var label: String
    var recoveredLabel: String?
    var adversarialProbability: Float
    var logOdds: Float
    var org: Verdict.Part?
    var sen: Verdict.Part?

    init(_ image: String, _ verdict: Verdict, classNames: [String]) {
        self.image = image
        self.verdict = verdict.isAdversarial ? "adversarial" : "benign"
        answer = classNames[verdict.answer]
        label = classNames[verdict.label]
        recoveredLabel = verdict.recoveredLabel.map { classNames[$0] }
        adversarialProbability = verdict.adversarialProbability
        logOdds = verdict.logOdds
        org = verdict.org
        sen = verdict.sen
    }

    static let heading =
        "verdict      p⁻     ln p⁻/p⁺  answer      classifier  image"

    var text: String {
        func wide(_ text: String, _ width: Int) -> String {
            text.padding(toLength: max(width, text.count), withPad: " ", startingAt: 0)
        }
        return wide(verdict, 13) + String(format: "%.3f  %8.2f  ", adversarialProbability, logOdds)
            + wide(answer, 12) + wide(label, 12) + image
    }
}
