import Foundation

/// The program while it runs.
///
/// What it writes goes to files: a pipe that nobody empties would stop it.
final class Running {
    let process: Process
    private let folder: URL

    /// - Parameter input: a file for standard input; nothing where there is none.
    init(_ process: Process, input: URL? = nil) throws {
        self.process = process
        folder = FileManager.default.temporaryDirectory
            .appending(component: "gred-streams-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in ["output", "errors"] {
            try Data().write(to: folder.appending(component: name))
        }
        process.standardInput =
            try input.map { try FileHandle(forReadingFrom: $0) } ?? FileHandle.nullDevice
        process.standardOutput = try FileHandle(
            forWritingTo: folder.appending(component: "output"))
        process.standardError = try FileHandle(
            forWritingTo: folder.appending(component: "errors"))
        // A thread of a test may block signals, which a child inherits; a terminal's program can be
        // interrupted.
        var (all, before) = (sigset_t(), sigset_t())
        sigfillset(&all)
        pthread_sigmask(SIG_UNBLOCK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: folder)
    }

    /// What it has written to standard output so far.
    var output: String { text("output") }
    /// What it has written to standard error so far.
    var errors: String { text("errors") }

    private func text(_ name: String) -> String {
        (try? String(contentsOf: folder.appending(component: name), encoding: .utf8)) ?? ""
    }

    struct StillRunning: Error {}

    func outcome() throws -> Outcome {
        guard !process.isRunning else { throw StillRunning() }
        return Outcome(
            status: process.terminationStatus, wasKilled: process.terminationReason != .exit,
            output: output, errors: errors)
    }

    /// Whether the condition came true while the program ran, looked at every hundredth of a second.
    func wait(_ seconds: Double, for condition: () -> Bool) -> Bool {
        let end = Date(timeIntervalSinceNow: seconds)
        while Date() < end {
            if condition() { return true }
            guard process.isRunning else { break }
            usleep(10_000)
        }
        return condition()
    }
}

/// How a run ended.
struct Outcome {
    /// The exit status, or the signal's number.
    var status: Int32
    var wasKilled: Bool
    var output: String
    var errors: String
}
