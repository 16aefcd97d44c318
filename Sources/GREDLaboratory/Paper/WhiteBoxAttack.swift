import GREDAttacks
import GREDClassifiers
import LibTorch

/// The paper's white-box attacks on some images: on f and its detectors as one classifier of L + 1 classes.
///
/// Targeted attacks are run on that classifier as on any other. Untargeted ones have two stages: first f is
/// fooled, then the label that it was led to is held as the target, and the detectors are calmed from where
/// the first stage ended. DDN alone looks for its direction anew, as it always starts at the image; and
/// DeepFool holds no label: any wrong one will do.
struct WhiteBoxAttack {
    let attack: PaperAttack
    let choices: PaperChoices
    let images: Tensor
    let goal: Goal
    let seeds: ImageSeeds

    /// - Parameter subjects: f with its detectors, its smooth copies ever closer to it, followed one after
    ///   another; none where nothing stands between the attacker and f. Each has a ``PassCount`` of its own.
    /// - Returns: what was found, and what it took for all images together, counted as a ``PassCount`` does.
    func search(past subjects: [GuardUnderAttack], classifier: any Classifier) throws -> (
        found: Tensor, passes: Int
    ) {
        func asked() -> Int { subjects.map(\.count.total).reduce(0, +) }
        let before = asked()
        let meter = AttackMeter(count: images.shape[0])
        let plain = AttackBatch(
            images, towards: goal, against: classifier, seeds: seeds, meter: meter)
        let found = try found(past: subjects, plain, SearchCopy(of: classifier))
        return (found, (meter.forward + meter.backward).reduce(0, +) + asked() - before)
    }

    /// - Parameter plain: f with nothing in the way.
    private func found(
        past subjects: [GuardUnderAttack], _ plain: AttackBatch, _ copy: SearchCopy
    ) throws -> Tensor {
        guard !subjects.isEmpty else {
            return try attack.attack(choices).perturb(plain, searchingOn: copy)
        }
        let guarded = guarded
        let joint = JointClassifier(subjects, passes: guarded.expectedPasses, threshold: 0)
        if attack.isTargeted { return try guarded.perturb(batch(goal, joint)) }
        switch attack {
        case .fgsmU:
            // Half of ε for each stage.
            let half = FGSM(epsilon: choices.epsilon / 2)
            let first = try half.perturb(plain, searchingOn: copy)
            let goal = try held(plain.logits(of: first))
            let (gradient, _) = try AttackBatch(
                first, towards: goal, against: joint, seeds: seeds
            ).ascent(at: first)
            return try (first + gradient.sign() * half.epsilon).clamped(min: 0, max: 1)
        case .deepFoolU:
            return try calmed(attack.attack(choices).perturb(plain, searchingOn: copy), joint)
        default:
            let first = try attack.attack(choices).perturb(plain, searchingOn: copy)
            let goal = try held(plain.logits(of: first))
            let second = batch(goal, joint)
            let found: Tensor
            switch guarded {
            case let pgd as PGD: return try pgd.search(second, from: first)
            case let cw as CW: found = try cw.search(second, from: first)
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
        _ found: Tensor, past subjects: [GuardUnderAttack], classifier: any Classifier
    ) throws -> Tensor {
        guard attack.isMinimumNorm else { return try EightBits.rounded(found) }
        let goal = try attack.isTargeted ? goal : held(classifier.logits(of: found))
        let judge: any Classifier =
            if subjects.isEmpty { classifier } else { JointClassifier(subjects, threshold: 0) }
        return try EightBits.finished(found, from: images, towards: goal, against: judge)
    }

    /// The attack as it is run on f with its detectors.
    private var guarded: any Attack {
        guard var cw = attack.attack(choices) as? CW else { return attack.attack(choices) }
        // Half a level of 8 bits. A start further inside the box brightens all that is black, which CNN_org
        // sees at once; at its edge tanh is flat, and small steps never leave it.
        cw.margin = 1.0 / 512
        cw.learningRate = 0.1
        return cw
    }

    private func batch(_ goal: Goal, _ joint: JointClassifier) -> AttackBatch {
        AttackBatch(images, towards: goal, against: joint, seeds: seeds)
    }

    /// What f says, as a target; where that is the truth, its second choice.
    private func held(_ logits: Tensor) throws -> Goal {
        let wrong = try logits.replacing(goal.classes, with: -.infinity)
        return .targeted(try Targets(wrong.argmax(1)))
    }

    /// DeepFool's second stage: steps to where f and the detectors, taken to be linear, are both overcome. Each
    /// goes towards the detectors' calm, or where f has returned to the truth, away from that. An image is
    /// finished as soon as f is wrong and the detectors are calm; one that never is stays as it was.
    private func calmed(_ first: Tensor, _ joint: JointClassifier) throws -> Tensor {
        let steps = Int(choices.deepFoolSteps)
        var results = first
        // The images still searched for, and where they are.
        var rest = batch(goal, joint)
        var current = first
        for step in 0...steps {
            let (move, isDone) = try Gradient.recording {
                let watched = try current.watched()
                let (logits, excess) = try joint.parts(of: watched)
                let lead = try rest.goal.lead(in: logits)
                let isWrong = try lead.detached() .> 0
                // What is to fall below 0.
                let height = try isWrong.choose(excess, -lead)
                let found = try Gradient.of([height], towards: [watched])[0]
                let gradient = try (found ?? watched.zerosLike()).withoutNaN().detached()
                let norm = try gradient.rowNorms().clamped(min: 1e-12)
                let reach =
                    try (height.detached().clamped(min: 0) + 1e-3) / norm.square()
                    * (1 + choices.deepFoolOvershoot)
                return (
                    try gradient * reach.perRow(rank: gradient.rank),
                    try isWrong .& (excess.detached() .<= 0)
                )
            }
            let done = try isDone.positions()
            if !done.isEmpty {
                results = try results.replacingRows(
                    done.map { rest.places[$0] }, with: current.rows(done))
            }
            let open = try (.!isDone).positions()
            if step == steps || open.isEmpty { break }
            // A step that its linear picture would send across the whole image is cut.
            let length = try move.rowNorms().clamped(min: 1e-12)
            let cut = try (1 / length).clamped(max: 1)
            let moved = try (current - move * cut.perRow(rank: move.rank)).clamped(min: 0, max: 1)
            current = try moved.rows(open)
            rest = try rest.rows(open)
        }
        return results
    }
}
