import GREDClassifiers
import LibTorch
import Testing

@testable import GREDAttacks

/// Where there is a card: images and classifier stay where the caller put them, and the card finds
/// what the processor finds.
@Suite(.enabled(if: (try? Device("cuda")) != nil, "there is no CUDA device here"))
struct CUDATests {
    @Test(
        "Attacks on a card succeed as on the processor, and leave the caller's tensors there",
        arguments: everyAttack)
    func attacks(attack: any Attack) throws {
        let subject = try Subject()
        let cuda = try Device("cuda")
        let description = NetworkClassifier.Description(
            architecture: Architecture(.vgg11, width: 1 / 32),
            inputShape: subject.network.inputShape, classNames: subject.network.classNames)
        func found(on device: Device) throws -> [Bool] {
            let classifier = try NetworkClassifier(description, seed: 1)
            try classifier.move(to: device)
            let labels = try Labels(classifier.predictions(for: subject.images.to(device)).ints())
            let goal = try Goal.untargeted(labels).to(device)
            // The images are the caller's, on the processor: the attack brings them over.
            let adversarial = try attack.perturb(
                AttackBatch(
                    subject.images, towards: goal, against: classifier, seeds: subject.seeds),
                searchingOn: SearchCopy(of: classifier))
            #expect(adversarial.device == device && subject.images.device == .cpu)
            return try goal.isReached(in: classifier.logits(of: adversarial)).bools()
        }
        #expect(try found(on: cuda) == found(on: .cpu))
    }
}
