import GRED
import GREDAttacks
import LibTorch
import Testing

@testable import GREDClassifiers
@testable import GREDLaboratory

@Suite("The paper's white-box attacks")
struct PaperWhiteBoxTests {
    private let audited: AuditedGuard
    private var images: Tensor { audited.images }
    private var network: NetworkClassifier { audited.network }

    init() throws { audited = try AuditedGuard() }

    /// The paper's guard, each of its networks a little above even odds on clean images.
    private func alarmed() throws -> Guard {
        let sentry = try audited.sentry(.paper, guarding: network)
        let sensitivity = try network.inputSensitivity(of: images)
        for detector in audited.detectors(of: sentry) {
            let logit = try detector.judge(images: images, sensitivity: sensitivity).logit
            let excess = try Float(logit.mean().item()) - 1
            for (name, value) in detector.network.state where name == "classifier.bias" {
                try value.assign(value - Tensor([0, excess]))
            }
        }
        return sentry
    }

    private func whiteBox(
        _ attack: PaperAttack, _ goal: Goal, past sentry: Guard?
    ) throws -> (found: Tensor, passes: [Int]) {
        let subjects = try (sentry == nil ? [] : [10.0, 30]).map { sharpness in
            try GuardUnderAttack(
                network, watchedBy: .detectors(sentry.map(audited.detectors(of:)) ?? []),
                sharpness: sharpness)
        }
        var choices = PaperChoices(for: audited.shape)
        choices.epsilon = 0.3
        choices.pgdStepSize = 0.02
        let meter = AttackMeter(count: 6)
        let search = WhiteBoxAttack(
            attack: attack, choices: choices, images: images, goal: goal,
            seeds: ImageSeeds(seed: 0, range: 0..<6), meter: meter)
        return (try search.search(past: subjects, classifier: network), meter.forward)
    }

    @Test(
        "a targeted attack on L + 1 classes succeeds where f says the target and the guard benign")
    func targeted() throws {
        let sentry = try alarmed()
        let labels = try network.predictions(for: images).ints()
        let targets = labels.map { ($0 + 1) % 3 }
        let goal = Goal.targeted(try Targets(targets))
        let (found, passes) = try whiteBox(.pgdT, goal, past: sentry)
        let joint = JointClassifier(
            [
                try GuardUnderAttack(
                    network, watchedBy: .detectors(audited.detectors(of: sentry)), sharpness: 30)
            ], threshold: 0)
        let reached = try goal.isReached(in: joint.logits(of: found)).bools()
        let verdicts = try sentry.inspect(found, recovery: .ofNone).verdicts
        #expect(reached.contains(true))
        // Not so near to the boundary that rounding decides.
        for image in reached.indices where abs(verdicts[image].logOdds) > 1e-3 {
            let isSilent = verdicts[image].logOdds < 0
            #expect(reached[image] == (isSilent && verdicts[image].label == targets[image]))
        }
        let (_, alone) = try whiteBox(.pgdT, goal, past: nil)
        #expect(passes == alone)
    }

    @Test("what L + 1 classes are made of can be told from them")
    func parts() throws {
        let subject = try GuardUnderAttack(alarmed(), sharpness: 30)
        let logits = try JointClassifier([subject], threshold: 0.5).logits(of: images)
        #expect(logits.shape == [6, 4])
        let parts = try JointClassifier.parts(of: logits)
        let (excess, expected) = try (
            parts.excess.floats(), subject.values(for: images, draws: []).logOdds.floats()
        )
        #expect(zip(excess, expected).allSatisfy { abs($0 - ($1 - 0.5)) < 1e-3 * max(1, abs($1)) })
        #expect(
            try parts.logits.argmax(1).ints() == network.predictions(for: images).ints())
    }

    @Test(
        "DeepFool's second stage ends where f is wrong and the guard silent, and its passes count")
    func deepFool() throws {
        let sentry = try alarmed()
        let labels = try network.predictions(for: images).ints()
        let goal = Goal.untargeted(try Labels(labels))
        let (first, alone) = try whiteBox(.deepFoolU, goal, past: nil)
        let (found, passes) = try whiteBox(.deepFoolU, goal, past: sentry)
        #expect(zip(passes, alone).allSatisfy { $0 > $1 })
        let verdicts = try sentry.inspect(found, recovery: .ofNone).verdicts
        // What never is stays as the first stage left it.
        let moved = try (found - first).rowNorms().floats().map { $0 > 0 }
        #expect(moved.contains(true))
        for image in moved.indices where moved[image] {
            #expect(verdicts[image].label != labels[image] && verdicts[image].logOdds < 1e-3)
        }
    }
}
