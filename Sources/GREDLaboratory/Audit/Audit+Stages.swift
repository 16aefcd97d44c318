import Foundation
import GRED
import GREDAttacks
import GREDImages
import LibTorch

extension Audit {
    /// The attacks of an audit on its images, in stages that survive being killed.
    struct Stages {
        private let audit: Audit
        private let set: ImageSet
        /// Log-odds from which on the guard is not silent: those that 1% and 5% of the clean images exceed, and
        /// its own. Attacks go for the least, and choose by all.
        private let thresholds: [Float]
        private let bench: Workbench

        /// f's, of all images.
        private let logits: [[Float]]

        init(of audit: Audit, on set: ImageSet, thresholds: [Float], bench: Workbench) throws {
            self.audit = audit
            self.set = set
            logits = try stride(from: 0, to: set.count, by: 25).flatMap { start in
                let images = try set.tensor(start..<min(start + 25, set.count))
                    .to(audit.classifier.device)
                let logits = try audit.classifier.logits(of: images).floats()
                let count = audit.classifier.classCount
                return stride(from: 0, to: logits.count, by: count).map {
                    Array(logits[$0..<$0 + count])
                }
            }
            self.thresholds = thresholds
            self.bench = bench
        }

        /// Who attacks.
        enum Attacker {
            /// PGD that knows f alone.
            case unaware
            /// One that knows the guard; targeted, it leads f to a random label.
            case adaptive(AdaptiveAttack.Strategy, isTargeted: Bool = false)
            /// One that knows the guard, with twice the steps.
            case longer(AdaptiveAttack.Strategy)
            /// The selective one on another guard of the same classifier.
            case transfer(PaperGuard)
            /// One that asks guard and classifier and has no gradients.
            case square

            var name: String {
                switch self {
                case .unaware: "unaware"
                case .adaptive(let strategy, let isTargeted):
                    strategy.rawValue + (isTargeted ? ", targeted" : "")
                case .longer(let strategy): "\(strategy.rawValue), twice the steps"
                case .transfer: "selective, on another guard"
                case .square: "square"
                }
            }

            /// Whether it is tried more than once.
            var hasRestarts: Bool {
                switch self {
                case .adaptive: true
                case .unaware, .longer, .transfer, .square: false
                }
            }

            /// Which guard is followed, where it is not the one that judges.
            var surrogate: PaperGuard? {
                if case .transfer(let other) = self { other } else { nil }
            }

            /// Whether it goes by how sure f is of a clean image.
            var matchesConfidence: Bool {
                switch self {
                case .adaptive(let strategy, isTargeted: _), .longer(let strategy):
                    strategy == .confidenceMatched
                case .unaware, .transfer, .square: false
                }
            }
        }

        private struct Configuration: Encodable {
            var version = 9
            var identity: String
            var attacker: String
            var surrogate: String?
            var restart: Int
            var images: String
            /// The places of those that are matched.
            var models: [Int]
            var first: Int
            var budget: AttackBudget
            var steps: Int
            var queries: Int
            var draws: Int
            var keys: Int
            var thresholds: [Float]
            var seed: UInt64
            var conditions: Workbench.Conditions
        }

        private static let file = "audit.safetensors"
        private static let recoveringKeys = 20
        private static let shownImages = 6

        /// What an attacker makes of the first images, or of all, within a radius; the best of all restarts
        /// for each.
        func result(_ attacker: Attacker, _ budget: AttackBudget, images: Int? = nil) throws
            -> Result
        {
            let restarts = attacker.hasRestarts ? max(audit.profile.restarts, 1) : 1
            return try Result(
                bestOf: (0..<restarts).map {
                    try tried(attacker, budget, min(images ?? set.count, set.count), restart: $0)
                }, thresholds: thresholds)
        }

        private func tried(
            _ attacker: Attacker, _ budget: AttackBudget, _ count: Int, restart: Int
        ) throws -> Result {
            let started = Date()
            let profile = audit.profile
            let again = restart > 0 ? ", start \(restart + 1)" : ""
            let title = "\(attacker.name), \(budget.title)\(again)"
            bench.observer.begin(title, total: count, unit: "images")
            var whole = Result(
                name: attacker.name, fooled: [], wrong: [], wrongAsDeployed: [], scores: [],
                norms: [], seconds: 0)
            for start in stride(from: 0, to: count, by: 25) {
                let range = start..<min(start + 25, count)
                let piece = set.subset(Array(range))
                let models = models(for: attacker, range, restart)
                let configuration = Configuration(
                    identity: audit.identity, attacker: attacker.name,
                    surrogate: attacker.surrogate?.identity, restart: restart,
                    images: try piece.contentHash, models: models, first: start,
                    budget: budget, steps: profile.steps, queries: profile.queries,
                    draws: profile.draws, keys: profile.keys, thresholds: thresholds,
                    seed: bench.seed,
                    conditions: bench.conditions)
                let result = try bench.result(
                    of: "audit", configuration,
                    make: { folder in
                        try judged(attacker, budget, piece, models, range, restart)
                            .save(to: folder.appending(component: Self.file))
                    },
                    read: {
                        try Result(
                            name: attacker.name, file: $0.appending(component: Self.file))
                    })
                whole.fooled += result.fooled
                whole.wrong += result.wrong
                whole.wrongAsDeployed += result.wrongAsDeployed
                whole.scores += result.scores
                whole.norms += result.norms
                whole.cost += result.cost
                whole.seconds += result.seconds
                whole.firstScores += result.firstScores
                whole.lastScores += result.lastScores
                if start == 0 { whole.shown = result.shown }
                try bench.observer.advance(to: range.upperBound, note: "")
            }
            bench.observer.finish(
                String(
                    format: "%@: %d images, f wrong on %.3f, %.1f s", title, count,
                    Statistics.share(whole.fooled), Date().timeIntervalSince(started)))
            return whole
        }

