import Foundation
import GREDLaboratory

/// Progress on standard error, so that standard output stays clean for results.
final class TerminalProgress: WorkObserver {
    private var title = ""
    private var total = 0
    private var unit = ""
    private var started = Date()
    private var lastShown = Date.distantPast
    private let isTerminal = isatty(2) == 1

    func begin(_ title: String, total: Int, unit: String) {
        (self.title, self.total, self.unit) = (title, total, unit)
        started = Date()
        lastShown = .distantPast
        show(done: 0, note: "")
    }

    func advance(to done: Int, note: String) throws {
        // A terminal is redrawn; a log gets a line every five seconds.
        guard Date().timeIntervalSince(lastShown) > (isTerminal ? 0.2 : 5) else { return }
        show(done: done, note: note)
    }

    func finish(_ summary: String) { write((isTerminal ? "\r\u{1B}[K" : "") + summary + "\n") }

    func say(_ line: String) { write((isTerminal ? "\r\u{1B}[K" : "") + line + "\n") }

    private func show(done: Int, note: String) {
        lastShown = Date()
        let seconds = Date().timeIntervalSince(started)
        var parts = ["\(title): \(done)/\(total) \(unit)"]
        if done > 0 && seconds > 0.5 {
            let rate = Double(done) / seconds
            let left = Double(total - done) / rate
            parts.append(String(format: "%.0f/s", rate))
            parts.append(String(format: "%.0f s left", left))
        }
        if !note.isEmpty { parts.append(note) }
        let line = parts.joined(separator: ", ")
        write(isTerminal ? "\r\u{1B}[K" + line : line + "\n")
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
