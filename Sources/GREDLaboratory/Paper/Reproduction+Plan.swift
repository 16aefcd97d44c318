import GREDClassifiers
import GREDImages
import LibTorch

extension Reproduction {
    /// What the work consists of. Measures how fast this machine is.
    public func plan() throws -> ReproductionPlan {
        let shape = data.sets.fit.shape
        func untrained(_ family: Architecture.Family) throws -> any Classifier {
            let made = try NetworkClassifier(
                profile.classifierTraining(
                    family, on: data.sets.fit, as: paper, augmentation: .none, seed: 0
                ).description, seed: 0)
            try made.move(to: bench.device)
            return made
        }
        let speed = try PaperSpeed(
            profile, classifier: given ?? untrained(family),
            surrogate: givenSurrogate ?? untrained(paper.surrogate(for: shape)), bench: bench)
        let training = PaperSpeed.passesOfTraining
        var plan = ReproductionPlan()
        let fit = Double(min(profile.fit, data.sets.fit.count) * profile.classifierEpochs(paper))
        let needsWeights = profile.needsWeights(for: paper)
        func addNetwork(_ name: String, isGiven: Bool, _ speed: Double) {
            guard !isGiven, !needsWeights else {
                plan.add("measure \(name)\(isGiven ? "" : ", untrained")", seconds: 1)
                return
            }
            plan.add("train \(name)", seconds: fit * training / speed)
        }
        addNetwork("f", isGiven: given != nil, speed.classifier)
        func add(_ attack: PaperAttack, _ images: String) {
            let (n, m) = (profile.guardCount(attack), profile.testCount(attack))
            let attacking = Double(attack.passes(choices) * (n + m))
            let detecting =
                Double(2 * n * profile.detectorEpochs) * training * 4 + Double(3 * m) * 5
            plan.add(
                "\(attack.rawValue): attack \(n) + \(m) \(images), train and measure 2 × 4 detectors",
                seconds: attacking / speed.classifier + 2 * detecting / speed.detector)
        }
        for attack in profile.attacks { add(attack, "images") }
        for attack in resampledAttacks { add(attack, "resampled images") }
        if isMade(.maskingStudy) {
            plan.add(
                "Table 1: \(studied.count) attacks without their most sensitive pixels",
                seconds: Double(studied.map(profile.testCount).reduce(0, +) * 16)
                    / speed.classifier)
        }
        let tuning = training * Double(profile.rectifierEpochs) / speed.classifier
        func fitCount(_ attack: PaperAttack) -> Int {
            profile.fitCount(attack, of: data.sets.fit)
        }
        func tuned(_ attack: PaperAttack) -> Int { profile.guardCount(attack) + fitCount(attack) }
        let supplement = profile.attacks.map { $0.passes(choices) * fitCount($0) }
        let attacking = Double(supplement.reduce(0, +)) / speed.classifier
        let fitted = profile.attacks.map(fitCount).reduce(0, +)
        let all = Double(profile.attacks.map(tuned).reduce(0, +))
        if needsRectifier {
            plan.add(
                (fitted > 0 ? "attack \(fitted) images of fit, " : "")
                    + "fine-tune the rectifier for all attacks",
                seconds: attacking + all * (tuning + 2 / speed.classifier))
        }
        let copies = Int(choices.copies)
        if isMade(.rectifier) {
            for attack in profile.attacks {
                let hasControls = profile.rectifierControls.contains(attack)
                let answers = profile.testCount(attack) * 2 * (7 * copies + 20)
                // α is chosen for rectifiers and for f.
                let choosing = 2 * profile.guardCount(attack) / 5 * choices.alphas.count * copies
                plan.add(
                    "\(attack.rawValue): fine-tune \(hasControls ? "3 rectifiers" : "a rectifier"), choose α, recover",
                    seconds: Double(tuned(attack)) * tuning * (hasControls ? 3 : 1)
                        + Double(answers + choosing) / speed.classifier)
            }
        }
        if isMade(.maskingRate) {
            let answers = 4 * choices.alphas.count * copies * profile.maskingImages
            plan.add(
                "Fig. 5: \(choices.alphas.count) α on \(profile.maskingImages) images an attack",
                seconds: Double(profile.attacks.count * answers) / speed.classifier)
        }
        if isMade(.transfer) {
            addNetwork("the surrogate", isGiven: givenSurrogate != nil, speed.surrogate)
            for attack in profile.attacks {
                let m = profile.testCount(attack)
                plan.add(
                    "\(attack.rawValue): attack \(m) images on the surrogate, show them to f",
                    seconds: Double(attack.passes(choices) * m) / speed.surrogate
                        + Double(2 * m * (copies + 8)) / speed.classifier)
            }
        }
        if isMade(.whiteBox) {
            let whiteBox = profile.whiteBoxChoices(choices)
            for attack in profile.attacks {
                // f, its smooth copy twice over, and two detectors, against each of three defences.
                let passes = attack.passes(whiteBox) * profile.whiteBoxImages * 3
                plan.add(
                    "\(attack.rawValue): \(profile.whiteBoxImages) images by an attacker who knows the detectors",
                    seconds: Double(passes) * (6 / speed.classifier + 3 / speed.detector))
            }
        }
        let key = try key
        try plan.note { try bench.store.has(Self.partStage, PartKey(key, $0)) }
        return plan
    }

    /// Keeps that a part of this reproduction is done, for the next plan.
    func keepDone(_ part: ReproductionPlan.Part) throws {
        try bench.result(
            of: Self.partStage, PartKey(try key, part), make: { _ in }, read: { _ in })
    }

    private static let partStage = "paper-part"

    /// What every part of a reproduction depends on.
    private struct Key: Encodable {
        var version = 4
        var sets: [String]
        var paper: PaperData
        var profile: [String]
        var choices: PaperChoices
        var classifier: String?
        var surrogate: String?
        var sentry: String?
        var seed: UInt64
        var conditions: Workbench.Conditions
    }

    private struct PartKey: Encodable {
        var reproduction: Key
        var title: String

        init(_ reproduction: Key, _ part: ReproductionPlan.Part) {
            self.reproduction = reproduction
            title = part.title
        }
    }

    private var key: Key {
        get throws {
            let sets = data.sets
            return Key(
                sets: try [sets.fit, sets.guard, sets.test].map { try $0.contentHash },
                paper: paper, profile: profile.sizes, choices: choices,
                classifier: try given?.contentHash(),
                surrogate: try givenSurrogate?.contentHash(), sentry: sentry?.identity,
                seed: bench.seed,
                conditions: bench.conditions)
        }
    }
}
