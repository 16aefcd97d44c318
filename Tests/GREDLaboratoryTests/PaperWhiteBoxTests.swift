import GRED
import GREDAttacks
import GREDCharts
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

    /// - Returns: what was found, and passes of f for all images together.
    private func whiteBox(
        _ attack: PaperAttack, _ goal: Goal, past sentry: Guard?, epsilon: Double = 0.3
    ) throws -> (found: Tensor, passes: Int) {
        let subjects = try (sentry == nil ? [] : [10.0, 30]).map { sharpness in
            try GuardUnderAttack(
                network, watchedBy: .detectors(sentry.map(audited.detectors(of:)) ?? []),
                sharpness: sharpness)
        }
        var choices = PaperChoices(for: audited.shape)
        choices.epsilon = epsilon
        choices.pgdStepSize = 0.02
        choices.cwSearchSteps = 2
        choices.cwIterations = 40
        choices.cwInitialConstant = 1
        choices.ddnSteps = 60
        return try WhiteBoxAttack(
            attack: attack, choices: choices, images: images, goal: goal,
            seeds: ImageSeeds(seed: 0, range: 0..<6)
        ).search(past: subjects, classifier: network)
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
        // Each step there and back, or through all that the detectors read; then one look.
        let steps = Int(PaperChoices(for: audited.shape).pgdSteps)
        let (_, alone) = try whiteBox(.pgdT, goal, past: nil)
        #expect(alone == 6 * (2 * steps + 1))
        #expect(passes == 6 * (7 * steps + 2))
    }

    @Test(
        "minimum-norm attacks, and untargeted ones in two stages, pass where they found something",
        arguments: [PaperAttack.pgdU, .cwT, .ddnT])
    func others(attack: PaperAttack) throws {
        let sentry = try alarmed()
        let labels = try network.predictions(for: images)
        let goal: Goal =
            try attack.isTargeted
            ? .targeted(Targets(labels.ints().map { ($0 + 1) % 3 })) : .untargeted(Labels(labels))
        let found = try whiteBox(attack, goal, past: sentry).found
        let leads = try goal.lead(in: network.logits(of: found)).floats()
        let verdicts = try sentry.inspect(found, recovery: .ofNone).verdicts
        let passes = leads.indices.map { leads[$0] > -1e-3 && verdicts[$0].logOdds < 1e-3 }
        #expect(passes.contains(true))
        let change = try found - images
        if attack.isMinimumNorm {
            // Where nothing was found the image is as it was.
            let moved = try change.rowNorms().floats().map { $0 > 0 }
            for image in moved.indices where moved[image] { #expect(passes[image]) }
        } else {
            #expect(try change.abs().rowMaxima().floats().allSatisfy { $0 < 0.3 + 1e-6 })
        }
    }

    @Test("FGSM has half of ε for f, and half for the detectors")
    func fgsm() throws {
        let goal = try Goal.untargeted(Labels(network.predictions(for: images)))
        let first = try whiteBox(.fgsmU, goal, past: nil, epsilon: 0.15).found
        let found = try whiteBox(.fgsmU, goal, past: alarmed()).found
        for half in try [first - images, found - first] {
            let changes = try half.abs().rowMaxima().floats()
            #expect(changes.allSatisfy { $0 < 0.15 + 1e-6 && $0 > 0.1 })
        }
    }

    @Test("an attack is too weak where nothing should stop it and images resist")
    func tooWeak() {
        func isTooWeak(
            _ attack: PaperAttack, _ defence: WhiteBoxRow.Defence, _ count: Int = 98,
            _ rendition: Rendition = .unrounded
        ) -> Bool {
            WhiteBoxRow(
                attack: attack, rendition: rendition, defence: defence, attempted: 100,
                success: ComparedFigure(Proportion(successes: count, of: 100), paper: nil),
                passes: 1, seconds: 1
            ).isTooWeak
        }
        #expect(isTooWeak(.pgdT, .none) && !isTooWeak(.pgdT, .gred) && !isTooWeak(.fgsmU, .none))
        for attack in [PaperAttack.deepFoolU, .cwT, .ddnU] {
            for defence in WhiteBoxRow.Defence.allCases {
                #expect(isTooWeak(attack, defence) && !isTooWeak(attack, defence, 99))
                #expect(!isTooWeak(attack, defence, 98, .rounded))
            }
        }
    }

    @Test("the class that is added to f's wins exactly where the detectors flag")
    func parts() throws {
        let subject = try GuardUnderAttack(alarmed(), sharpness: 30)
        let joint = JointClassifier([subject], threshold: 0.5)
        let parts = try joint.parts(of: images)
        let (excess, labels) = try (parts.excess.floats(), parts.logits.argmax(1).ints())
        let expected = try subject.values(for: images, draws: []).logOdds.floats()
        #expect(zip(excess, expected).allSatisfy { abs($0 - ($1 - 0.5)) < 1e-4 * max(1, abs($1)) })
        #expect(try labels == network.predictions(for: images).ints())
        let logits = try joint.logits(of: images)
        #expect(logits.shape == [6, 4])
        let joined = try logits.argmax(1).ints()
        for image in joined.indices {
            #expect(joined[image] == (excess[image] > 0 ? 3 : labels[image]))
        }
    }

    @Test("without a goal of one label, images pass where f is wrong with any and the guard silent")
    func passing() throws {
        let subject = try GuardUnderAttack(alarmed(), sharpness: 30)
        let joint = JointClassifier([subject], threshold: 0.5)
        let parts = try joint.parts(of: images)
        let (excess, labels) = try (parts.excess.floats(), parts.logits.argmax(1).ints())
        for truth in 0..<3 {
            let logits = try PassingClassifier(joint: joint, label: truth).logits(of: images)
            #expect(
                try logits.argmax(1).ints()
                    == labels.indices.map { labels[$0] != truth && excess[$0] < 0 ? 1 : 0 })
        }
    }

    @Test(
        "DeepFool's second stage ends where f is wrong and the guard silent, and its passes count")
    func deepFool() throws {
        let sentry = try alarmed()
        let labels = try network.predictions(for: images).ints()
        let goal = Goal.untargeted(try Labels(labels))
        let (first, alone) = try whiteBox(.deepFoolU, goal, past: nil)
        let (found, passes) = try whiteBox(.deepFoolU, goal, past: sentry)
        #expect(passes > alone)
        let verdicts = try sentry.inspect(found, recovery: .ofNone).verdicts
        // What never is stays as the first stage left it.
        let moved = try (found - first).rowNorms().floats().map { $0 > 0 }
        #expect(moved.contains(true))
        for image in moved.indices where moved[image] {
            #expect(verdicts[image].label != labels[image] && verdicts[image].logOdds < 1e-3)
        }
    }
}
