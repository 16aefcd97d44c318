import GREDClassifiers
import LibTorch
import Testing

@testable import GREDAttacks

struct GoalTests {
    static let logits: [Float] = [1, 4, 2, 0, 3, 3, -2, 5, 4.5]

    private func logits() throws -> Tensor {
        try Engine.setThreadCount(1)
        return try Tensor(Self.logits, shape: [3, 3])
    }

    @Test("Untargeted, the best other class must lead")
    func untargetedLead() throws {
        let goal = Goal.untargeted(try Labels([1, 0, 2]))
        #expect(try goal.lead(in: logits()).doubles() == [-2, 3, 0.5])
        #expect(try goal.isReached(in: logits()).bools() == [false, true, true])
        #expect(!goal.isTargeted)
    }

    @Test("Targeted, the target must lead all others")
    func targetedLead() throws {
        let goal = Goal.targeted(try Targets([1, 0, 2]))
        #expect(try goal.lead(in: logits()).doubles() == [2, -3, -0.5])
        #expect(try goal.isReached(in: logits()).bools() == [true, false, false])
        #expect(goal.isTargeted)
    }

    @Test("A tie is no success, and a confidence is reached by equality")
    func ties() throws {
        let tie = Goal.targeted(try Targets([1, 1, 1]))
        #expect(try tie.lead(in: logits()).doubles() == [2, 0, 0.5])
        #expect(try tie.isReached(in: logits()).bools() == [true, false, true])
        #expect(try tie.isReached(in: logits(), confidence: 2).bools() == [true, false, false])
        #expect(try tie.isReached(in: logits(), confidence: 2.1).bools() == [false, false, false])
    }

    @Test("Logits that are not numbers are never a success", arguments: [0, 1.0])
    func notANumber(confidence: Double) throws {
        let logits = try Tensor(
            [.nan, .nan, .nan, 0, .nan, 1, .nan, 0, 9] as [Float], shape: [3, 3])
        let goals = [Goal.untargeted(try Labels([0, 0, 0])), .targeted(try Targets([2, 2, 2]))]
        for goal in goals {
            #expect(
                try goal.isReached(in: logits, confidence: confidence).bools() == [
                    false, false, false,
                ])
        }
    }

    @Test("What an attack climbs grows with the lead, in both kinds of goal")
    func objective() throws {
        let labels = [1, 0, 2]
        let untargeted = try Goal.untargeted(Labels(labels)).objective(in: logits()).doubles()
        let targeted = try Goal.targeted(Targets(labels)).objective(in: logits()).doubles()
        for (one, other) in zip(untargeted, targeted) { #expect(one == -other) }
        // a_y − ln Σ exp of the others, for the first row: 4 − ln(e + e²).
        #expect(abs(targeted[0] - (4 - 2.3132616875)) < 1e-6)
    }

    @Test("The goal of some images keeps its kind and their classes")
    func rows() throws {
        let untargeted = try Goal.untargeted(Labels([4, 5, 6])).rows([2, 0])
        #expect(try untargeted.classes.ints() == [6, 4])
        #expect(!untargeted.isTargeted)
        let targeted = try Goal.targeted(Targets([4, 5, 6])).rows([1])
        #expect(try targeted.classes.ints() == [5])
        #expect(targeted.isTargeted)
    }

    @Test("Labels of any whole type are taken")
    func labelType() throws {
        let labels = try Labels(Tensor([3, 1] as [UInt8]))
        #expect(labels.tensor.dtype == .int64)
        #expect(try labels.tensor.ints() == [3, 1])
    }

    @Test(
        "Random targets are never the label, and every other class is as likely",
        arguments: [2, 3, 7])
    func randomTargets(classes: Int) throws {
        let draws = 6000
        let label = classes - 2
        let targets = try Targets.random(
            avoiding: [Int](repeating: label, count: draws), classes: classes,
            seeds: ImageSeeds(seed: 3, range: 0..<draws)
        ).tensor.ints()
        var counts = [Int](repeating: 0, count: classes)
        for target in targets { counts[target] += 1 }
        #expect(counts[label] == 0)
        let expected = Double(draws) / Double(classes - 1)
        for (target, count) in counts.enumerated() where target != label {
            // Five standard deviations.
            #expect(abs(Double(count) - expected) <= 5 * expected.squareRoot())
        }
    }

    @Test("A single class leaves nothing to aim at")
    func oneClass() {
        #expect(throws: AttackFault.tooFewClasses(1)) {
            try Targets.random(
                avoiding: [0, 0], classes: 1, seeds: ImageSeeds(seed: 3, range: 0..<2))
        }
    }

    @Test("Random targets belong to the seed and the image, not to the batch")
    func repeatableTargets() throws {
        let labels = (0..<40).map { $0 % 10 }
        func draw(_ places: [Int], seed: UInt64) throws -> [Int] {
            try Targets.random(
                avoiding: places.map { labels[$0] }, classes: 10,
                seeds: ImageSeeds(seed: seed, indices: places)
            ).tensor.ints()
        }
        let all = try draw(Array(0..<40), seed: 8)
        #expect(try draw(Array(0..<40), seed: 8) == all)
        #expect(try draw(Array(0..<40), seed: 9) != all)
        #expect(try draw([31, 7, 22], seed: 8) == [all[31], all[7], all[22]])
    }
}
