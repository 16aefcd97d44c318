import GREDClassifiers
import LibTorch
import TestSupport
import Testing

@testable import GREDAttacks

struct DeepFoolTests {
    /// What differs: foolbox keeps the sum of the steps, and multiplies and clips that; ours, as
    /// adv-lib's, lengthens and clips every single step, so its images part from foolbox's a little
    /// after the second.
    @Test("Finds what foolbox and adv-lib find", arguments: ["foolbox", "adv-lib"])
    func peers(peer: String) throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let theirs = try Golden("deepfool")[peer]
        let ours = try subject.perturbed(by: DeepFool(), towards: goal)
        let outcomes = try [ours, theirs].map {
            try Outcome($0, from: subject.images, towards: goal, against: subject.network)
        }
        #expect(outcomes[0].reached == outcomes[1].reached)
        #expect(outcomes[0].successes == subject.count)
        #expect(abs(outcomes[0].medianLength / outcomes[1].medianLength - 1) < 0.002)
        for (ours, theirs) in zip(outcomes[0].lengths, outcomes[1].lengths) {
            #expect(ours <= theirs * 1.002 + 1e-6)
        }
        let near = try largestDifferences(ours, theirs).count { $0 < 1e-4 }
        #expect(near >= (peer == "adv-lib" ? subject.count : subject.count * 9 / 10))
    }

    @Test("Leaves images alone that are adversarial already")
    func alreadyWrong() throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let wrong = try goal.isReached(in: subject.network.logits(of: subject.images)).positions()
        #expect(wrong.count == 5)
        let found = try subject.perturbed(by: DeepFool(), towards: goal)
        #expect(try found.rows(wrong).bytes() == subject.images.rows(wrong).bytes())
    }

    @Test("A larger overshoot makes a longer perturbation")
    func overshoot() throws {
        let subject = try Subject()
        let lengths = try [0, 0.02, 0.5].map { overshoot in
            let found = try subject.perturbed(
                by: DeepFool(overshoot: overshoot), towards: subject.untargeted)
            return try Outcome(
                found, from: subject.images, towards: subject.untargeted, against: subject.network
            ).medianLength
        }
        #expect(lengths[0] < lengths[1])
        #expect(lengths[1] * 1.2 < lengths[2])
    }

    @Test("Lands on the nearest boundary of a linear classifier in one step")
    func linear() throws {
        try Engine.setThreadCount(1)
        // Three classes; the label 0 wins at (0.5, 0.5) and the distances follow from the plane.
        let weight = try Tensor([1, 0, 0, 2, 0, 1] as [Float], shape: [3, 2])
        let bias = try Tensor([1.2, 0.4, 1] as [Float])
        let plane = Function(shape: [1, 1, 2], classes: 3) { images in
            try images.flattened(from: 1).linear(weight, bias: bias)
        }
        let start = try Tensor([0.5, 0.5] as [Float], shape: [1, 1, 1, 2])
        let goal = Goal.untargeted(try Labels([0]))
        let found = try DeepFool(steps: 1, overshoot: 0).perturb(
            start, towards: goal, against: plane, seeds: ImageSeeds(seed: 0, range: 0..<1))
        // Gaps 0.3 and 0.2, gradients (−1, 2) and (−1, 1): distances 0.1342 and 0.1414.
        let step = 0.3 / 5.0
        let moved = try (found - start).doubles()
        #expect(abs(moved[0] + step) < 1e-4)
        #expect(abs(moved[1] - 2 * step) < 1e-4)
        #expect(try goal.isReached(in: plane.logits(of: found)).bools() == [true])
    }

    @Test("With two candidates only the likeliest other class competes")
    func candidates() throws {
        try Engine.setThreadCount(1)
        let weight = try Tensor([1, 0, 0, 2, 0, 1] as [Float], shape: [3, 2])
        let bias = try Tensor([1.2, 0.4, 1] as [Float])
        let plane = Function(shape: [1, 1, 2], classes: 3) { images in
            try images.flattened(from: 1).linear(weight, bias: bias)
        }
        let start = try Tensor([0.5, 0.5] as [Float], shape: [1, 1, 1, 2])
        let found = try DeepFool(steps: 1, overshoot: 0, candidates: 2).perturb(
            start, towards: .untargeted(Labels([0])), against: plane,
            seeds: ImageSeeds(seed: 0, range: 0..<1))
        // Class 2 (gap 0.2, gradient (−1, 1)) is likelier than class 1, though farther.
        let moved = try (found - start).doubles()
        #expect(abs(moved[0] + 0.1) < 1e-4)
        #expect(abs(moved[1] - 0.1) < 1e-4)
    }

    @Test("Refuses to aim at a class")
    func target() throws {
        let subject = try Subject()
        #expect(throws: AttackFault.cannotTarget(attack: "deepfool")) {
            try subject.perturbed(by: DeepFool(), towards: subject.targeted)
        }
    }
}
