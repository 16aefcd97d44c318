import GREDClassifiers
import LibTorch
import TestSupport
import Testing

@testable import GREDAttacks

struct PGDL2Tests {
    @Test("Finds what torchattacks finds after ten steps, aimed and not", arguments: [false, true])
    func peer(isTargeted: Bool) throws {
        let subject = try Subject()
        let theirs = try Golden("pgd-l2")[isTargeted ? "targeted, 10 steps" : "10 steps"]
        let goal = try isTargeted ? subject.targeted : subject.untargeted
        let attack = PGDL2(epsilon: 1, stepSize: 0.2, steps: 10, startsAtRandom: false)
        let ours = try subject.perturbed(by: attack, towards: goal)
        let differences = try largestDifferences(ours, theirs)
        let outcomes = try [ours, theirs].map {
            try Outcome($0, from: subject.images, towards: goal, against: subject.network)
        }
        for image in 0..<subject.count {
            // The peer returns its last iterate; ours an earlier one where only that succeeded.
            let isRescued = outcomes[0].reached[image] && !outcomes[1].reached[image]
            #expect(differences[image] <= 1e-4 || isRescued, "image \(image)")
        }
        #expect(outcomes[0].successes >= outcomes[1].successes)
    }

    @Test("Stays within its ball, and starts in it at a place that is each image's own")
    func ball() throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        for steps in [0, 10] {
            let attack = PGDL2(epsilon: 0.7, stepSize: 0.2, steps: steps)
            let found = try subject.perturbed(by: attack, towards: goal)
            let lengths = try (found - subject.images).rowNorms().floats()
            #expect(lengths.allSatisfy { $0 <= 0.7 + 1e-5 })
            #expect(steps > 0 || Set(lengths).count > subject.count / 2)
        }
    }
}
