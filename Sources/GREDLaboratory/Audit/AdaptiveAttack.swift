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

    /// Looks for images near these that f gets wrong and the guard takes for benign; with `recovery`, for
    /// images that the guard gives a wrong label, silent or not.
    ///
    /// What counts is judged at 8 bits. The noise of the guard makes some steps look calmer than they are, so
    /// the best of each tenth of the search are judged anew, under noise of their own, and the one that
    /// passes most often is kept.
    /// - Parameters:
    ///   - goal: what f is led to.
    ///   - truth: untargeted: f is wrong where this is reached; nil where the goal says so.
    ///   - models: f's logits of clean images of other classes, `[N, L]`: what is matched.
    ///   - threshold: the log-odds from which on the guard is not silent.
    ///   - start: where to begin; nil for a random place.
    ///   - onStep: is told the step, and the median log-odds of the images that f gets wrong there.
    func search(
        _ images: Tensor, towards goal: Goal, truth: Goal? = nil, against sentry: Guard,
        models: Tensor, threshold: Double = 0, from start: Tensor? = nil, seeds: ImageSeeds,
        onStep: (Int, Float) throws -> Void = { _, _ in }
    ) throws -> Tensor {
        let truth = truth ?? goal
        let count = images.shape[0]
        var streams = (0..<count).map { seeds.stream(at: $0, purpose: "adaptive") }
        func drawn(_ draws: Int) -> [[RandomStream]] {
            (0..<draws).map { _ in
                streams.indices.map { place in
                    RandomStream(seed: streams[place].next(), purpose: "draw")
                }
            }
        }
        var current =
            try start.map { try budget.projected($0, around: images) }
            ?? randomStart(images, &streams)
        var best = try EightBits.rounded(current)
        var calmest = try Tensor.full([count], .infinity, device: images.device)
        var finalists: [Tensor] = []
        var weight = try Tensor.ones([count], device: images.device)
        // Bounces in the ball at first, settles in the end.
        let lengths = (0..<steps).map { step in
            budget.radius * 2.5 / Double(max(steps, 1)) * (step < steps * 3 / 4 ? 2 : 0.5)
        }
        var subject = try GuardUnderAttack(sentry, sharpness: sharpness.first ?? 30)
        var isAsSharpAs = sharpness.first
        let ways = strategy == .recovery ? try RecoveryUnderAttack(sentry, threshold) : nil
        for step in 0..<steps {
            let sharp = sharpness[min(step * sharpness.count / steps, sharpness.count - 1)]
            if isAsSharpAs != sharp {
                subject = try GuardUnderAttack(sentry, sharpness: sharp)
                isAsSharpAs = sharp
            }
            // Gradients are taken where images will be judged.
            let shown = try EightBits.rounded(current)
            let noise = drawn(draws)
            let found =
                try ways?.direction(at: shown, goal, subject, noise)
                ?? direction(at: shown, goal, models, weight, subject, noise)
            let isWrong = try truth.isReached(in: found.logits)
            // Whoever leads the recovered label astray counts f's errors in the score.
            let score =
                try ways == nil
                ? isWrong.choose(found.score, found.score.zerosLike() + .infinity) : found.score
            let better = try score .< calmest
            best = try .chosen(where: better, shown, best)
            calmest = try better.choose(score, calmest)
            if (step + 1) % max(steps / Self.finalists, 4) == 0 {
                finalists.append(best)
                calmest = try Tensor.full([count], .infinity, device: images.device)
            }
            let moved = try current + budget.step(found.direction, length: lengths[step])
            current = try budget.projected(moved, around: images)
            let isReached = try goal.isReached(in: found.logits)
            let isSeen = try isReached .& (found.score .> threshold)
            weight =
                try weight
                * isSeen.choose(
                    weight.zerosLike() + 1.1,
                    isReached.choose(weight.zerosLike() + 1, weight.zerosLike() + 1 / 1.1))
            let scores = try zip(found.score.floats(), isWrong.bools()).filter(\.1).map(\.0)
            try onStep(step + 1, Statistics.median(scores).map(Float.init) ?? .nan)
        }
        finalists.append(try EightBits.rounded(current))
        let fresh = drawn(ways == nil ? Self.judgingDraws : draws)
        return try Self.best(of: finalists) { shown in
            if let ways { return try ways.wrong(at: shown, truth, subject, fresh) }
            let answer = try subject.values(for: shown, draws: fresh)
            let passes = try (answer.byDraw .<= threshold).to(.float32).mean([0])
            let calm = try (answer.logOdds - threshold).sigmoid()
            return try truth.isReached(in: answer.logits)
                .choose(passes - calm * Self.tieBreak, passes.zerosLike() - 1)
        }
    }

    private static let finalists = 10
    /// Of the noise by which finalists are judged.
    private static let judgingDraws = 16
    /// Much less than what one draw of many counts.
    private static let tieBreak = 1e-3

    /// For each image the candidate of the highest rank, `[N]`.
    private static func best(
        of candidates: [Tensor], by rank: (Tensor) throws -> Tensor
    ) throws -> Tensor {
        var best = candidates[0]
        var highest = try rank(best)
        for candidate in candidates.dropFirst() {
            let found = try rank(candidate)
            let isHigher = try found .> highest
            best = try .chosen(where: isHigher, candidate, best)
            highest = try isHigher.choose(found, highest)
        }
        return best
    }

    private func randomStart(_ images: Tensor, _ streams: inout [RandomStream]) throws -> Tensor {
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
        /// f's, `[N, L]`.
        var logits: Tensor
        /// What is to be small: the detector's log-odds where f is wrong, `[N]`.
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
                direction: try gradient.withoutNaN(), logits: answer.logits, score: answer.logOdds)
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
                direction: direction, logits: try answer.logits.detached(),
                score: try answer.logOdds.detached())
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
