import Foundation
import GRED
import GREDAttacks
import GREDClassifiers
import GREDImages
import LibTorch

/// What somebody can do to a guard who knows all of it but its key.
public struct Audit {
    /// What is attacked.
    public let sentry: Guard
    /// What it guards.
    public let classifier: any TunableClassifier
    /// How much is tried.
    public let profile: AuditProfile
    /// Names the guard in the store.
    private let identity: String

    /// - Parameter bundle: the folder of the guard.
    /// - Throws: what `GuardBundle.read` throws.
    public init(bundle: URL, profile: AuditProfile) throws {
        let read = try PaperGuard(bundle: bundle)
        guard let classifier = read.sentry.classifier as? any TunableClassifier else {
            throw BundleFault.cannotBeKept
        }
        (sentry, identity) = (read.sentry, read.identity)
        self.classifier = classifier
        self.profile = profile
    }

    /// Attacks images of `test`, in resumable stages.
    public func run(on data: DataSet, bench: Workbench) throws -> AuditReport {
        let experiment = AttackExperiment(
            classifier: classifier, classifierHash: try classifier.contentHash(), bench: bench,
            precision: .float32)
        let set = try experiment.correctlyClassified(data.sets.test, count: profile.images)
        let clean = try sentry.scores(
            of: data.sets.calibrate.prefix(profile.calibrate), observer: bench.observer)
        let thresholds = [0.01, 0.05].map { ROC.threshold(falsePositiveRate: $0, over: clean) }
        var rows: [AuditReport.Row] = []
        for budget in profile.budgets(for: set.shape) {
            var results = [
                try stage("unaware", budget, nil, set: set, bench: bench)
            ]
            for strategy in AdaptiveAttack.Strategy.allCases {
                let attack = AdaptiveAttack(
                    strategy, budget, steps: profile.steps, draws: profile.draws)
                results.append(
                    try stage(strategy.rawValue, budget, attack, set: set, bench: bench))
            }
            rows += results.map { AuditReport.Row($0, budget: budget, thresholds: thresholds) }
            rows.append(
                AuditReport.Row(
                    worstOf: Array(results.dropFirst()), budget: budget, thresholds: thresholds))
        }
        return AuditReport(
            provenance: AuditReport.Provenance(
                command: bench.command, profile: profile, seed: bench.seed,
                classifier: try classifier.contentHash(), guardIdentity: identity,
                data: set.name, testImages: try set.contentHash, libtorch: Engine.loadedVersion,
                threads: Engine.threadCount, device: bench.device.name, notes: data.notes),
            thresholds: thresholds, rows: rows)
    }

    /// What one attack made of all images, and how each was judged.
    struct Result {
        var name: String
        /// Whether f is wrong, an image.
        var fooled: [Bool]
        /// The guard's log-odds under each key, an image.
        var scores: [[Float]]
        /// L2 norms of the perturbations.
        var norms: [Float]
        /// Of the search.
        var seconds: Double
    }

    private struct Configuration: Encodable {
        var version = 1
        var identity: String
        var images: String
        var first: Int
        var budget: AttackBudget
        var attack: AdaptiveAttack?
        var steps: Int
        var keys: Int
        var seed: UInt64
        var conditions: Workbench.Conditions
    }

