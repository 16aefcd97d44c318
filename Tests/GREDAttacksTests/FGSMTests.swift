import GREDClassifiers
import LibTorch
import TestSupport
import Testing

@testable import GREDAttacks

struct FGSMTests {
    /// The peers climb the cross entropy and we the margin: its gradient is the other's, scaled.
    @Test("Finds what foolbox and torchattacks find", arguments: ["foolbox", "torchattacks"])
    func peers(peer: String) throws {
        let subject = try Subject()
        let theirs = try Golden("fgsm")[peer]
        let goal = try subject.untargeted
        let ours = try subject.perturbed(by: FGSM(epsilon: 0.1), towards: goal)

        // On another processor a gradient of next to nothing may have the other sign.
        let gradient = try subject.network.marginGradient(of: subject.images, at: goal.classes)
            .gradient.abs()
        let steep = try gradient .> (gradient.rowMaxima().perRow(rank: 4) * 1e-5)
        let differences = try steep.choose((ours - theirs).abs(), gradient.zerosLike())
        #expect(try differences.rowMaxima().floats().max()! <= 1e-6)
        #expect(try steep.to(.float32).mean().item() > 0.95)

        let outcomes = try [ours, theirs].map {
            try Outcome($0, from: subject.images, towards: goal, against: subject.network)
        }
        #expect(outcomes[0].reached == outcomes[1].reached)
    }

    @Test("Moves every image of a classifier so sure that its cross entropy has no gradient")
    func overconfidence() throws {
        let subject = try Subject()
        let sure = Altered(subject.network) { logits, _ in try logits * 100 }
        let labels = try sure.predictions(for: subject.images)
        let (_, naive) = try Gradient.valueAndGradient(at: subject.images) { images in
            try sure.logits(of: images).crossEntropy(labels)
        }
        // What makes this worth a test: most images have not one pixel with a gradient.
        #expect(try naive.abs().rowMaxima().floats().count { $0 == 0 } > subject.count / 2)

        let goal = Goal.untargeted(try Labels(labels))
        let adversarial = try subject.perturbed(
            by: FGSM(epsilon: 0.1), towards: goal, against: sure)
        let moved = try largestDifferences(adversarial, subject.images)
        #expect(moved.count { $0 == 0 } == 0)
    }

    @Test("Steps as float64 would have it, however sure the classifier", arguments: [1.0, 100])
    func doublePrecision(scale: Double) throws {
        let subject = try Subject()
        let goal = Goal.untargeted(
            try Labels(subject.network.predictions(for: subject.images)))
        let single = Altered(subject.network) { logits, _ in try logits * scale }
        let double = Altered(try subject.network.inDoublePrecision()) { logits, _ in
            try logits * scale
        }
        let attack = FGSM(epsilon: 0.1)
        let ours = try subject.perturbed(by: attack, towards: goal, against: single)
        let truth = try attack.perturb(
            subject.images.to(.float64), towards: goal, against: double, seeds: subject.seeds)
        let agreeing = try ((ours.to(.float64) - truth).abs() .< 1e-6).to(.float64).mean().item()
        #expect(agreeing >= 0.999)
    }

    @Test("Refuses to aim at a class")
    func target() throws {
        let subject = try Subject()
        #expect(throws: AttackFault.cannotTarget(attack: "fgsm")) {
            try subject.perturbed(by: FGSM(epsilon: 0.1), towards: subject.targeted)
        }
    }

    @Test("Goes as far as ε wherever the range allows, and not at all with ε 0")
    func radius() throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let far = try subject.perturbed(by: FGSM(epsilon: 0.25), towards: goal)
        #expect(try largestDifferences(far, subject.images).allSatisfy { abs($0 - 0.25) < 1e-6 })
        let none = try subject.perturbed(by: FGSM(epsilon: 0), towards: goal)
        #expect(try none.bytes() == subject.images.bytes())
    }
}
