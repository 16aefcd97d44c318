import Foundation

/// The results of a piece of work for 0, 1, 2 … in that order, made by several threads ahead of
/// whoever takes them: while one is used, the next ones are made.
///
/// No more than `ahead` results wait in memory. Whoever drops the iterator ends the threads.
final class ReadAhead<Element: Sendable>: Sequence, IteratorProtocol {
    private let work: Work

    /// - Parameters:
    ///   - count: How many results there are.
    ///   - threads: How many are made at once; at least 1.
    ///   - ahead: How many may be begun before they are asked for; at least 1.
    ///   - make: Makes one, from its number.
    init(
        _ count: Int, threads: Int = ProcessInfo.processInfo.activeProcessorCount, ahead: Int,
        make: @escaping @Sendable (Int) -> Element
    ) {
        work = Work(count: count, ahead: ahead, make: make)
        // Threads of their own, since they wait: a waiting task would hold up the others' pool.
        for _ in 0..<Swift.min(threads, count) {
            let thread = Thread { [work] in work.run() }
            thread.name = "read ahead"
            thread.start()
        }
    }

    deinit { work.cancel() }

    func next() -> Element? { work.take() }

    /// What the threads share; the condition's lock guards all that changes.
    private final class Work: @unchecked Sendable {
        private let count: Int
        private let ahead: Int
        private let make: @Sendable (Int) -> Element
        private let condition = NSCondition()
        private var made: [Int: Element] = [:]
        private var begun = 0
        private var taken = 0
        private var isCancelled = false

        init(count: Int, ahead: Int, make: @escaping @Sendable (Int) -> Element) {
            (self.count, self.ahead, self.make) = (count, ahead, make)
        }

        func run() {
            while let index = begin() {
                let element = make(index)
                condition.withLock {
                    made[index] = element
                    condition.broadcast()
                }
            }
        }

        private func begin() -> Int? {
            condition.withLock {
                while begun < count, begun >= taken + ahead, !isCancelled { condition.wait() }
                guard begun < count, !isCancelled else { return nil }
                begun += 1
                return begun - 1
            }
        }

        func take() -> Element? {
            condition.withLock {
                guard taken < count else { return nil }
                while true {
                    if let element = made.removeValue(forKey: taken) {
                        taken += 1
                        condition.broadcast()
                        return element
                    }
                    condition.wait()
                }
            }
        }

        func cancel() {
            condition.withLock {
                isCancelled = true
                condition.broadcast()
            }
        }
    }
}
