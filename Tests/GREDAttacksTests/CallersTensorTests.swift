import GREDClassifiers
import LibTorch
import Testing

@testable import GREDAttacks

/// Whoever hands images to an attack finds them afterwards as they were.
struct CallersTensorTests {
    @Test("The caller's images are the same bytes afterwards", arguments: everyAttack)
    func afterwards(attack: any Attack) throws {
        let subject = try Subject()
        // A part of a larger tensor: neither it nor what lies beside it may change.
        let whole = try Tensor.concatenated([subject.images, subject.images])
        let images = try whole.sliced(0..<subject.count)
        let before = try whole.bytes()
        let found = try attack.perturb(
            images, towards: subject.goal(for: attack), against: subject.network,
            seeds: subject.seeds)
        #expect(try whole.bytes() == before)
        #expect(!images.requiresGradient && !found.requiresGradient)
        #expect(found.identity != images.identity)
    }

    @Test("Images that were normalised are refused with the value", arguments: everyAttack)
    func normalised(attack: any Attack) throws {
        let subject = try Subject()
        let normalised = try (subject.images - 0.1307) / 0.3081
        let error = #expect(throws: InputFault.self) {
            try attack.perturb(
                normalised, towards: subject.untargeted, against: subject.network,
                seeds: subject.seeds)
        }
        guard case .range(image: 0, let value) = try #require(error) else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(value < 0 || value > 1)
    }

    @Test("What undoing a normalisation left outside 0…1 is clamped", arguments: everyAttack)
    func clamped(attack: any Attack) throws {
        let subject = try Subject()
        func found(_ images: Tensor) throws -> [UInt8] {
            try attack.perturb(
                images, towards: subject.untargeted, against: subject.network, seeds: subject.seeds
            ).bytes()
        }
        var pixels = try subject.images.floats()
        (pixels[0], pixels[1]) = (-3e-8, 1 + 1e-7)
        let shape = subject.images.shape
        let odd = try found(Tensor(pixels, shape: shape))
        (pixels[0], pixels[1]) = (0, 1)
        #expect(try odd == found(Tensor(pixels, shape: shape)))
    }

    @Test(
        "The caller's network is the same, bit for bit, also where a pass fails",
        arguments: everyAttack)
    func network(attack: any Attack) throws {
        let subject = try Subject()
        let classifier = try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: 1 / 32),
                inputShape: subject.network.inputShape, classNames: subject.network.classNames),
            seed: 1)
        func state() throws -> [[UInt8]] {
            try classifier.network.state.map { try $0.value.bytes() }
        }
        func flags() -> [Bool] { classifier.network.state.map(\.value.requiresGradient) }
        func identities() -> [UnsafeRawPointer?] { classifier.network.state.map(\.value.identity) }
        let before = (try state(), flags(), identities())
        let places = [0, 1, 2, 3]
        let images = try subject.images.rows(places)
        let batch = AttackBatch(
            images, towards: try subject.untargeted.rows(places), against: classifier,
            seeds: ImageSeeds(seed: 1, range: 0..<4))
        let failing = AttackBatch(
            images, towards: batch.goal, against: Witness(classifier, failsAt: 1),
            seeds: batch.seeds)
        _ = try attack.perturb(batch)
        _ = try attack.perturb(batch, searchingOn: SearchCopy(of: classifier, in: .bfloat16))
        #expect(throws: Witness.Failure.self) { try attack.perturb(failing) }
        #expect(try state() == before.0)
        #expect(flags() == before.1 && identities() == before.2)
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