    /// - Parameter attack: nil for one that does not know the guard.
    private func stage(
        _ name: String, _ budget: AttackBudget, _ attack: AdaptiveAttack?, set: ImageSet,
        bench: Workbench
    ) throws -> Result {
        let started = Date()
        let title = "\(name), \(budget.title)"
        bench.observer.begin(title, total: set.count, unit: "images")
        var whole = Result(name: name, fooled: [], scores: [], norms: [], seconds: 0)
        for start in stride(from: 0, to: set.count, by: 25) {
            let range = start..<min(start + 25, set.count)
            let piece = set.subset(Array(range))
            let configuration = Configuration(
                identity: identity, images: try piece.contentHash, first: start, budget: budget,
                attack: attack, steps: profile.steps, keys: profile.keys, seed: bench.seed,
                conditions: bench.conditions)
            let result = try bench.result(
                of: "audit-\(name)", configuration,
                make: { folder in
                    try made(
                        attack, budget, piece, range, bench: bench,
                        onStep: {
                            try bench.observer.advance(
                                to: start + range.count * $0 / max(profile.steps, 1), note: "")
                        }
                    ).save(to: folder.appending(component: Self.file))
                },
                read: { try Result(name: name, file: $0.appending(component: Self.file)) })
            whole.fooled += result.fooled
            whole.scores += result.scores
            whole.norms += result.norms
            whole.seconds += result.seconds
            try bench.observer.advance(to: range.upperBound, note: "")
        }
        bench.observer.finish(
            String(
                format: "%@: %d images, f wrong on %.3f, %.1f s", title, set.count,
                Statistics.share(whole.fooled), Date().timeIntervalSince(started)))
        return whole
    }

    private static let file = "audit.safetensors"

    private func made(
        _ attack: AdaptiveAttack?, _ budget: AttackBudget, _ set: ImageSet, _ range: Range<Int>,
        bench: Workbench, onStep: (Int) throws -> Void
    ) throws -> Result {
        let images = try set.tensor().to(classifier.device)
        let goal = try Goal.untargeted(Labels(set.labels)).to(classifier.device)
        let seeds = ImageSeeds(seed: bench.seed, range: range)
        let started = Date()
        let found: Tensor
        if let attack {
            found = try attack.search(
                images, towards: goal, against: sentry, seeds: seeds, onStep: onStep)
        } else {
            let batch = AttackBatch(images, towards: goal, against: classifier, seeds: seeds)
            found = try EightBits.rounded(
                budget.unaware(steps: profile.steps).perturb(
                    batch, searchingOn: SearchCopy(of: classifier)))
        }
        let seconds = Date().timeIntervalSince(started)
        let scores = try (0..<profile.keys).map { number in
            try sentry.keyed(GuardKey("audit \(bench.seed) \(number)")).inspect(
                found, recovery: .ofNone
            ).verdicts.map(\.logOdds)
        }
        return Result(
            name: "", fooled: try goal.isReached(in: classifier.logits(of: found)).bools(),
            scores: set.labels.indices.map { image in scores.map { $0[image] } },
            norms: try (found - images).rowNorms().floats(), seconds: seconds)
    }
}

extension Audit.Result {
    func save(to file: URL) throws {
        let keys = scores.first?.count ?? 0
        try Safetensors.write(
            [
                ("fooled", Tensor(fooled)), ("norms", Tensor(norms)),
                ("scores", Tensor(scores.flatMap { $0 }, shape: [scores.count, keys])),
                ("seconds", Tensor([Float(seconds)])),
            ], to: file)
    }

    init(name: String, file: URL) throws {
        let tensors = try Safetensors.read(file).tensors
        guard let fooled = tensors["fooled"], let norms = tensors["norms"],
            let scores = tensors["scores"], let seconds = tensors["seconds"]
        else {
            throw TorchError.badFile(path: file.path, reason: "it holds no result of an audit.")
        }
        self.name = name
        self.fooled = try fooled.bools()
        self.norms = try norms.floats()
        let keys = scores.shape[1]
        let all = try scores.floats()
        self.scores = self.fooled.indices.map { Array(all[$0 * keys..<($0 + 1) * keys]) }
        self.seconds = try Double(seconds.floats()[0])
    }
}

extension AttackBudget {
    /// The attack that does not know the guard, of as many steps.
    fileprivate func unaware(steps: Int) -> any Attack {
        let stepSize = radius * 2.5 / Double(max(steps, 1))
        return switch norm {
        case .linf: PGD(epsilon: radius, stepSize: stepSize, steps: steps)
        case .l2: PGDL2(epsilon: radius, stepSize: stepSize, steps: steps)
        }
    }
}

extension Guard {
    /// The same guard under another key.
    fileprivate func keyed(_ key: GuardKey) -> Guard {
        Guard(
            classifier: classifier, detection: detection, threshold: threshold,
            rectifier: rectifier, chooser: chooser, key: key)
    }
}
