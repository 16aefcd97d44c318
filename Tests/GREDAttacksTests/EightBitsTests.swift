import GREDClassifiers
import LibTorch
import Testing

@testable import GREDAttacks

struct EightBitsTests {
    @Test("Rounding takes each pixel to the nearest of 256 levels, within 0…1")
    func rounding() throws {
        try Engine.setThreadCount(1)
        let pixels: [Float] = [-0.2, 0, 0.0019, 0.00197, 0.5, 0.9981, 1, 1.3]
        let rounded = try EightBits.rounded(Tensor(pixels)).floats()
        let levels: [Float] = [0, 0, 0, 1, 128, 255, 255, 255]
        // 127.5 is a half, and goes to the even 128.
        for (found, level) in zip(rounded, levels) { #expect(abs(found - level / 255) < 1e-7) }
        #expect(try EightBits.rounded(Tensor(rounded)).floats() == rounded)
    }

    @Test(
        "A finished image stands on the levels and is adversarial, at little cost",
        arguments: [DeepFool(), CW(searchSteps: 4, iterations: 100, initialConstant: 0.1)]
            as [any Attack])
    func finishing(attack: any Attack) throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let found = try subject.perturbed(by: attack, towards: goal)
        let finished = try EightBits.finished(
            found, from: subject.images, towards: goal, against: subject.network)
        let scaled = try finished * 255
        #expect(try (scaled - scaled.round()).abs().rowMaxima().floats().max()! < 1e-4)

        let outcomes = try [found, EightBits.rounded(found), finished].map {
            try Outcome($0, from: subject.images, towards: goal, against: subject.network)
        }
        #expect(outcomes[0].successes == subject.count)
        #expect(outcomes[1].successes < subject.count, "or there would be nothing to finish")
        #expect(outcomes[2].successes == subject.count)
        #expect(outcomes[2].medianLength <= outcomes[0].medianLength * 1.03)
        for image in 0..<subject.count where outcomes[0].lengths[image] > 0.05 {
            #expect(outcomes[2].lengths[image] <= outcomes[0].lengths[image] * 1.1)
        }
    }

    @Test("The factor is the first of the list whose rounding is adversarial")
    func leastFactor() throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let found = try subject.perturbed(by: DeepFool(overshoot: 0), towards: goal)
        let finished = try EightBits.finished(
            found, from: subject.images, towards: goal, against: subject.network)
        let delta = try found - subject.images
        var open = Set(0..<subject.count)
        for factor in EightBits.factors {
            let candidate = try EightBits.rounded(subject.images + delta * factor)
            let reached = try goal.isReached(in: subject.network.logits(of: candidate)).bools()
            let differences = try largestDifferences(candidate, finished)
            for image in open where reached[image] {
                #expect(differences[image] < 1e-6, "image \(image), factor \(factor)")
                open.remove(image)
            }
        }
        #expect(open.isEmpty)
        #expect(EightBits.factors.first == 1)
        #expect(EightBits.factors == EightBits.factors.sorted())
    }

    @Test("What cannot be finished comes back rounded, as it was")
    func untouched() throws {
        let subject = try Subject()
        // Half a level off the grid, and not attacked at all.
        let images = try (subject.images * 0.9 + 0.0507).clamped(min: 0, max: 1)
        let goal = Goal.untargeted(try Labels(subject.network.predictions(for: images)))
        let finished = try EightBits.finished(
            images, from: images, towards: goal, against: subject.network)
        #expect(try finished.bytes() == EightBits.rounded(images).bytes())
    }

    @Test("A confidence is kept as well")
    func confidence() throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let found = try subject.perturbed(by: DeepFool(confidence: 1), towards: goal)
        let finished = try EightBits.finished(
            found, from: subject.images, towards: goal, against: subject.network, confidence: 1)
        let leads = try goal.lead(in: subject.network.logits(of: finished)).doubles()
        #expect(leads.allSatisfy { $0 >= 1 - 1e-5 })
    }

    @Test("What DDN finds is adversarial on the levels without being finished")
    func quantisedSearch() throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let found = try subject.perturbed(by: DDN(steps: 50), towards: goal)
        let rounded = try EightBits.rounded(found)
        #expect(try largestDifferences(found, rounded).allSatisfy { $0 < 1e-6 })
        let outcome = try Outcome(
            rounded, from: subject.images, towards: goal, against: subject.network)
        #expect(outcome.successes >= subject.count - 1)
    }
}
