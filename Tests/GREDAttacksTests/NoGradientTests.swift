import GREDClassifiers
import LibTorch
import Testing

@testable import GREDAttacks

/// Classifiers whose gradient is zero, tied or huge.
struct NoGradientTests {
    @Test("Images of a classifier that ignores them come back as they were", arguments: everyAttack)
    func ignoring(attack: any Attack) throws {
        let subject = try Subject()
        let fixed = try Tensor([3, 1, 0, 0, -1, 2] as [Float])
        let deaf = Altered(subject.network) { logits, _ in try logits * 0 + fixed }
        try expectUntouched(by: attack, against: deaf, subject, labels: 0)
    }

    @Test("And those of one that rounds its images away", arguments: everyAttack)
    func rounding(attack: any Attack) throws {
        let subject = try Subject()
        let base = subject.network
        let coarse = Function(shape: [1, 12, 12], classes: 6) { images in
            // A pixel is 0 or 1 here, whatever happens to it below 0.49.
            try base.logits(of: images * 0 + (images * 0.01).round())
        }
        let label = try coarse.predictions(for: subject.images).ints()[0]
        try expectUntouched(by: attack, against: coarse, subject, labels: label)
    }

    private func expectUntouched(
        by attack: any Attack, against classifier: any Classifier, _ subject: Subject,
        labels: Int
    ) throws {
        // It knows nothing of gradients, and begins away from the image.
        if attack is Square { return }
        let goal = Goal.untargeted(try Labels([Int](repeating: labels, count: subject.count)))
        var attack = attack
        if var pgd = attack as? PGD {
            pgd.startsAtRandom = false
            attack = pgd
        } else if var pgd = attack as? PGDL2 {
            pgd.startsAtRandom = false
            attack = pgd
        }
        let found = try subject.perturbed(by: attack, towards: goal, against: classifier)
        #expect(try found.bytes() == subject.images.bytes())
    }

    @Test(
        "A classifier that is cut off from its images is named as the fault", arguments: everyAttack
    )
    func cutOff(attack: any Attack) throws {
        // It asks for no gradient.
        if attack is Square { return }
        let subject = try Subject()
        let cut = Altered(subject.network) { logits, _ in try logits.detached() }
        // Those that are adversarial already need no gradient; these are not.
        let right = try
            (.!subject.untargeted.isReached(
                in: subject.network.logits(of: subject.images))).positions()
        if attack is CW {
            // Its length alone has a gradient: the search runs, and finds nothing.
            let found = try subject.perturbed(
                by: attack, towards: subject.untargeted, against: cut, places: right)
            #expect(try found.bytes() == subject.images.rows(right).bytes())
        } else {
            #expect(throws: TorchError.self) {
                try subject.perturbed(
                    by: attack, towards: subject.untargeted, against: cut, places: right)
            }
        }
    }

    @Test("Two classes with the same logits make no NaN", arguments: everyAttack)
    func twins(attack: any Attack) throws {
        let subject = try Subject()
        let twins = Altered(subject.network) { logits, _ in
            // Class 1 is class 0 again.
            try Tensor.concatenated(
                [
                    logits.sliced(0..<1, dimension: 1), logits.sliced(0..<1, dimension: 1),
                    logits.sliced(2..<6, dimension: 1),
                ], dimension: 1)
        }
        let goal = Goal.untargeted(try Labels(subject.labels.map { $0 == 1 ? 0 : $0 }))
        let found = try subject.perturbed(by: attack, towards: goal, against: twins)
        #expect(try found.floats().allSatisfy { (0...1).contains($0) })
        // A tie is no success; those of the four other classes can be reached, and nearly all are.
        let outcome = try Outcome(found, from: subject.images, towards: goal, against: twins)
        #expect(outcome.successes > subject.count / 2)
    }

    @Test("Logits ten thousand times as large hide nothing", arguments: everyAttack)
    func saturated(attack: any Attack) throws {
        let subject = try Subject()
        let sure = Altered(subject.network) { logits, _ in try logits * 1e4 }
        let goal = try subject.untargeted
        let found = try subject.perturbed(by: attack, towards: goal, against: sure)
        #expect(try found.floats().allSatisfy { (0...1).contains($0) })
        let usual = try subject.perturbed(by: attack, towards: goal)
        let outcomes = try [found, usual].map {
            try Outcome($0, from: subject.images, towards: goal, against: sure)
        }
        #expect(outcomes[0].successes >= outcomes[1].successes - 1)
    }

    @Test(
        "A constant added to all logits changes no success", arguments: everyAttack,
        [1e3, 1e4, -1e4])
    func constant(attack: any Attack, constant: Double) throws {
        let subject = try Subject()
        let goal = try subject.goal(for: attack)
        let shifted = Altered(subject.network) { logits, _ in try logits + constant }
        let outcomes = try [subject.network, shifted].map { (classifier: any Classifier) in
            let found = try subject.perturbed(by: attack, towards: goal, against: classifier)
            return try Outcome(found, from: subject.images, towards: goal, against: classifier)
        }
        #expect(outcomes[0].reached == outcomes[1].reached)
    }
}
