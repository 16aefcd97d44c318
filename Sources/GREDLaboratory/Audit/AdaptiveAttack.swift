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
        /// Both aims at once; the weight of the second grows for an image while the detector sees it under
        /// any draw of its noise, by the least threshold, and shrinks while f is right (Lagrangian).
        case lagrangian
        /// f's logits are to be those of a clean image of another class, so that everything that is made
        /// of them is as well (Tramèr et al. 2020). The detector is not looked at.
        case logitMatching = "logit matching"
        /// As `logitMatching`, of what f's last layers read, for classifiers that show their middle layers.
        case featureMatching = "feature matching"
        /// f is to be as sure of a wrong label as it is of a clean image, drawn at random: so ℓ is that of a
        /// clean image as well. The detector is not looked at.
        case confidenceMatched = "confidence matched"
        /// The guard's answer is to be wrong, silent or not: the detector is calmed while f, the network that
        /// chooses the label and the rectifier are led away from the truth.
        case recovery

        /// Whether a step is made of two gradients, f's and the detector's.
        var followsDetector: Bool {
            switch self {
            case .selective, .orthogonal, .lagrangian: true
            case .logitMatching, .featureMatching, .confidenceMatched, .recovery: false
            }
        }

        /// Those that can be tried on a classifier.
        static func all(for classifier: any Classifier) -> [Strategy] {
            allCases.filter { $0 != .featureMatching || classifier.layers != nil }
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
    public var sharpness = AdaptiveAttack.sharpness

    /// How closely smooth copies follow f, one after another.
    static let sharpness: [Double] = [10, 30, 100]

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
    ///   - models: clean images of other classes, one an image: what is matched.
    ///   - thresholds: log-odds from which on the guard is not silent: the search goes for the least, below
    ///     which it is silent by all, and all count when candidates are judged.
    ///   - start: where to begin; nil for a place near the image.
    ///   - cost: is told what it takes.
    ///   - onStep: is told the step, and for each image the detector's log-odds, NaN where f is right.
    func search(
        _ images: Tensor, towards goal: Goal, truth: Goal? = nil, against sentry: Guard,
        models: Tensor, thresholds: [Double] = [0], from start: Tensor? = nil, seeds: ImageSeeds,
        counting cost: PassCount = PassCount(),
        onStep: (Int, [Float]) throws -> Void = { _, _ in }
    ) throws -> Tensor {
        let truth = truth ?? goal
        let threshold = thresholds.min() ?? 0
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
        var best = try budget.rounded(current, around: images)
        var calmest = try Tensor.full([count], .infinity, device: images.device)
        var finalists: [Tensor] = []
        var weight = try Tensor.ones([count], device: images.device)
        // Bounces in the ball at first, settles in the end.
        let lengths = (0..<steps).map { step in
            budget.radius * 2.5 / Double(max(steps, 1)) * (step < steps * 3 / 4 ? 2 : 0.5)
        }
        var subject = try GuardUnderAttack(
            sentry, sharpness: sharpness.first ?? 30, counting: cost)
        var isAsSharpAs = sharpness.first
        let ways =
            strategy == .recovery
            ? try RecoveryUnderAttack(sentry, thresholds, counting: cost) : nil
        let pattern =
            try strategy == .featureMatching
            ? subject.features(of: models) : subject.exact.logits(of: models)
        for step in 0..<steps {
            let sharp = sharpness[min(step * sharpness.count / steps, sharpness.count - 1)]
            if isAsSharpAs != sharp {
                subject = try GuardUnderAttack(sentry, sharpness: sharp, counting: cost)
                isAsSharpAs = sharp
            }
            // Gradients are taken where images will be judged.
            let shown = try budget.rounded(current, around: images)
            let noise = drawn(sentry.isNoisy ? draws : 1)
            let found =
                try ways?.direction(at: shown, goal, subject, noise)
                ?? direction(at: shown, goal, pattern, weight, subject, noise)
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
            let isSeen = try isReached .& (found.worst .> threshold)
            weight =
                try weight
                * isSeen.choose(
                    weight.zerosLike() + 1.1,
                    isReached.choose(weight.zerosLike() + 1, weight.zerosLike() + 1 / 1.1))
            try onStep(
                step + 1,
                zip(found.score.floats(), isWrong.bools()).map { $1 ? $0 : .nan })
        }
        finalists.append(try budget.rounded(current, around: images))
        // The way back to a label is dear, and draws masks where the detector draws no noise.
        let rounds = ways != nil ? [draws] : sentry.isNoisy ? Self.judgingDraws : [1]
        return try Self.best(of: finalists, under: rounds.map(drawn)) { shown, places, noise in
            let wrong = try truth.rows(places)
            if let ways { return try ways.wrong(at: shown, wrong, subject, noise) }
            let answer = try subject.values(for: shown, draws: noise)
            let passes = try Tensor.stacked(
                thresholds.map { try (answer.byDraw .<= $0).to(.float32).mean([0]) }
            ).mean([0])
            let calm = try (answer.logOdds - threshold).sigmoid()
            return try wrong.isReached(in: answer.logits)
                .choose(passes - calm * Self.tieBreak, passes.zerosLike() - 1)
        }
    }

    private static let finalists = 10
    /// Of the noise by which finalists are judged: all of them, then the best of each image.
    private static let judgingDraws = [4, 16]
    private static let finalistsOfLastRound = 3
    /// Much less than what one draw of many counts.
    private static let tieBreak = 1e-3

    /// For each image the candidate of the highest rank, `[N, C, H, W]`.
    /// - Parameters:
    ///   - rounds: the noise of each round, one stream an image in each draw; after the first only the best
    ///     candidates of each image are judged.
    ///   - rank: of some of the images, `[n]`; told their places and their noise.
    private static func best(
        of candidates: [Tensor], under rounds: [[[RandomStream]]],
        by rank: (_ shown: Tensor, _ places: [Int], _ noise: [[RandomStream]]) throws -> Tensor
    ) throws -> Tensor {
        let places = Array(0..<candidates[0].shape[0])
        var candidates = candidates
        for (number, noise) in rounds.enumerated() {
            var ranks: [[Float]] = []
            for (place, candidate) in candidates.enumerated() {
                // Where nothing better came up for a while, it is the candidate before.
                let new =
                    try place == 0
                    ? places
                    : (candidate - candidates[place - 1]).abs().rowMaxima().positions()
                var found = [Float](repeating: -.infinity, count: places.count)
                if !new.isEmpty {
                    let ranked = try rank(
                        candidate.rows(new), new, noise.map { draw in new.map { draw[$0] } }
                    ).floats()
                    for (image, value) in zip(new, ranked) {
                        // What is no number is no better than an image that fails.
                        found[image] = value.isNaN ? -1 : value
                    }
                }
                ranks.append(found)
            }
            let order = places.map { image in
                ranks.indices.sorted { ranks[$0][image] > ranks[$1][image] }
            }
            let kept = number + 1 == rounds.count ? 1 : finalistsOfLastRound
            let all = try Tensor.concatenated(candidates)
            candidates = try (0..<min(kept, candidates.count)).map { number in
                try all.rows(places.map { order[$0][number] * places.count + $0 })
            }
        }
        return candidates[0]
    }

    /// A place near the image, about a level of 8 bits from it in each value: a place anywhere in a wide ball
    /// is noise, from which gradients lead nowhere near the image.
    private func randomStart(_ images: Tensor, _ streams: inout [RandomStream]) throws -> Tensor {
        let size = images.count / max(images.shape[0], 1)
        let noise = try Tensor(
            streams.indices.flatMap { streams[$0].uniforms(size, in: -1...1) }, shape: images.shape
        ).to(images.device)
        let level = budget.norm == .linf ? 1.0 / 255 : Double(size).squareRoot() / 255
        return try budget.projected(
            images + budget.step(noise, length: min(budget.radius / 2, level)), around: images)
    }

    /// What a step goes by.
    struct Direction {
        /// Where to go from here, `[N, C, H, W]`.
        var direction: Tensor
        /// f's, `[N, L]`.
        var logits: Tensor
        /// What is to be small: the detector's log-odds where f is wrong, `[N]`.
        var score: Tensor
        /// The same under the worst of the draws, `[N]`.
        var worst: Tensor
    }

    private func direction(
        at images: Tensor, _ goal: Goal, _ pattern: Tensor, _ weight: Tensor,
        _ subject: GuardUnderAttack, _ draws: [[RandomStream]]
    ) throws -> Direction {
        guard strategy.followsDetector else {
            let gradient = try Gradient.valueAndGradient(at: images) {
                try likeness(of: $0, to: pattern, goal, subject)
            }.gradient
            // The detector is not followed: one draw tells the better steps from the worse.
            let answer = try subject.values(for: images, draws: Array(draws.prefix(1)))
            return Direction(
                direction: try gradient.withoutNaN(), logits: answer.logits, score: answer.logOdds,
                worst: answer.logOdds)
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
            // There were two ways back through f.
            subject.count.add(1, of: images)
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
                score: try answer.logOdds.detached(),
                worst: try answer.byDraw.detached().maximum(over: [0]))
        }
    }

    /// How near f comes to what is matched, `[N]`: 0 where it is reached.
    private func likeness(
        of images: Tensor, to pattern: Tensor, _ goal: Goal, _ subject: GuardUnderAttack
    ) throws -> Tensor {
        switch strategy {
        case .featureMatching:
            return try -(subject.features(of: images) - pattern).square().rowSums()
        case .logitMatching:
            return try -(subject.exact.logits(of: images) - pattern).square().rowSums()
        default:
            let logits = try subject.exact.logits(of: images)
            let wrong =
                try goal.isTargeted
                ? goal.classes
                : logits.detached().replacing(goal.classes, with: -.infinity).argmax(1)
            let margin = try logits.margin(of: wrong)
            let match = try -(margin - pattern.margin(of: pattern.argmax(1))).abs()
            // A clean image may be so near the boundary that as sure of a wrong label f is right.
            return try goal.isReached(in: logits.detached()).choose(match, margin)
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
