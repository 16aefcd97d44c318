import Foundation

/// Says which input was being read when the process crashes or hangs.
///
/// The handlers only write and leave: nothing else is allowed after a crash.
enum Watch {
    /// Seconds that one input may take.
    static let limit: UInt32 = 10

    nonisolated(unsafe) private static var current = 0
    nonisolated(unsafe) private static var message: [UInt8] = []

    static func install(for subject: String, seed: UInt64) {
        message = Array("\n\(subject), seed \(seed): crash or hang at --first ".utf8)
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGALRM] {
            signal(number) { _ in
                Watch.message.withUnsafeBytes { _ = write(2, $0.baseAddress, $0.count) }
                Watch.writeNumber(Watch.current)
                _exit(1)
            }
        }
    }

    static func begin(_ index: Int) {
        current = index
        alarm(limit)
    }

    static func end() { alarm(0) }

    private static func writeNumber(_ number: Int) {
        var digit: Int = 1
        while number / digit >= 10 { digit *= 10 }
        while digit > 0 {
            var character = UInt8(ascii: "0") + UInt8(number / digit % 10)
            _ = write(2, &character, 1)
            digit /= 10
        }
        var newline = UInt8(ascii: "\n")
        _ = write(2, &newline, 1)
    }

    /// The most memory that this process has held, in bytes.
    static var peakMemory: Int {
        var usage = rusage()
        #if os(Linux)
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            return usage.ru_maxrss * 1024
        #else
            getrusage(RUSAGE_SELF, &usage)
            return usage.ru_maxrss
        #endif
    }
}
