import GREDClassifiers
import LibTorch
import TestSupport
import Testing

@testable import GREDAttacks

struct PGDTests {
    @Test("Finds what torchattacks finds after one step and after ten", arguments: [1, 10])
    func untargetedPeer(steps: Int) throws {
        let subject = try Subject()
        let theirs = try Golden("pgd")[steps == 1 ? "1 step" : "10 steps"]
        let attack = PGD(epsilon: 0.1, stepSize: 0.02, steps: steps, startsAtRandom: false)
        try expectParity(attack, theirs, subject, subject.untargeted)
    }

    @Test("Finds what torchattacks finds when it aims at a class")
    func targetedPeer() throws {
        let subject = try Subject()
        let theirs = try Golden("pgd")["targeted, 10 steps"]
        let attack = PGD(epsilon: 0.15, stepSize: 0.02, steps: 10, startsAtRandom: false)
        try expectParity(attack, theirs, subject, subject.targeted)
    }

    /// The peer returns its last iterate; ours differs only where that one failed and an earlier
    /// one did not.
    private func expectParity(
        _ attack: PGD, _ theirs: Tensor, _ subject: Subject, _ goal: Goal
    ) throws {
        let ours = try subject.perturbed(by: attack, towards: goal)
        let differences = try largestDifferences(ours, theirs)
        let outcomes = try [ours, theirs].map {
            try Outcome($0, from: subject.images, towards: goal, against: subject.network)
        }
        for image in 0..<subject.count {
            let isRescued = outcomes[0].reached[image] && !outcomes[1].reached[image]
            #expect(differences[image] <= 1e-4 || isRescued, "image \(image)")
        }
        #expect(outcomes[0].successes >= outcomes[1].successes)
    }

    @Test("Returns an earlier adversarial iterate where the last is none")
    func earlierIterate() throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        // Adversarial only at a middling distance: further on, the label's logit wins again.
        let original = subject.images
        let band = Altered(subject.network) { logits, images in
            let far = try (images - original).abs().rowMaxima() .> 0.055
            let own = try goal.classes.oneHot(classes: 6).to(.float32) * 50
            return try logits + own * far.to(.float32).unsqueezed(1)
        }
        let attack = PGD(epsilon: 0.1, stepSize: 0.02, steps: 5, startsAtRandom: false)
        let witness = Witness(band)
        let found = try subject.perturbed(by: attack, towards: goal, against: witness)
        let iterates = try witness.passes.prefix(6).map {
            try goal.isReached(in: $0.logits).bools()
        }
        let result = try goal.isReached(in: band.logits(of: found)).bools()
        let lost = (0..<subject.count).filter { image in
            !iterates[5][image] && iterates.contains { $0[image] }
        }
        #expect(lost.count >= 5)
        #expect(lost.allSatisfy { result[$0] })
        // The others are at the end of their way.
        let moved = try largestDifferences(found, original)
        for image in 0..<subject.count where !iterates.contains(where: { $0[image] }) {
            #expect(moved[image] > 0.09)
        }
    }

    @Test("Starts anywhere in the ball, at a place that the seed and the image's index decide")
    func randomStart() throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let attack = PGD(epsilon: 0.1, stepSize: 0.02, steps: 0)
        func start(seed: UInt64, from first: Int = 0) throws -> Tensor {
            try attack.perturb(
                subject.images, towards: goal, against: subject.network,
                seeds: ImageSeeds(seed: seed, range: first..<first + subject.count))
        }
        let one = try start(seed: 1)
        #expect(try one.bytes() == start(seed: 1).bytes())
        #expect(try largestDifferences(one, start(seed: 2)).allSatisfy { $0 > 0.05 })
        #expect(try largestDifferences(one, start(seed: 1, from: 100)).allSatisfy { $0 > 0.05 })

        let inner = try (subject.images .> 0.1) .& (subject.images .< 0.9)
        let moves = zip(try (one - subject.images).floats(), try inner.bools()).filter(\.1).map(\.0)
        #expect(abs(moves.reduce(0, +) / Float(moves.count)) < 0.005)
        #expect(moves.min()! < -0.0995 && moves.max()! > 0.0995)
        // A uniform number in −ε…ε has the deviation ε / √3.
        let squares = moves.map { $0 * $0 }.reduce(0, +) / Float(moves.count)
        #expect(abs(squares.squareRoot() - 0.1 / Float(3).squareRoot()) < 0.002)
    }

    @Test("Another start finds images that the first did not, and each image may keep its own")
    func restarts() throws {
        let subject = try Subject()
        let goal = try subject.targeted
        let attack = PGD(epsilon: 0.08, stepSize: 0.02, steps: 10)
        let runs = try (0..<5).map { seed in
            let found = try attack.perturb(
                subject.images, towards: goal, against: subject.network,
                seeds: ImageSeeds(seed: UInt64(seed), range: 0..<subject.count))
            return try goal.isReached(in: subject.network.logits(of: found)).bools()
        }
        let union = (0..<subject.count).count { image in runs.contains { $0[image] } }
        #expect(runs.allSatisfy { $0.count(where: \.self) <= union })
        #expect(union > 0)
    }
}
