import Foundation
import GREDImages
import Testing

@testable import GREDAttacks

struct AttackCatalogueTests {
    static let grey = ImageShape(channels: 1, height: 28, width: 28)
    static let colour = ImageShape(channels: 3, height: 32, width: 32)

    @Test("Each name finds the attack that bears it", arguments: AttackCatalogue.names)
    func names(name: String) throws {
        let budget = AttackCatalogue.Budget.standard(for: Self.grey)
        #expect(try AttackCatalogue.attack(named: name, budget: budget).name == name)
    }

    @Test("An unknown name is answered with the known ones")
    func unknown() throws {
        let budget = AttackCatalogue.Budget.standard(for: Self.grey)
        let fault = AttackFault.unknownAttack(name: "PGD", known: AttackCatalogue.names)
        #expect(throws: fault) { try AttackCatalogue.attack(named: "PGD", budget: budget) }
        #expect(
            fault.description
                == "There is no attack 'PGD'; there are fgsm, pgd, deepfool, cw, ddn, pgd-l2, fab, square."
        )
    }

    @Test("The budget suits grey digits and colour photographs")
    func budgets() throws {
        let grey = AttackCatalogue.Budget.standard(for: Self.grey)
        #expect(
            try AttackCatalogue.attack(named: "pgd", budget: grey) as? PGD
                == PGD(epsilon: 0.3, stepSize: 0.01, steps: 40))
        #expect(
            try AttackCatalogue.attack(named: "fgsm", budget: grey) as? FGSM == FGSM(epsilon: 0.3))
        let colour = AttackCatalogue.Budget.standard(for: Self.colour)
        #expect(
            try AttackCatalogue.attack(named: "pgd", budget: colour) as? PGD
                == PGD(epsilon: 8.0 / 255, stepSize: 2.0 / 255, steps: 20))
        #expect(
            try AttackCatalogue.attack(named: "fgsm", budget: colour) as? FGSM
                == FGSM(epsilon: 8.0 / 255))
    }

    @Test("The attacks that can be aimed are pgd, cw and ddn, as the refusal says")
    func aiming() {
        let aiming = everyAttack.filter { type(of: $0).canTarget }.map(\.name)
        #expect(aiming == ["pgd", "cw", "ddn", "pgd-l2", "square"])
        #expect(
            AttackFault.cannotTarget(attack: "fgsm").description.contains(
                "use pgd, cw, ddn, pgd-l2"))
        #expect(minimumNormAttacks.map(\.name) == ["deepfool", "cw", "ddn", "fab"])
    }

    @Test("Another number of steps changes nothing else, and an attack of one step not at all")
    func steps() {
        let fgsm = FGSM(epsilon: 0.2)
        #expect(fgsm.withSteps(7) as? FGSM == fgsm)
        let pgd = PGD(epsilon: 0.2, stepSize: 0.1, steps: 3, startsAtRandom: false)
        #expect(
            pgd.withSteps(7) as? PGD
                == PGD(epsilon: 0.2, stepSize: 0.1, steps: 7, startsAtRandom: false))
        #expect(
            DeepFool(overshoot: 0.1, confidence: 2).withSteps(7) as? DeepFool
                == DeepFool(steps: 7, overshoot: 0.1, confidence: 2))
        #expect(
            CW(searchSteps: 2, confidence: 3).withSteps(7) as? CW
                == CW(searchSteps: 2, iterations: 7, confidence: 3))
        #expect(
            DDN(levels: nil, confidence: 1).withSteps(7) as? DDN
                == DDN(steps: 7, levels: nil, confidence: 1))
    }

    @Test("Settings survive being written and read", arguments: everyAttack)
    func coding(attack: any Attack) throws {
        func isSame<Kind: Attack>(_ attack: Kind) throws -> Bool {
            try JSONDecoder().decode(Kind.self, from: JSONEncoder().encode(attack)) == attack
        }
        #expect(try isSame(attack))
    }
}
