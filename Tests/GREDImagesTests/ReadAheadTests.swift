import Foundation
import Testing

@testable import GREDImages

@Suite("Reading ahead")
struct ReadAheadTests {
    /// Counts what was made, from any thread.
    final class Counter: @unchecked Sendable {
        private let lock = NSLock()
        private var count = 0
        private var held = 0
        private var mostHeld = 0

        func made() {
            lock.withLock {
                count += 1
                held += 1
                mostHeld = max(mostHeld, held)
            }
        }
        func taken() { lock.withLock { held -= 1 } }
        var all: Int { lock.withLock { count } }
        var most: Int { lock.withLock { mostHeld } }
    }

    @Test("gives all results in order, whatever order they are made in", arguments: [1, 3, 16])
    func order(threads: Int) {
        let squares = ReadAhead(200, threads: threads, ahead: 7) { number in
            if number % 5 == 0 { usleep(500) }
            return number * number
        }
        #expect(Array(squares) == (0..<200).map { $0 * $0 })
    }

    @Test("makes no more than so many ahead")
    func bounded() {
        let counter = Counter()
        let numbers = ReadAhead(100, threads: 4, ahead: 5) { number in
            counter.made()
            return number
        }
        for number in numbers {
            counter.taken()
            if number % 20 == 0 { usleep(2_000) }
        }
        // One more may be made between the taking and the counting of it.
        #expect(counter.most <= 6)
        #expect(counter.all == 100)
    }

    @Test("ends its threads when it is dropped")
    func dropped() {
        let counter = Counter()
        do {
            let numbers = ReadAhead(1_000_000, threads: 4, ahead: 3) { number in
                counter.made()
                return number
            }
            #expect(numbers.next() == 0)
        }
        let soonAfter = counter.all
        usleep(20_000)
        #expect(counter.all <= soonAfter + 4)
        #expect(counter.all < 20)
    }

    @Test("of nothing is over at once")
    func empty() { #expect(ReadAhead(0, ahead: 3) { $0 }.next() == nil) }
}
