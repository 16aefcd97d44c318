import GREDClassifiers
import LibTorch
import TestSupport
import Testing

@testable import GREDAttacks

struct RestartedTests {
    private func successes(_ attack: any Attack, seed: UInt64, _ subject: Subject) throws -> [Bool]
    {
        let goal = try subject.untargeted
        let found = try attack.perturb(
            subject.images, towards: goal, against: subject.network,
            seeds: ImageSeeds(seed: seed, range: 0..<subject.count))
        return try goal.isReached(in: subject.network.logits(of: found)).bools()
    }

    @Test("Turns every image that any of the single runs turns, and no other")
    func union() throws {
        let subject = try Subject()
        var luckDecides = false
        for epsilon in [0.02, 0.03, 0.045, 0.06] {
            let attack = PGD(epsilon: epsilon, stepSize: epsilon, steps: 1)
            let single = try (UInt64(1)...5).map { try successes(attack, seed: $0, subject) }
            let union = (0..<subject.count).map { image in single.contains { $0[image] } }
            #expect(try successes(attack.restarted(5), seed: 1, subject) == union)
            luckDecides = luckDecides || Set(single).count > 1
        }
        #expect(luckDecides, "the attacks are weak enough for the test to mean something")
    }

    @Test("Keeps each image's shortest perturbation where the attack looks for short ones")
    func shortest() throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let seeds = ImageSeeds(seed: 1, range: 0..<subject.count)
        let base = DDN(steps: 10)
        let once = try base.perturb(
            subject.images, towards: goal, against: subject.network, seeds: seeds)
        let thrice = try base.restarted(3).perturb(
            subject.images, towards: goal, against: subject.network, seeds: seeds)
        let lengths = try [once, thrice].map {
            try ($0 - subject.images).rowNorms().floats()
        }
        #expect(zip(lengths[1], lengths[0]).allSatisfy { $0 <= $1 + 1e-6 })
    }

    @Test("Tried once is the attack itself, and less than once is refused")
    func once() throws {
        let attack = FGSM(epsilon: 0.1)
        #expect(attack.restarted(1) as? FGSM == attack)
        #expect(throws: AttackFault.self) { try attack.restarted(0).checkSettings() }
    }
}
