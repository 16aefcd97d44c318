import GREDClassifiers
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDAttacks

/// A classifier whose copy in 16 bits is another function.
private struct TwoFaced: Classifier {
    let base: any Classifier
    let copy: any Classifier

    var inputShape: ImageShape { base.inputShape }
    var classNames: [String] { base.classNames }
    var device: Device { base.device }
    func move(to device: Device) throws {}
    func logits(of images: Tensor) throws -> Tensor { try base.logits(of: images) }
    func frozen(_ precision: Precision) throws -> any Classifier {
        precision == .float32 ? base : copy
    }
}

@Suite("A search on a copy")
struct SearchCopyTests {
    private func found(
        _ attack: any Attack, _ subject: Subject, towards goal: Goal,
        _ change: @escaping (Tensor, Tensor) throws -> Tensor, in precision: Precision
    ) throws -> (images: Tensor, outcome: Outcome) {
        let judge = TwoFaced(base: subject.network, copy: Altered(subject.network, change))
        let batch = AttackBatch(
            subject.images, towards: goal, against: judge, seeds: subject.seeds)
        let images = try attack.perturb(
            batch, searchingOn: SearchCopy(of: judge, in: precision))
        return (
            images, try Outcome(images, from: subject.images, towards: goal, against: judge)
        )
    }

    private func direct(
        _ attack: any Attack, _ subject: Subject, towards goal: Goal
    ) throws -> (images: Tensor, outcome: Outcome) {
        let images = try subject.perturbed(by: attack, towards: goal)
        return (
            images,
            try Outcome(images, from: subject.images, towards: goal, against: subject.network)
        )
    }

    @Test("that says the same finds the same", arguments: everyAttack)
    func same(attack: any Attack) throws {
        let subject = try Subject()
        let goal = try subject.goal(for: attack)
        let expected = try direct(attack, subject, towards: goal)
        let found = try found(
            attack, subject, towards: goal, { logits, _ in logits }, in: .bfloat16)
        #expect(found.outcome.successes == expected.outcome.successes)
        // What is shortened afterwards is another image.
        guard !(attack is CW) else {
            #expect(found.outcome.medianLength <= expected.outcome.medianLength * 1.00001)
            return
        }
        // To the last bits: an attack may ask about fewer images at once, and then a processor with AVX-512
        // adds in another order.
        let differences = try (found.images - expected.images).abs().rowMaxima().doubles()
        #expect(differences.allSatisfy { $0 < 1e-5 })
    }

    @Test("leaves CW perturbations that are shortened, and hold", arguments: [0.0, 3])
    func shortened(confidence: Double) throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let attack = CW(
            searchSteps: 3, iterations: 40, learningRate: 0.05, initialConstant: 1,
            confidence: confidence)
        let images = try subject.perturbed(by: attack, towards: goal)
        let reached = try goal.isReached(
            in: subject.network.logits(of: images), confidence: confidence
        ).bools()
        let (found, _) = try found(
            attack, subject, towards: goal, { logits, _ in logits }, in: .bfloat16)
        let lengths = try [images, found].map { try ($0 - subject.images).rowNorms().floats() }
        let moved = reached.indices.filter { reached[$0] && lengths[0][$0] > 0 }
        #expect(moved.allSatisfy { lengths[1][$0] <= lengths[0][$0] })
        #expect(moved.count { lengths[1][$0] < lengths[0][$0] * 0.999 } > moved.count / 2)
        let holding = try goal.isReached(
            in: subject.network.logits(of: found), confidence: confidence
        ).bools()
        #expect(reached.indices.allSatisfy { !reached[$0] || holding[$0] })
    }

    @Test("is mended as the attack knows how, however often it is tried")
    func restarted() throws {
        let subject = try Subject()
        let batch = AttackBatch(
            subject.images, towards: try subject.untargeted, against: subject.network,
            seeds: subject.seeds)
        let found = try subject.perturbed(by: CW(iterations: 20), towards: batch.goal)
        for attack in [CW(iterations: 20), DDN(steps: 8)] as [any Attack] {
            let proposals = try [attack, attack.restarted(2)].map {
                try [$0.refined(batch, from: found), $0.shortened(batch, from: found)]
                    .map { try $0?.floats() }
            }
            #expect(proposals[0] == proposals[1])
            #expect(proposals[0].contains { $0 != nil })
        }
    }

    @Test("that resists everything is not believed where it is coarse", arguments: everyAttack)
    func resists(attack: any Attack) throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        // It is sure of each image's label, whatever is done to it.
        let labels = try Tensor(subject.labels).oneHot(classes: 6).to(.float32) * 100
        let judge = subject.network
        let copy = Altered(judge) { logits, images in
            images.shape[0] == subject.count ? try logits * 0 + labels : try logits * 0
        }
        let batch = AttackBatch(
            subject.images, towards: goal, against: TwoFaced(base: judge, copy: copy),
            seeds: subject.seeds)
        let images = try attack.perturb(
            batch, searchingOn: SearchCopy(of: batch.classifier, in: .bfloat16))
        let outcome = try Outcome(images, from: subject.images, towards: goal, against: judge)
        #expect(outcome.successes >= (try direct(attack, subject, towards: goal)).outcome.successes)
    }

    @Test(
        "that sees success everywhere is denied, and the search begins again",
        arguments: everyAttack)
    func lies(attack: any Attack) throws {
        let subject = try Subject()
        let goal = try subject.untargeted
        let expected = try direct(attack, subject, towards: goal)
        // Class 5 always wins, which nothing in the image bears out.
        let favoured = try Tensor([0, 0, 0, 0, 0, 1000] as [Float])
        let found = try found(
            attack, subject, towards: goal, { logits, _ in try logits * 0.01 + favoured },
            in: .bfloat16)
        #expect(found.outcome.successes >= expected.outcome.successes)
    }
}

