import Foundation
import Synchronization

// Global, since a signal handler is a C function and can capture nothing.
private let interruptionRequested = Atomic(false)

/// Ctrl-C: the first asks the work to end at the next safe point, the second ends it at once.
enum Interruption {
    static func install() {
        signal(SIGINT) { _ in
            if interruptionRequested.exchange(true, ordering: .relaxed) { _exit(130) }
        }
    }

    /// Throws when the work has been asked to end.
    static func check() throws {
        if interruptionRequested.load(ordering: .relaxed) { throw Interrupted() }
    }
}

/// The work was ended by Ctrl-C.
struct Interrupted: Error, CustomStringConvertible {
    var description: String {
        "Interrupted. Finished stages are kept: the same command goes on from here."
    }
}
