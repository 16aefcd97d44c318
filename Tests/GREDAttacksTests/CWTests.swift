import GREDClassifiers
import LibTorch
import TestSupport
import Testing

@testable import GREDAttacks

struct CWTests {
    struct Run: CustomTestStringConvertible, Sendable {
        let name: String
        let attack: CW
        var testDescription: String { name }
    }

    static let runs = [
        Run(
            name: "4 x 200",
            attack: CW(searchSteps: 4, iterations: 200, initialConstant: 0.1)),
        Run(name: "9 x 100", attack: CW(searchSteps: 9, iterations: 100)),
        Run(
            name: "targeted, 4 x 200",
            attack: CW(searchSteps: 4, iterations: 200, initialConstant: 0.1)),
        Run(
            name: "confidence 2, 4 x 200",
            attack: CW(searchSteps: 4, iterations: 200, initialConstant: 0.1, confidence: 2)),
    ]

    /// adv-lib stops early only when *all* images of a batch have stopped improving, ours each by
    /// itself, so that an image's result does not depend on its neighbours. That costs a little
    /// length, and saves passes.
    @Test("Finds what adv-lib finds, hardly longer, image by image", arguments: runs)
    func peer(run: Run) throws {
        let (ours, theirs) = try outcomes(of: run)
        #expect(ours.successes == ours.reached.count)
        #expect(median(ours.lengths) <= median(theirs.lengths) * 1.02)
        for (ours, theirs) in zip(ours.lengths, theirs.lengths) {
            #expect(ours <= theirs * 1.05 + 1e-5)
        }
    }

    @Test("Without what saves passes it finds the same lengths as adv-lib", arguments: runs)
    func peerToTheEnd(run: Run) throws {
        let plain = run.attack.with(\.abortsEarly, false).with(\.margin, 0).with(\.goesOn, false)
        let (ours, theirs) = try outcomes(of: Run(name: run.name, attack: plain))
        #expect(ours.successes == ours.reached.count)
        // Of the images that have a length at all: those that are wrong already move by rounding.
        let ratios = zip(ours.lengths, theirs.lengths).filter { $0.1 > 1e-4 }.map { $0.0 / $0.1 }
        #expect(ratios.count { abs($0 - 1) < 0.001 } >= ratios.count * 9 / 10)
        #expect(ratios.allSatisfy { $0 < 1.01 })
    }

    /// adv-lib's best images lie so near the boundary that between two processors the last bit of a
    /// logit decides whether they are past it; ours are judged strictly.
    private func outcomes(of run: Run) throws -> (ours: Outcome, theirs: Outcome) {
        let subject = try Subject()
        let goal = run.name.hasPrefix("targeted") ? try subject.targeted : try subject.untargeted
        let theirs = try Golden("cw")[run.name]
        let lead = try goal.lead(in: subject.network.logits(of: theirs)).doubles()
        #expect(lead.allSatisfy { $0 > run.attack.confidence - 1e-4 })

        let ours = try subject.perturbed(by: run.attack, towards: goal)
        let outcomes = try [ours, theirs].map {
            try Outcome(
                $0, from: subject.images, towards: goal, against: subject.network,
                confidence: run.attack.confidence)
        }
        return (outcomes[0], outcomes[1])
    }

    @Test("Early abort saves passes and keeps the successes")
    func earlyAbort() throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let runs = try [true, false].map { abortsEarly in
            let witness = Witness(subject.network)
            let found = try subject.perturbed(
                by: CW(
                    searchSteps: 2, iterations: 200, initialConstant: 1, abortsEarly: abortsEarly),
                towards: goal, against: witness)
            return (
                passes: witness.passes.map(\.images.shape[0]).reduce(0, +),
                outcome: try Outcome(
                    found, from: subject.images, towards: goal, against: subject.network)
            )
        }
        #expect(Double(runs[0].passes) < 0.95 * Double(runs[1].passes))
        #expect(runs[0].outcome.reached == runs[1].outcome.reached)
        #expect(runs[0].outcome.medianLength <= runs[1].outcome.medianLength * 1.02)
    }

    @Test("Reaches an image whose first constant is far too small")
    func constantGrows() throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        func successes(searchSteps: Int) throws -> Int {
            let attack = CW(searchSteps: searchSteps, iterations: 60, initialConstant: 1e-5)
            return try Outcome(
                subject.perturbed(by: attack, towards: goal), from: subject.images, towards: goal,
                against: subject.network
            ).successes
        }
        #expect(try successes(searchSteps: 1) <= 8)
        #expect(try successes(searchSteps: 7) == subject.count)
    }

    @Test("A starved search returns the image itself where it found nothing")
    func starved() throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let found = try subject.perturbed(
            by: CW(searchSteps: 1, iterations: 2, initialConstant: 1e-5), towards: goal)
        let reached = try goal.isReached(in: subject.network.logits(of: found)).bools()
        let failed = reached.indices.filter { !reached[$0] }
        #expect(failed.count > 20)
        #expect(try found.rows(failed).bytes() == subject.images.rows(failed).bytes())
    }
}
