import ArgumentParser
import Foundation
import LibTorch
import Synchronization

/// Reads damaged files by the ten thousand: whatever the bytes, a reader answers or refuses in a
/// sentence; it does not crash, hang, or take memory that the bytes do not justify.
@main
struct Fuzz: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz",
        abstract: "Feed damaged files to everything that reads files.",
        discussion: """
            An input follows from the seed and its number alone, so a fault that is found can be \
            had again:

              fuzz safetensors --seed 0 --first 4711 --inputs 1
            """)

    @Argument(help: "What reads: \(FuzzSubject.names.joined(separator: ", ")); by default each.")
    var subjects: [String] = []

    @Option(help: "How many damaged files each gets.")
    var inputs = 100_000

    @Option(help: "The number of the first.")
    var first = 0

    @Option(help: "The seed of the damage.")
    var seed: UInt64 = 0

    @Option(
        help: "Write the first input to a file (of each, its name added) instead of reading any.",
        completion: .file())
    var write: String?

    /// What a reader may hold beyond what it held when it began, whatever the input says: every
    /// sound file here is smaller than 20 KB.
    static let memoryLimit = 96 << 20

    func validate() throws {
        if let unknown = subjects.first(where: { !FuzzSubject.names.contains($0) }) {
            throw ValidationError(
                "There is no '\(unknown)': use \(FuzzSubject.names.joined(separator: ", ")).")
        }
        guard inputs >= 1 else { throw ValidationError("--inputs must be positive.") }
    }

    func run() throws {
        let names = subjects.isEmpty ? FuzzSubject.names : subjects
        let failed: Bool
        if let name = names.first, names.count == 1 {
            try Engine.setThreadCount(1)
            failed = try run(name)
        } else {
            failed = runApart(names)
        }
        if failed { throw ExitCode.failure }
    }

    /// Each in a process of its own, as many at once as there are processors: what one holds or breaks
    /// is not another's.
    private func runApart(_ names: [String]) -> Bool {
        let failures = Mutex(0)
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = ProcessInfo.processInfo.activeProcessorCount
        for name in names {
            queue.addOperation {
                let child = Process()
                child.executableURL = Bundle.main.executableURL
                child.arguments = [
                    name, "--inputs", "\(inputs)", "--first", "\(first)", "--seed", "\(seed)",
                ]
                if let write { child.arguments? += ["--write", "\(write)-\(name)"] }
                var passed = false
                do {
                    try child.run()
                    child.waitUntilExit()
                    passed = child.terminationStatus == 0
                } catch {
                    print("\(name): \(error)")
                }
                if !passed { failures.withLock { $0 += 1 } }
            }
        }
        queue.waitUntilAllOperationsAreFinished()
        return failures.withLock { $0 > 0 }
    }

    /// Whether a fault was found.
    private func run(_ name: String) throws -> Bool {
        let folder = try FuzzFolder()
        defer { withExtendedLifetime(folder) {} }
        let subject = try FuzzSubject(name, in: folder)
        if let write {
            try Data(subject.mutator.input(first, seed: seed)).write(to: URL(filePath: write))
            return false
        }
        Watch.install(for: name, seed: seed)
        let started = Date()
        var sound = 0
        var failed = false
        // The first inputs warm up what is made once (buffers, operators).
        var settled = 0
        for index in first..<first + inputs {
            let bytes = subject.mutator.input(index, seed: seed)
            Watch.begin(index)
            let answer = subject.answer(to: bytes)
            Watch.end()
            if index == first + min(1_000, inputs / 2) { settled = Watch.peakMemory }
            switch answer {
            case .accepted: sound += 1
            case .refused: break
            case .badly(let sentence):
                print("\(name), seed \(seed), --first \(index): \(sentence)")
                failed = true
            }
            if failed { break }
        }
        let growth = Watch.peakMemory - settled
        if growth > Self.memoryLimit {
            print("\(name), seed \(seed): memory grew by \(growth >> 20) MB")
            failed = true
        }
        let seconds = Date().timeIntervalSince(started)
        print(
            String(
                format: "%@: %d inputs, %d of them still sound, %.1f s, memory +%d MB",
                name.padding(toLength: 16, withPad: " ", startingAt: 0), inputs, sound, seconds,
                growth >> 20))
        return failed
    }
}
