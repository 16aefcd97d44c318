import GREDClassifiers
import LibTorch
import TestSupport
import Testing

@testable import GREDAttacks

struct SquareTests {
    @Test("Succeeds about as often as torchattacks' at as many queries", arguments: [0.05, 0.1])
    func peer(epsilon: Double) throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let theirs = try Outcome(
            Golden("square")["epsilon \(epsilon), 500 queries"], from: subject.images,
            towards: goal, against: subject.network)
        var successes: [Int] = []
        for seed in UInt64(1)...4 {
            let found = try Square(epsilon: epsilon, queries: 500).perturb(
                subject.images, towards: goal, against: subject.network,
                seeds: ImageSeeds(seed: seed, range: 0..<subject.count))
            let ours = try Outcome(
                found, from: subject.images, towards: goal, against: subject.network)
            successes.append(ours.successes)
            let moved = try largestDifferences(found, subject.images)
            #expect(moved.allSatisfy { $0 <= Float(epsilon) + 1e-6 })
        }
        // Four draws of ours against one of theirs, on 32 images.
        let mean = Double(successes.reduce(0, +)) / 4
        #expect(abs(mean - Double(theirs.successes)) <= 3)
    }

    @Test("Asks about finished images no more")
    func finished() throws {
        let subject = try Subject()
        let witness = Witness(subject.network)
        _ = try subject.perturbed(
            by: Square(epsilon: 0.3, queries: 200), towards: subject.untargeted, against: witness)
        let sizes = witness.passes.map { $0.images.shape[0] }
        #expect(sizes.first == subject.count)
        #expect(sizes == sizes.sorted(by: >))
        #expect(sizes.count < 200)
    }
}
