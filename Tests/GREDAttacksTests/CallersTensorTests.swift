import GREDClassifiers
import LibTorch
import Testing

@testable import GREDAttacks

/// Whoever hands images to an attack finds them afterwards as they were.
struct CallersTensorTests {
    @Test("The caller's images are the same bytes afterwards", arguments: everyAttack)
    func afterwards(attack: any Attack) throws {
        let subject = try Subject()
        let before = try subject.images.bytes()
        let found = try subject.perturbed(by: attack, towards: subject.goal(for: attack))
        #expect(try subject.images.bytes() == before)
        #expect(!subject.images.requiresGradient && !found.requiresGradient)
        #expect(found.identity != subject.images.identity)
    }

    @Test("And also when the classifier fails in the middle", arguments: everyAttack, [1, 2, 4])
    func whenItThrows(attack: any Attack, pass: Int) throws {
        let subject = try Subject()
        let before = try subject.images.bytes()
        let witness = Witness(subject.network, failsAt: pass)
        let search = {
            try attack.perturb(
                subject.images, towards: subject.goal(for: attack), against: witness,
                seeds: subject.seeds)
        }
        try Gradient.pausing {
            if attack is FGSM && pass > 1 {
                // One pass is all it takes.
                _ = try search()
            } else {
                #expect(throws: Witness.Failure.self) { try search() }
            }
            #expect(try !(subject.images.watched() * 2).requiresGradient, "still recording")
        }
        #expect(try subject.images.bytes() == before)
        #expect(!subject.images.requiresGradient)
    }

    @Test("What an attack found is not changed by what the next one does", arguments: everyAttack)
    func results(attack: any Attack) throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let first = try subject.perturbed(by: attack, towards: goal)
        let bytes = try first.bytes()
        _ = try attack.perturb(
            first, towards: goal, against: subject.network, seeds: subject.seeds)
        #expect(try first.bytes() == bytes)
    }
}
