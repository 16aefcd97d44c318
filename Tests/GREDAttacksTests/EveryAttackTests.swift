import GREDClassifiers
import LibTorch
import Testing

@testable import GREDAttacks

/// What holds for each attack, whatever its way of searching.
struct EveryAttackTests {
    @Test("Results lie in 0…1 and have the images' shape", arguments: everyAttack)
    func range(attack: any Attack) throws {
        let subject = try Subject()
        let found = try subject.perturbed(by: attack, towards: subject.goal(for: attack))
        #expect(found.shape == subject.images.shape)
        #expect(try found.floats().allSatisfy { (0...1).contains($0) })
    }

    @Test(
        "Bounded attacks stay within ε",
        arguments: [FGSM(epsilon: 0.03), PGD(epsilon: 0.03, stepSize: 0.02, steps: 7)]
            as [any Attack])
    func radius(attack: any Attack) throws {
        let subject = try Subject()
        let found = try subject.perturbed(by: attack, towards: subject.goal(for: attack))
        let moved = try largestDifferences(found, subject.images)
        // The sum of a float32 pixel and ε is off by half a last place.
        #expect(moved.allSatisfy { $0 <= 0.03 + 1e-7 })
        #expect(moved.allSatisfy { $0 > 0.02 })
    }

    @Test("Aims at a class or refuses to, as it says of itself", arguments: everyAttack)
    func target(attack: any Attack) throws {
        let subject = try Subject()
        let search = { try subject.perturbed(by: attack, towards: subject.targeted) }
        if type(of: attack).canTarget {
            let found = try Outcome(
                search(), from: subject.images, towards: subject.targeted,
                against: subject.network)
            #expect(found.successes > subject.count / 3)
        } else {
            #expect(throws: AttackFault.cannotTarget(attack: attack.name)) { try search() }
        }
    }

    @Test("Minimum-norm attacks reach every image", arguments: minimumNormAttacks)
    func success(attack: any Attack) throws {
        let subject = try Subject()
        let goal = try subject.goal(for: attack)
        let found = try Outcome(
            subject.perturbed(by: attack, towards: goal), from: subject.images, towards: goal,
            against: subject.network)
        #expect(found.successes == subject.count)
    }

    @Test(
        "Searches that remember return the shortest adversarial image they saw",
        arguments: [
            CW(searchSteps: 3, iterations: 60, initialConstant: 0.1, abortsEarly: false),
            DDN(steps: 30),
        ] as [any Attack])
    func shortestSeen(attack: any Attack) throws {
        let subject = try Subject()
        // Of the images that the classifier gets right, so that all passes are of all of them.
        let places = try
            (.!subject.untargeted.isReached(
                in: subject.network.logits(of: subject.images))).positions()
        let goal = try subject.untargeted.rows(places)
        let images = try subject.images.rows(places)
        let witness = Witness(subject.network)
        let found = try Outcome(
            subject.perturbed(
                by: attack, towards: subject.untargeted, against: witness, places: places),
            from: images, towards: goal, against: subject.network)
        var shortest = [Float](repeating: .infinity, count: places.count)
        for pass in witness.passes {
            let lengths = try (pass.images - images).rowNorms().floats()
            for (image, isReached) in try goal.isReached(in: pass.logits).bools().enumerated()
            where isReached {
                shortest[image] = min(shortest[image], lengths[image])
            }
        }
        for (length, least) in zip(found.lengths, shortest) {
            #expect(abs(length - least) < 1e-5)
        }
    }

    @Test(
        "Leads by the confidence asked for",
        arguments: [
            DeepFool(confidence: 2),
            CW(searchSteps: 4, iterations: 100, initialConstant: 0.1, confidence: 2),
            DDN(steps: 50, confidence: 2),
        ] as [any Attack])
    func confidence(attack: any Attack) throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let found = try subject.perturbed(by: attack, towards: goal)
        let leads = try goal.lead(in: subject.network.logits(of: found)).doubles()
        #expect(leads.allSatisfy { $0 >= 2 - 1e-5 })
        // And hardly more than that, for those which were not past it to begin with.
        let before = try goal.lead(in: subject.network.logits(of: subject.images)).doubles()
        let excess = zip(before, leads).filter { $0.0 < 0 }.map { Float($0.1 - 2) }
        #expect(median(excess) < 0.15)
    }

    @Test("An empty batch has an empty result", arguments: everyAttack)
    func emptyBatch(attack: any Attack) throws {
        let subject = try Subject()
        let found = try subject.perturbed(
            by: attack, towards: subject.goal(for: attack), places: [])
        #expect(found.shape == [0, 1, 12, 12])
    }

    @Test("Colour images are attacked as grey ones are", arguments: everyAttack)
    func colour(attack: any Attack) throws {
        try Engine.setThreadCount(1)
        var stream = RandomStream(seed: 5, purpose: "colour")
        let weight = try Tensor(stream.normals(4 * 3 * 7 * 9), shape: [4, 3 * 7 * 9])
        let classifier = Function(shape: [3, 7, 9], classes: 4) { images in
            try images.flattened(from: 1).linear(weight)
        }
        let images = try Tensor(stream.uniforms(8 * 3 * 7 * 9, in: 0...1), shape: [8, 3, 7, 9])
        let goal = Goal.untargeted(try Labels(classifier.predictions(for: images)))
        let found = try attack.perturb(
            images, towards: goal, against: classifier, seeds: ImageSeeds(seed: 0, range: 0..<8))
        let outcome = try Outcome(found, from: images, towards: goal, against: classifier)
        #expect(outcome.successes == 8)
    }
}
