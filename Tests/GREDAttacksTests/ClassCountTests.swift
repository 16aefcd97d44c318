import GREDClassifiers
import LibTorch
import Testing

@testable import GREDAttacks

/// Two classes are enough, and the last is one like the others.
struct ClassCountTests {
    @Test("Two, three and four classes", arguments: everyAttack, [2, 3, 4])
    func few(attack: any Attack, classes: Int) throws {
        let subject = try Subject()
        let network = try subject.network.limited(toClasses: classes)
        let labels = try network.predictions(for: subject.images).ints()
        #expect(Set(labels).count == classes)
        try expectSuccess(of: attack, towards: .untargeted(Labels(labels)), subject, network)
        if type(of: attack).canTarget {
            let targets = try Targets.random(
                avoiding: labels, classes: classes, seeds: subject.seeds)
            try expectSuccess(of: attack, towards: .targeted(targets), subject, network)
        }
    }

    @Test("The last class as label and as target", arguments: everyAttack)
    func last(attack: any Attack) throws {
        let subject = try Subject()
        let last = [Int](repeating: 5, count: subject.count)
        try expectSuccess(of: attack, towards: .untargeted(Labels(last)), subject, subject.network)
        if type(of: attack).canTarget {
            try expectSuccess(
                of: attack, towards: .targeted(Targets(last)), subject, subject.network)
        }
    }

    private func expectSuccess(
        of attack: any Attack, towards goal: Goal, _ subject: Subject, _ network: SmallNetwork
    ) throws {
        let found = try subject.perturbed(by: attack, towards: goal, against: network)
        let outcome = try Outcome(found, from: subject.images, towards: goal, against: network)
        let least = type(of: attack).isMinimumNorm ? subject.count : subject.count / 4
        #expect(outcome.successes >= least)
    }
}
