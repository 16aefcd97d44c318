import TestSupport

@testable import GREDLaboratory

/// Ends the work like a kill does: at the first report for which `stop` holds.
final class StoppingObserver: WorkObserver {
    struct Stopped: Error {}

    private let stop: (Int) -> Bool

    init(when stop: @escaping (_ done: Int) -> Bool) { self.stop = stop }

    func begin(_ title: String, total: Int, unit: String) {}
    func advance(to done: Int, note: String) throws { if stop(done) { throw Stopped() } }
    func finish(_ summary: String) {}
    func say(_ line: String) {}
}

/// Keeps what it was told, and may end the work at its first report.
final class RecordingObserver: WorkObserver {
    var stopsAtOnce = false
    var totals: [Int] = []
    var progress: [Int] = []
    var finished: [String] = []
    var lines: [String] = []

    func begin(_ title: String, total: Int, unit: String) { totals.append(total) }
    func advance(to done: Int, note: String) throws {
        progress.append(done)
        if stopsAtOnce { throw StoppingObserver.Stopped() }
    }
    func finish(_ summary: String) { finished.append(summary) }
    func say(_ line: String) { lines.append(line) }
}

/// Passes everything on, and keeps a folder for as long as somebody may report to it.
final class KeepingObserver: WorkObserver {
    private let folder: TemporaryFolder
    private let observer: any WorkObserver

    init(folder: TemporaryFolder, observer: any WorkObserver) {
        self.folder = folder
        self.observer = observer
    }

    func begin(_ title: String, total: Int, unit: String) {
        observer.begin(title, total: total, unit: unit)
    }
    func advance(to done: Int, note: String) throws { try observer.advance(to: done, note: note) }
    func finish(_ summary: String) { observer.finish(summary) }
    func say(_ line: String) { observer.say(line) }
}
