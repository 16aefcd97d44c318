import Foundation
import GREDClassifiers
import LibTorch
import TestSupport
import Testing

@testable import GREDAttacks

struct DDNTests {
    /// A pixel that stands at half a level may be rounded either way, and then the image goes its
    /// own way from there; and ours tries the last perturbation, which adv-lib makes but does not
    /// try. So nine images in ten are the same, and none is longer.
    @Test(
        "Finds what adv-lib finds in a hundred steps",
        arguments: ["100 steps", "targeted, 100 steps", "no levels, 100 steps"])
    func peer(run: String) throws {
        let subject = try Subject()
        let isTargeted = run.hasPrefix("targeted")
        let goal = isTargeted ? try subject.targeted : try subject.untargeted
        let theirs = try Golden("ddn")[run]
        let ours = try subject.perturbed(
            by: DDN(levels: run.hasPrefix("no levels") ? nil : 256), towards: goal)
        let outcomes = try [ours, theirs].map {
            try Outcome($0, from: subject.images, towards: goal, against: subject.network)
        }
        #expect(outcomes[0].successes == subject.count)
        #expect(outcomes[1].successes == subject.count)
        #expect(outcomes[0].medianLength <= outcomes[1].medianLength * 1.001)
        #expect(outcomes[0].medianLength >= outcomes[1].medianLength * 0.99)
        let near = try largestDifferences(ours, theirs).count { $0 < 1e-4 }
        #expect(Double(near) >= 0.9 * Double(subject.count), "\(near) images are the same")
        for (ours, theirs) in zip(outcomes[0].lengths, outcomes[1].lengths) {
            #expect(ours <= theirs * 1.005 + 1e-6)
        }
    }

    @Test("With few steps, trying the last perturbation too finds shorter ones than adv-lib does")
    func fewSteps() throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let theirs = try Golden("ddn")["20 steps"]
        let ours = try subject.perturbed(by: DDN(steps: 20), towards: goal)
        let outcomes = try [ours, theirs].map {
            try Outcome($0, from: subject.images, towards: goal, against: subject.network)
        }
        #expect(outcomes[0].reached == outcomes[1].reached)
        let pairs = zip(outcomes[0].lengths, outcomes[1].lengths)
        #expect(pairs.allSatisfy { $0 <= $1 * 1.001 + 1e-6 })
        #expect(pairs.count { $0 < $1 * 0.99 } >= 3)
    }

    @Test("More steps do not make the perturbations longer")
    func moreSteps() throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let outcomes = try [20, 50, 100].map { steps in
            try Outcome(
                subject.perturbed(by: DDN(steps: steps), towards: goal), from: subject.images,
                towards: goal, against: subject.network)
        }
        for (fewer, more) in zip(outcomes, outcomes.dropFirst()) {
            #expect(more.successes >= fewer.successes)
            // Up to the length of a last step: the pace depends on the number of steps, so the longer
            // run isn't the shorter one continued.
            #expect(more.medianLength <= fewer.medianLength * 1.005)
            for (after, before) in zip(more.lengths, fewer.lengths) {
                #expect(after <= before * 1.01 + 1e-6)
            }
        }
    }

    @Test("Every result stands on the levels, and on none where there are none")
    func levels() throws {
        let subject = try Subject()
        func offGrid(_ levels: Int?, of top: Double) throws -> Double {
            let found = try subject.perturbed(
                by: DDN(steps: 20, levels: levels), towards: subject.untargeted)
            let scaled = try found * top
            return try (scaled - scaled.round()).abs().rowMaxima().maximum(over: [0]).item()
        }
        #expect(try offGrid(256, of: 255) < 1e-3)
        #expect(try offGrid(nil, of: 255) > 0.3)
        #expect(try offGrid(16, of: 15) > 0.1, "an untouched image of 256 levels stays as it is")
    }
}
