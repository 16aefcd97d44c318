import GREDAttacks
import GREDClassifiers
import LibTorch

/// The paper's white-box attacks on some images: on f and its detectors as one classifier of L + 1 classes.
///
/// Targeted attacks are run on that classifier as on any other. Untargeted ones have two stages: first f is
/// fooled, then the label that it was led to is held as the target, and the detectors are calmed from where
/// the first stage ended. DDN alone looks for its direction anew, as it always starts at the image.
struct WhiteBoxAttack {
    let attack: PaperAttack
    let choices: PaperChoices
    let images: Tensor
    let goal: Goal
    let seeds: ImageSeeds
    let meter: AttackMeter

    /// - Parameter subject: f with its detectors; nil where there are none.
    func search(past subject: GuardUnderAttack?, classifier: any Classifier) throws -> Tensor {
        let plain = AttackBatch(
            images, towards: goal, against: classifier, seeds: seeds, meter: meter)
        let copy = try SearchCopy(of: classifier)
        guard let subject else {
            return try attack.attack(choices).perturb(plain, searchingOn: copy)
        }
        let joint = JointClassifier(subject, threshold: 0)
        if attack.isTargeted {
            return try attack.attack(choices).perturb(batch(goal, joint))
        }
        switch attack {
        case .fgsmU:
            // Half of ε for each stage.
            let half = FGSM(epsilon: choices.epsilon / 2)
            let first = try half.perturb(plain, searchingOn: copy)
            let goal = try held(first, classifier)
            let (gradient, _) = try AttackBatch(
                first, towards: goal, against: joint, seeds: seeds, meter: meter
            ).ascent(at: first)
            return try (first + gradient.sign() * half.epsilon).clamped(min: 0, max: 1)
        case .deepFoolU:
            let first = try attack.attack(choices).perturb(plain, searchingOn: copy)
            return try calmed(first, subject)
        default:
            let first = try attack.attack(choices).perturb(plain, searchingOn: copy)
            let goal = try held(first, classifier)
            let second = batch(goal, joint)
            let found: Tensor
            switch attack.attack(choices) {
            case let pgd as PGD: return try pgd.search(second, from: first)
            case var cw as CW:
                // A start inside the box brightens all that is black, which CNN_org sees at once.
                cw.margin = 0
                found = try cw.search(second, from: first)
            case let other: found = try other.perturb(second)
            }
            // Where the detectors stay, f is fooled all the same.
            let isReached = try goal.isReached(in: joint.logits(of: found))
            return try .chosen(where: isReached, found, first)
        }
    }

    /// At 8 bits; what a minimum-norm attack found is lengthened until f and its detectors say of the rounded
    /// image what they say of it.
    func rounded(
        _ found: Tensor, past subject: GuardUnderAttack?, classifier: any Classifier
    ) throws -> Tensor {
        guard attack.isMinimumNorm else { return try EightBits.rounded(found) }
        let goal = try attack.isTargeted ? goal : held(found, classifier)
        return try EightBits.finished(
            found, from: images, towards: goal,
            against: subject.map { JointClassifier($0, threshold: 0) } ?? classifier)
    }

    private func batch(_ goal: Goal, _ joint: JointClassifier) -> AttackBatch {
        AttackBatch(images, towards: goal, against: joint, seeds: seeds, meter: meter)
    }

    /// What f says now, as a target; where that is the truth, its second choice.
    private func held(_ found: Tensor, _ classifier: any Classifier) throws -> Goal {
        let wrong = try classifier.logits(of: found).replacing(goal.classes, with: -.infinity)
        return .targeted(try Targets(wrong.argmax(1)))
    }

    /// DeepFool's second stage: steps to where the detectors, taken to be linear, are calm.
    private func calmed(_ start: Tensor, _ subject: GuardUnderAttack) throws -> Tensor {
        var current = start
        let none = [seeds.indices.indices.map { seeds.stream(at: $0, purpose: "no noise") }]
        for _ in 0..<Int(choices.deepFoolSteps) {
            let (step, isCalm) = try Gradient.recording {
                let watched = try current.watched()
                let logOdds = try subject.answer(for: watched, draws: none).logOdds
                let found = try Gradient.of([logOdds], towards: [watched])[0]
                let gradient = try (found ?? watched.detached().zerosLike()).withoutNaN()
                let norm = try gradient.rowNorms().clamped(min: 1e-12)
                let value = try logOdds.detached()
                let reach =
                    try (value.clamped(min: 0) + 1e-3) / norm.square()
                    * (1 + choices.deepFoolOvershoot)
                return (try gradient * reach.perRow(rank: gradient.rank), try value .<= 0)
            }
            if try isCalm.bools().allSatisfy({ $0 }) { break }
            // A step that its linear picture would send across the whole image is cut.
            let length = try step.rowNorms().clamped(min: 1e-12)
            let cut = try (1 / length).clamped(max: 1)
            let moved = try (current - step * cut.perRow(rank: step.rank)).clamped(min: 0, max: 1)
            current = try .chosen(where: isCalm, current, moved)
        }
        return current
    }
}
