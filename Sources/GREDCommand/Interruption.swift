import Foundation
import Synchronization

/// Ctrl-C: the first asks the work to end at the next safe point, the second ends it at once.
enum Interruption {
    private static let requested = Atomic(false)

    static func install() {
        signal(SIGINT) { _ in
            if requested.exchange(true, ordering: .relaxed) { _exit(130) }
        }
    }

    /// Throws when the work has been asked to end.
    static func check() throws {
        if requested.load(ordering: .relaxed) { throw Interrupted() }
    }
}

/// The work was ended by Ctrl-C.
struct Interrupted: Error, CustomStringConvertible {
    var description: String {
        "Interrupted. Finished stages are kept: the same command goes on from here."
    }
}