@Suite("The meter")
struct AttackMeterTests {
    private func metered(_ attack: any Attack, _ subject: Subject) throws -> AttackMeter {
        let meter = AttackMeter(count: subject.count)
        _ = try attack.perturb(
            AttackBatch(
                subject.images, towards: subject.untargeted, against: subject.network,
                seeds: subject.seeds, meter: meter))
        return meter
    }

    @Test("counts each image's passes")
    func passes() throws {
        let subject = try Subject()
        func same(_ passes: Int) -> [Int] { Array(repeating: passes, count: subject.count) }
        let fgsm = try metered(FGSM(epsilon: 0.1), subject)
        #expect(fgsm.forward == same(1) && fgsm.backward == same(1))
        let pgd = try metered(PGD(epsilon: 0.1, stepSize: 0.02, steps: 7), subject)
        #expect(pgd.forward == same(8) && pgd.backward == same(7))
        let ddn = try metered(DDN(steps: 20), subject)
        #expect(ddn.forward == same(21) && ddn.backward == same(20))
        let cw = try metered(CW(searchSteps: 2, iterations: 9, abortsEarly: false), subject)
        let isRight = try subject.untargeted.isReached(
            in: subject.network.logits(of: subject.images)
        ).bools().map { !$0 }
        #expect(cw.forward == isRight.map { $0 ? 19 : 1 })
        #expect(cw.backward == isRight.map { $0 ? 18 : 0 })
    }

    @Test("of many classes only the likeliest are asked for gradients")
    func manyClasses() throws {
        var stream = RandomStream(seed: 3, purpose: "many classes")
        let weights = try Tensor(stream.normals(16 * 50), shape: [16, 50])
        let classifier = Function(shape: [1, 4, 4], classes: 50) {
            try $0.flattened(from: 1).matmul(weights)
        }
        let images = try Tensor.full([6, 1, 4, 4], 0.5)
        let labels = try classifier.predictions(for: images).ints()
        for (attack, steps) in [
            (DeepFool(steps: 3, candidates: 10), 3), (FAB(steps: 3, candidates: 10), 3),
        ] as [(any Attack, Int)] {
            let meter = AttackMeter(count: 6)
            _ = try attack.perturb(
                AttackBatch(
                    images, towards: .untargeted(Labels(labels)), against: classifier,
                    seeds: ImageSeeds(seed: 1, range: 0..<6), meter: meter))
            #expect(meter.backward.allSatisfy { $0 <= 9 * steps && $0 > 0 })
        }
    }

    @Test("finished images cost nothing more, in whatever batch they stand", arguments: everyAttack)
    func finished(attack: any Attack) throws {
        // Its passes back go through all images of a pass forward, now and then finished ones too.
        if attack is DeepFool { return }
        let subject = try Subject()
        let together = try metered(attack, subject)
        for image in [0, 3, 31] {
            let meter = AttackMeter(count: 1)
            _ = try attack.perturb(
                AttackBatch(
                    subject.images.rows([image]), towards: subject.untargeted.rows([image]),
                    against: subject.network, seeds: ImageSeeds(seed: 1, indices: [image]),
                    meter: meter))
            #expect(meter.forward == [together.forward[image]])
            #expect(meter.backward == [together.backward[image]])
        }
        if attack is CW || attack is Square {
            #expect(Set(together.forward).count > 1)
        }
    }

    @Test(
        "what it says of the shortest perturbation is what the attack returns",
        arguments: minimumNormAttacks)
    func improvements(attack: any Attack) throws {
        let subject = try Subject()
        let meter = try metered(attack, subject)
        let found = try subject.perturbed(by: attack, towards: subject.untargeted)
        let lengths = try (found - subject.images).rowNorms().floats()
        let best = Dictionary(
            meter.improvements.map { ($0.image, $0.norm) }, uniquingKeysWith: min)
        for (image, norm) in best {
            // CW's own norm is computed on the way, with other rounding.
            #expect(abs(norm - lengths[image]) < 1e-3, "image \(image)")
        }
        for image in 0..<subject.count {
            let norms = meter.improvements.filter { $0.image == image }
            #expect(norms.map(\.norm) == norms.map(\.norm).sorted(by: >))
            #expect(norms.map(\.passes) == norms.map(\.passes).sorted())
        }
    }

    @Test("ends the attack where its watcher throws")
    func stops() throws {
        struct Stop: Error {}
        let subject = try Subject()
        var seen = 0
        let meter = AttackMeter(count: subject.count) { rows in
            seen += rows
            if seen > 100 { throw Stop() }
        }
        #expect(throws: Stop.self) {
            _ = try DDN().perturb(
                AttackBatch(
                    subject.images, towards: subject.untargeted, against: subject.network,
                    seeds: subject.seeds, meter: meter))
        }
    }
}