        /// For each image the one of another class of which f says what is nearest, the second nearest for
        /// the second start, and so on; where confidence is matched, any of another class, since the nearest
        /// are those that f is least sure of.
        private func models(
            for attacker: Attacker, _ range: Range<Int>, _ restart: Int
        ) -> [Int] {
            range.map { place in
                let others = set.labels.indices.filter { set.labels[$0] != set.labels[place] }
                if attacker.matchesConfidence {
                    var stream = RandomStream(
                        seed: bench.seed &+ UInt64(restart), purpose: "clean draw", index: place)
                    return others.randomElement(using: &stream) ?? place
                }
                let distances = others.map { other in
                    zip(logits[place], logits[other]).reduce(Float(0)) { sum, pair in
                        sum + (pair.0 - pair.1) * (pair.0 - pair.1)
                    }
                }
                let nearest = others.indices.sorted { distances[$0] < distances[$1] }
                guard !nearest.isEmpty else { return place }
                return others[nearest[min(restart, nearest.count - 1)]]
            }
        }

        private func judged(
            _ attacker: Attacker, _ budget: AttackBudget, _ set: ImageSet, _ models: [Int],
            _ range: Range<Int>, _ restart: Int
        ) throws -> Result {
            let classifier = audit.classifier
            let images = try set.tensor().to(classifier.device)
            let started = Date()
            let seeds = ImageSeeds(seed: bench.seed &+ UInt64(restart), range: range)
            // Whatever f was led to: any wrong label is one.
            let truth = try Goal.untargeted(Labels(set.labels)).to(classifier.device)
            let goal = try self.goal(of: attacker, set, seeds).to(classifier.device)
            let cost = PassCount()
            let (found, descent) = try search(
                attacker, budget, images, (goal, truth), models, seeds, restart, cost)
            let seconds = Date().timeIntervalSince(started)
            // Whatever is beyond the radius counts for nothing.
            let within = try budget.holds(found, around: images).bools()
            let reached = try truth.isReached(in: classifier.logits(of: found)).bools()
            let deployed = thresholds.last ?? thresholds[0]
            var flagging = audit.sentry.threshold
            // Labels are needed for what is flagged at either.
            flagging.logOdds = min(thresholds[0], deployed)
            // Recovery is dear, and fewer keys tell whether the answer is wrong. They change its masks, also
            // where the detector draws no noise.
            let recoveringKeys = min(audit.profile.keys, Self.recoveringKeys)
            let verdicts = try (0..<max(audit.keys, recoveringKeys)).map { number in
                try audit.sentry.with(GuardKey("audit \(bench.seed) \(number)"), flagging).inspect(
                    found, recovery: number < recoveringKeys ? .ofFlagged : .ofNone
                ).verdicts
            }
            func wrong(at threshold: Float) -> [[Bool]] {
                set.labels.enumerated().map { image, label in
                    verdicts.prefix(recoveringKeys).map {
                        within[image] && $0[image].answer(at: threshold) != label
                    }
                }
            }
            return Result(
                name: attacker.name, fooled: zip(reached, within).map { $0 && $1 },
                wrong: wrong(at: thresholds[0]), wrongAsDeployed: wrong(at: deployed),
                scores: set.labels.indices.map { image in
                    verdicts.prefix(audit.keys).map { $0[image].logOdds }
                },
                norms: try (found - images).rowNorms().floats(),
                firstScores: descent.first, lastScores: descent.last,
                shown: (
                    try images.sliced(0..<min(set.count, Self.shownImages)).to(.cpu),
                    try found.sliced(0..<min(set.count, Self.shownImages)).to(.cpu)
                ), cost: cost.total, seconds: seconds)
        }

        /// Where f is led to.
        private func goal(
            of attacker: Attacker, _ set: ImageSet, _ seeds: ImageSeeds
        ) throws -> Goal {
            guard case .adaptive(_, isTargeted: true) = attacker else {
                return .untargeted(try Labels(set.labels))
            }
            return .targeted(
                try .random(
                    avoiding: set.labels, classes: audit.classifier.classCount, seeds: seeds))
        }

