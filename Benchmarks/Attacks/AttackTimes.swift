import ArgumentParser
import Foundation
import GREDAttacks
import GREDClassifiers
import LibTorch

/// Times one attack on given images, and the passes that it is made of.
@main
struct AttackTimes: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Seconds and passes of one attack, and what its passes alone take.",
        discussion: "Called by Scripts/bench-attacks; prints JSON.")

    @Argument(help: "The folder of a classifier.", completion: .directory)
    var classifier: String

    @Option(
        help: "A safetensors file with `images` in 0…1 and their `labels`.", completion: .file())
    var images: String

    @Option(help: "One of \(AttackCatalogue.names.joined(separator: ", ")).")
    var attack: String

    @Option(help: "Settings that differ from the attack's own, as a JSON object.")
    var settings = "{}"

    @Option(help: "What the search computes in: float32 or bfloat16.")
    var precision = "float32"

    @Option(help: "Threads of the engine.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "The attack is repeated until so many seconds have passed; the median counts.")
    var seconds = 0.0

    @Option(
        help: "A safetensors file for `adversarial`, and the `logits` of the images.",
        completion: .file())
    var output: String

    func run() throws {
        guard let precision = Precision(rawValue: precision) else {
            throw ValidationError("There is no precision '\(precision)'.")
        }
        Engine.keepMemory()
        try Engine.setThreadCount(threads)
        let classifier = try NetworkClassifier(folder: URL(filePath: classifier))
        let file = try SafetensorsFile(URL(filePath: images))
        let images = try file.tensor("images")
        let labels = try file.tensor("labels")
        let attack = try configured(classifier)
        let search = try Search(attack, against: classifier, precision: precision)

        // The first passes of a process are slower than all others.
        let few = min(images.shape[0], 2)
        _ = try search.searched(images.rows(Array(0..<few)), labels.rows(Array(0..<few)))

        search.forget()
        var times: [Double] = []
        var adversarial = images
        let start = ContinuousClock.now
        repeat {
            let began = ContinuousClock.now
            adversarial = try search.searched(images, labels)
            times.append(began.duration(to: .now) / .seconds(1))
        } while start.duration(to: .now) / .seconds(1) < seconds
        let passes = search.passes
        let runs = Double(times.count)
        let total = runs * Double(images.shape[0])

        let report = Report(
            seconds: median(times), runs: times.count,
            forward: rows(of: passes, back: false) / total,
            backward: rows(of: passes, back: true) / total,
            floorSeconds: try passes.reduce(0) { sum, entry in
                sum + Double(entry.value) / runs * (try time(of: entry.key, on: images))
            })
        try Safetensors.write(
            [("adversarial", adversarial), ("logits", classifier.logits(of: images))],
            to: URL(filePath: output))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }

    private struct Report: Encodable {
        var seconds: Double
        var runs: Int
        /// Rows that the classifier saw, and rows that a gradient was taken of, per image.
        var forward: Double
        var backward: Double
        /// What the run's passes take when nothing else is done.
        var floorSeconds: Double
    }

    // MARK: The attack

    private func configured(_ classifier: any Classifier) throws -> any Attack {
        let changes = try JSONDecoder().decode(
            [String: AttackSettingValue].self, from: Data(settings.utf8))
        return try AttackCatalogue.attack(
            named: attack, budget: .standard(for: classifier.inputShape)
        ).with(changes)
    }

    // MARK: The floor

    /// The images of all passes of a kind together.
    private func rows(of passes: [Pass: Int], back: Bool) -> Double {
        Double(passes.reduce(0) { $0 + ($1.key.isBack == back ? $1.value * $1.key.size : 0) })
    }

    /// The median time of a pass at a batch size, with nothing around it.
    private func time(of pass: Pass, on images: Tensor) throws -> Double {
        let batch = try images.rows((0..<pass.size).map { $0 % images.shape[0] })
        var times: [Double] = []
        let start = ContinuousClock.now
        while times.count < 5 || start.duration(to: .now) / .seconds(1) < 0.2 {
            if pass.isBack {
                let input = try batch.watched()
                let sum = try Gradient.recording { try pass.classifier.logits(of: input).sum() }
                times.append(
                    try seconds { _ = try Gradient.of([sum], towards: [input]) })
            } else {
                times.append(try seconds { _ = try pass.classifier.logits(of: batch) })
            }
        }
        return median(times)
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let began = ContinuousClock.now
        try body()
        return began.duration(to: .now) / .seconds(1)
    }

    private func median(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }
}
