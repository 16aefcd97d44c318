import GRED
import GREDAttacks
import GREDClassifiers
import LibTorch

/// Projected gradient descent by somebody who knows the guard: f is to be wrong and the detector calm.
public struct AdaptiveAttack: Sendable, Codable, Hashable {
    /// How the two aims are joined.
    public enum Strategy: String, Sendable, Codable, CaseIterable {
        /// One aim at a time: f while it is right, the detector once it is wrong (Bryniarski et al. 2021,
        /// selective).
        case selective
        /// As `selective`, each step without its part along the other aim's gradient (orthogonal).
        case orthogonal
        /// Both aims at once; the weight of the second grows for an image while the detector sees it, and
        /// shrinks while f is right (Lagrangian).
        case lagrangian
        /// f's logits are to be those of a clean image of another class, so that everything that is made
        /// of them is as well (Tramèr et al. 2020). The detector is not looked at.
        case logitMatching = "logit matching"
        /// f is to be as sure of a wrong label as it is of a clean image: neither near the boundary nor
        /// far past it. The detector is not looked at.
        case confidenceMatched = "confidence matched"
        /// The label that the guard gives back is to be wrong: the network that chooses it and the rectifier
        /// are led away from the truth as f is. The detector may see the image.
        case recovery

        /// Whether the detector's gradient is followed.
        var followsDetector: Bool {
            switch self {
            case .selective, .orthogonal, .lagrangian: true
            case .logitMatching, .confidenceMatched, .recovery: false
            }
        }
    }

    /// How the two aims are joined.
    public var strategy: Strategy
    /// How far it may go.
    public var budget: AttackBudget
    /// Steps that every image takes.
    public var steps: Int
    /// The noise of the detector that a step's gradient is the mean of.
    public var draws: Int
    /// How closely the smooth copy of f follows f, in equal parts of the search.
    public var sharpness: [Double] = [10, 30, 100]

    /// Names what differs between attacks.
    public init(_ strategy: Strategy, _ budget: AttackBudget, steps: Int, draws: Int) {
        self.strategy = strategy
        self.budget = budget
        self.steps = steps
        self.draws = draws
    }

    /// Looks for images near these that f gets wrong and the guard takes for benign.
    /// - Parameters:
    ///   - models: f's logits of clean images of other classes, `[N, L]`: what is matched.
    ///   - threshold: the log-odds from which on the guard is not silent.
    ///   - onStep: is told the step, and the median of the calmest log-odds so far (infinite where f was
    ///     right all the time).
    /// - Returns: for each image the calmest at which f was wrong, at 8 bits, or with `recovery` the one
    ///   whose true label was the farthest behind; where f was right all the time, the last.
    func search(
        _ images: Tensor, towards goal: Goal, against sentry: Guard, models: Tensor,
        threshold: Double = 0, seeds: ImageSeeds,
        onStep: (Int, Float) throws -> Void = { _, _ in }
    ) throws -> Tensor {
        let count = images.shape[0]
        var streams = (0..<count).map { seeds.stream(at: $0, purpose: "adaptive") }
        var current = try start(images, &streams)
        var best = current
        var calmest = try Tensor.full([count], .infinity, device: images.device)
        var weight = try Tensor.ones([count], device: images.device)
        // Bounces in the ball at first, settles in the end.
        let lengths = (0..<steps).map { step in
            budget.radius * 2.5 / Double(max(steps, 1)) * (step < steps * 3 / 4 ? 2 : 0.5)
        }
        var subject: (sharpness: Double, subject: GuardUnderAttack)?
        let ways = strategy == .recovery ? try RecoveryUnderAttack(sentry) : nil
        for step in 0..<steps {
            let sharp = sharpness[min(step * sharpness.count / steps, sharpness.count - 1)]
            if subject?.sharpness != sharp {
                subject = (sharp, try GuardUnderAttack(sentry, sharpness: sharp))
            }
            guard let attacked = subject?.subject else { break }
            let noise = (0..<draws).map { _ in
                streams.indices.map { place in
                    RandomStream(seed: streams[place].next(), purpose: "draw")
                }
            }
            let found =
                try ways?.direction(at: current, goal, attacked, noise)
                ?? direction(at: current, goal, models, weight, attacked, noise)
            let better = try found.fooled .& (found.score .< calmest)
            best = try .chosen(where: better, current, best)
            calmest = try better.choose(found.score, calmest)
            let moved = try current + budget.step(found.direction, length: lengths[step])
            current = try budget.projected(moved, around: images)
            let isSeen = try found.fooled .& (found.score .> threshold)
            weight =
                try weight
                * isSeen.choose(
                    weight.zerosLike() + 1.1,
                    found.fooled.choose(
                        weight.zerosLike() + 1, weight.zerosLike() + 1 / 1.1))
            try onStep(step + 1, Statistics.median(calmest.floats()).map(Float.init) ?? .nan)
        }
        let found = try calmest .< .infinity
        return try EightBits.rounded(.chosen(where: found, best, current))
    }