        /// The log-odds of each image where f was first and last wrong on the way, NaN where it never was; of
        /// attacks that look at them.
        private typealias Descent = (first: [Float], last: [Float])

        /// What an attacker makes of a few images, at 8 bits.
        private func search(
            _ attacker: Attacker, _ budget: AttackBudget, _ images: Tensor,
            _ goal: (goal: Goal, truth: Goal), _ models: [Int], _ seeds: ImageSeeds,
            _ restart: Int, _ cost: PassCount
        ) throws -> (found: Tensor, descent: Descent) {
            let (classifier, profile) = (audit.classifier, audit.profile)
            let (first, count) = (seeds.indices.first ?? 0, seeds.indices.count)
            func unaware() throws -> Tensor {
                let meter = AttackMeter(count: count)
                let batch = AttackBatch(
                    images, towards: goal.goal, against: classifier, seeds: seeds, meter: meter)
                let size = images.count / max(images.shape[0], 1)
                let found = try budget.unaware(steps: profile.steps, count: size).perturb(
                    batch, searchingOn: SearchCopy(of: classifier))
                cost.add((meter.forward + meter.backward).reduce(0, +))
                return found
            }
            func adaptive(
                _ strategy: AdaptiveAttack.Strategy, steps: Int, against sentry: Guard
            ) throws -> (Tensor, Descent) {
                let never = [Float](repeating: .nan, count: count)
                var descent: Descent = (never, never)
                // The scale of another guard's log-odds is its own.
                let thresholds =
                    sentry === audit.sentry ? self.thresholds : [sentry.threshold.logOdds]
                let attack = AdaptiveAttack(strategy, budget, steps: steps, draws: profile.draws)
                let found = try attack.search(
                    images, towards: goal.goal, truth: goal.truth, against: sentry,
                    models: set.subset(models).tensor().to(classifier.device),
                    thresholds: thresholds.map(Double.init),
                    // Every other start is where f is wrong and sure of it.
                    from: strategy.startsWarm == (restart % 2 == 0) ? unaware() : nil, seeds: seeds,
                    counting: cost
                ) { step, scores in
                    for (image, score) in scores.enumerated() where !score.isNaN {
                        if descent.first[image].isNaN { descent.first[image] = score }
                        descent.last[image] = score
                    }
                    try bench.observer.advance(
                        to: first + count * step / steps, note: "")
                }
                return (found, descent)
            }
            switch attacker {
            case .unaware: return (try budget.rounded(unaware(), around: images), ([], []))
            case .adaptive(let strategy, isTargeted: _):
                return try adaptive(strategy, steps: profile.steps, against: audit.sentry)
            case .longer(let strategy):
                return try adaptive(strategy, steps: 2 * profile.steps, against: audit.sentry)
            case .transfer(let other):
                return try adaptive(.selective, steps: profile.steps, against: other.sentry)
            case .square:
                // It tries what SR@1 claims. It stops at the first success, which other noise must not
                // undo.
                let joint = JointClassifier(
                    [try GuardUnderAttack(audit.sentry, sharpness: 30, counting: cost)],
                    threshold: Double(thresholds[0]) - 0.5,
                    draws: audit.sentry.isNoisy ? profile.draws : 1)
                let square = Square(epsilon: budget.reach(count: 1), queries: profile.queries)
                let labels = try goal.truth.classes.ints()
                var found = images
                // Class by class: any label counts but the true one.
                for label in Set(labels).sorted() {
                    let places = labels.indices.filter { labels[$0] == label }
                    let passing = [Int](repeating: 1, count: places.count)
                    let part = try square.perturb(
                        images.rows(places),
                        towards: Goal.targeted(Targets(passing)).to(classifier.device),
                        against: PassingClassifier(joint: joint, label: label),
                        seeds: ImageSeeds(
                            seed: seeds.seed, indices: places.map { seeds.indices[$0] }))
                    found = try found.replacingRows(places, with: part)
                }
                return (try budget.rounded(found, around: images), ([], []))
            }
        }
    }
}

extension Verdict {
    /// The guard's answer at a threshold, where labels were recovered from a lower one on.
    fileprivate func answer(at threshold: Float) -> Int {
        logOdds <= threshold ? label : recoveredLabel ?? label
    }
}

extension AttackBudget {
    /// The attack that does not know the guard, of as many steps.
    fileprivate func unaware(steps: Int, count: Int) -> any Attack {
        let radius = reach(count: count)
        let stepSize = radius * 2.5 / Double(max(steps, 1))
        return switch norm {
        case .linf: PGD(epsilon: radius, stepSize: stepSize, steps: steps)
        case .l2: PGDL2(epsilon: radius, stepSize: stepSize, steps: steps)
        }
    }
}

extension AdaptiveAttack.Strategy {
    /// Whether the first start is where the attack ended that does not know the guard, and not a random
    /// place.
    fileprivate var startsWarm: Bool {
        switch self {
        case .orthogonal, .lagrangian: true
        case .selective, .logitMatching, .featureMatching, .confidenceMatched, .recovery: false
        }
    }
}
