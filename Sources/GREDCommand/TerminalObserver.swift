import Foundation
import GREDLaboratory

/// Shows progress on standard error, so that standard output stays clean for results.
///
/// A terminal gets one line that is redrawn; a log gets a line every five seconds.
final class TerminalObserver: WorkObserver {
    private var title = ""
    private var total = 0
    private var unit = ""
    private var started = Date()
    private var lastShown = Date.distantPast
    private let isTerminal = isatty(2) == 1

    func begin(_ title: String, total: Int, unit: String) {
        (self.title, self.total, self.unit) = (title, total, unit)
        started = Date()
        lastShown = isTerminal ? .distantPast : started
        if isTerminal { show(done: 0, note: "") }
    }

    func advance(to done: Int, note: String) throws {
        try Interruption.check()
        guard Date().timeIntervalSince(lastShown) > (isTerminal ? 0.2 : 5) else { return }
        show(done: done, note: note)
    }

    func finish(_ summary: String) { writeLine(summary) }

    func say(_ line: String) { writeLine(line) }

    private func show(done: Int, note: String) {
        lastShown = Date()
        let seconds = lastShown.timeIntervalSince(started)
        // A server may not say how much it will send.
        var parts = ["\(title): \(done)\(total > 0 ? "/\(total)" : "") \(unit)"]
        if done > 0 && seconds > 0.5 {
            let rate = Double(done) / seconds
            parts.append(String(format: rate < 10 ? "%.1f/s" : "%.0f/s", rate))
            if total > 0 { parts.append(Self.duration(Double(total - done) / rate) + " left") }
        }
        if !note.isEmpty { parts.append(note) }
        let line = parts.joined(separator: ", ")
        write(isTerminal ? "\r\u{1B}[K" + line : line + "\n")
    }

    private static func duration(_ seconds: Double) -> String {
        seconds < 90
            ? String(format: "%.0f s", seconds)
            : String(format: "%.0f min", (seconds / 60).rounded(.up))
    }

    private func writeLine(_ text: String) {
        write((isTerminal ? "\r\u{1B}[K" : "") + text + "\n")
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