    private func start(_ images: Tensor, _ streams: inout [RandomStream]) throws -> Tensor {
        let size = images.count / max(images.shape[0], 1)
        let noise = try Tensor(
            streams.indices.flatMap { streams[$0].uniforms(size, in: -1...1) }, shape: images.shape
        ).to(images.device)
        return try budget.projected(
            images + budget.step(noise, length: budget.radius / 2), around: images)
    }

    /// What a step goes by.
    struct Direction {
        /// Where to go from here, `[N, C, H, W]`.
        var direction: Tensor
        /// Whether f is wrong here, `[N]`.
        var fooled: Tensor
        /// What is to be small where f is wrong: the detector's log-odds, `[N]`.
        var score: Tensor
    }

    private func direction(
        at images: Tensor, _ goal: Goal, _ models: Tensor, _ weight: Tensor,
        _ subject: GuardUnderAttack, _ draws: [[RandomStream]]
    ) throws -> Direction {
        guard strategy.followsDetector else {
            let gradient = try subject.gradient(at: images) { logits in
                try strategy == .logitMatching
                    ? -(logits - models).square().sum([1])
                    : -(goal.lead(in: logits) - models.lead(of: models.argmax(1))).abs()
            }
            let answer = try subject.values(for: images, draws: draws)
            return Direction(
                direction: try gradient.withoutNaN(),
                fooled: try goal.isReached(in: answer.logits), score: answer.logOdds)
        }
        return try Gradient.recording {
            let watched = try images.watched()
            let answer = try subject.answer(for: watched, draws: draws)
            let fooled = try goal.isReached(in: answer.logits.detached())
            let towards = try Gradient.of(
                [goal.objective(in: answer.logits)], towards: [watched], keepingGraph: true)[0]
            let wrong = try (towards ?? images.zerosLike()).withoutNaN().detached()
            let away = try Gradient.of([-answer.logOdds], towards: [watched])[0]
            let calm = try (away ?? images.zerosLike()).withoutNaN().detached()
            let direction: Tensor
            switch strategy {
            case .orthogonal:
                direction = try .chosen(
                    where: fooled, calm.without(wrong), wrong.without(calm))
            case .lagrangian:
                direction = try wrong.unit() + calm.unit() * weight.perRow(rank: calm.rank)
            default: direction = try .chosen(where: fooled, calm, wrong)
            }
            return Direction(
                direction: direction, fooled: fooled, score: try answer.logOdds.detached())
        }
    }
}

extension Tensor {
    /// Less its part along another, image by image.
    fileprivate func without(_ other: Tensor) throws -> Tensor {
        let product = try (self * other).flattened(from: 1).sum([1])
        let share = try product / other.rowNorms().square().clamped(min: 1e-30)
        return try self - other * share.perRow(rank: rank)
    }

    /// Of length 1, image by image.
    fileprivate func unit() throws -> Tensor {
        try self / rowNorms().clamped(min: 1e-30).perRow(rank: rank)
    }
}
