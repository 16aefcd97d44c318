import Foundation
import GRED
import GREDAttacks
import GREDCharts
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
    let identity: String
    /// Another guard of the same classifier, from which attacks are carried over.
    let surrogate: PaperGuard?

    /// - Parameters:
    ///   - bundle: the folder of the guard.
    ///   - surrogate: the folder of another guard of the same classifier, trained with another seed.
    /// - Throws: what `GuardBundle.read` throws; ``AuditFault`` for a surrogate of another classifier.
    public init(bundle: URL, surrogate: URL? = nil, profile: AuditProfile) throws {
        let read = try PaperGuard(bundle: bundle)
        guard let classifier = read.sentry.classifier as? any TunableClassifier else {
            throw BundleFault.cannotBeKept
        }
        (sentry, identity) = (read.sentry, read.identity)
        self.classifier = classifier
        self.profile = profile
        self.surrogate = try surrogate.map { try PaperGuard(bundle: $0) }
        guard let other = self.surrogate else { return }
        guard other.identity != identity else { throw AuditFault.sameGuard }
        guard
            let guarded = other.sentry.classifier as? any TunableClassifier,
            try guarded.contentHash() == classifier.contentHash()
        else { throw AuditFault.otherClassifier }
    }

    /// Moves all networks to a device.
    public func move(to device: Device) throws {
        try sentry.move(to: device)
        try surrogate?.sentry.move(to: device)
    }

    /// Attacks images of `test`, in resumable stages.
    public func run(on data: DataSet, bench: Workbench) throws -> Findings {
        let experiment = AttackExperiment(
            classifier: classifier, classifierHash: try classifier.contentHash(), bench: bench,
            precision: .float32)
        let set = try experiment.correctlyClassified(data.sets.test, count: profile.images)
        let clean = try sentry.scores(
            of: data.sets.calibrate.prefix(profile.calibrate), observer: bench.observer)
        let thresholds = [0.01, 0.05].map { ROC.threshold(falsePositiveRate: $0, over: clean) }
        let stages = Stages(of: self, on: set, threshold: thresholds[0], bench: bench)
        var rows: [AuditReport.Row] = []
        var proofs: [AuditReport.Proof] = []
        var examples: [Findings.Example] = []
        for (number, budget) in profile.budgets(for: set.shape).enumerated() {
            let unaware = try stages.result(.unaware, budget)
            let strategies = AdaptiveAttack.Strategy.allCases.map { Stages.Attacker.adaptive($0) }
            let aware = try (strategies + [.targeted]).map { try stages.result($0, budget) }
            let worst = AuditReport.Row(worstOf: aware, budget: budget, thresholds: thresholds)
            rows += ([unaware] + aware).map {
                AuditReport.Row($0, budget: budget, thresholds: thresholds)
            }
            rows.append(worst)
            examples += try Findings.Example.all(
                of: aware, within: budget, set: set, threshold: thresholds[0])
            if number == 0 {
                proofs = try self.proofs(
                    stages, budget, aware: aware, worst: worst, thresholds: thresholds)
            }
        }
        let report = AuditReport(
            provenance: AuditReport.Provenance(
                command: bench.command, profile: profile, seed: bench.seed,
                classifier: try classifier.contentHash(), guardIdentity: identity,
                data: set.name, testImages: try set.contentHash, libtorch: Engine.loadedVersion,
                threads: Engine.threadCount, device: bench.device.name,
                notes: data.notes + (surrogate == nil ? [Self.noTransfer] : [])),
            thresholds: thresholds, rows: rows, proofs: proofs)
        return Findings(report: report, examples: examples)
    }

    private static let noTransfer =
        "Whether attacks carry over from a guard of another seed was not tried: --surrogate names one."

    /// What tells a guard that holds from an attack that is too weak.
    private func proofs(
        _ stages: Stages, _ budget: AttackBudget, aware: [Result], worst: AuditReport.Row,
        thresholds: [Float]
    ) throws -> [AuditReport.Proof] {
        func row(_ result: Result, _ budget: AttackBudget) -> AuditReport.Row {
            AuditReport.Row(result, budget: budget, thresholds: thresholds)
        }
        let selective = row(aware[0], budget)
        let far = AttackBudget(budget.norm, min(budget.radius * 8, 1))
        let everywhere = row(try stages.result(.adaptive(.selective), far), far)
        let longer = row(try stages.result(.longer, budget), budget)
        let square = row(try stages.result(.square, budget), budget)
        let trace = aware[0].trace.filter(\.isFinite)
        let transfer = try surrogate.map { row(try stages.result(.transfer($0), budget), budget) }
        return [
            AuditReport.Proof(
                "Success grows with the radius to 100%", holds: everywhere.passesAt1Percent >= 0.95,
                "SR@1 of the selective attack within \(far.title): \(Figure.percent(everywhere.passesAt1Percent)), within \(budget.title): \(Figure.percent(selective.passesAt1Percent))."
            ),
            AuditReport.Proof(
                "Twice the steps change nothing",
                holds: longer.passesAt1Percent <= selective.passesAt1PercentInterval[1],
                "SR@1 of the selective attack with \(2 * profile.steps) steps: \(Figure.percent(longer.passesAt1Percent)), with \(profile.steps): \(Figure.percent(selective.passesAt1Percent))."
            ),
            AuditReport.Proof(
                "An attack without gradients does no better",
                holds: square.passesAt1Percent <= worst.passesAt1PercentInterval[1],
                "SR@1 of Square on guard and classifier together, \(2 * profile.steps) queries: \(Figure.percent(square.passesAt1Percent)); the best with gradients: \(Figure.percent(worst.passesAt1Percent))."
            ),
            AuditReport.Proof(
                "The search gets somewhere", holds: (trace.last ?? 0) < (trace.first ?? 0),
                "The median of the calmest log-odds goes from \(Figure.fixed(Double(trace.first ?? .nan), digits: 2)) to \(Figure.fixed(Double(trace.last ?? .nan), digits: 2)); the guard is silent below \(Figure.fixed(Double(thresholds[0]), digits: 2))."
            ),
        ]
            + (transfer.map { transfer in
                [
                    AuditReport.Proof(
                        "What passes another guard does no better here",
                        holds: transfer.passesAt1Percent <= worst.passesAt1PercentInterval[1],
                        "SR@1 of the selective attack on a guard of another seed: \(Figure.percent(transfer.passesAt1Percent)); the best on this one: \(Figure.percent(worst.passesAt1Percent))."
                    )
                ]
            } ?? [])
    }

    /// The figures, and a few images.
    public struct Findings {
        /// What `audit.json` holds.
        public var report: AuditReport
        /// A few images within each radius.
        public var examples: [Example]

        /// An image that was attacked.
        public struct Example {
            /// Its place among all.
            public var image: Int
            /// How far the attack was allowed to go.
            public var budget: AttackBudget
            /// Which of the attacks that know the guard passes under most keys.
            public var attack: String
            /// Its true label.
            public var label: String
            /// Whether f is wrong.
            public var isFooled: Bool
            /// The share of keys under which the guard is silent and f wrong.
            public var passes: Double
            /// `[C, H, W]` in 0…1.
            public var original: Tensor
            /// `[C, H, W]` in 0…1, at 8 bits.
            public var adversarial: Tensor
        }
    }

    /// What one attack made of all images, and how each was judged.
    struct Result {
        var name: String
        /// Whether f is wrong, an image.
        var fooled: [Bool]
        /// The share of keys under which the guard's answer is wrong, flagged or not, an image.
        var wrong: [Float]
        /// The guard's log-odds under each key, an image.
        var scores: [[Float]]
        /// L2 norms of the perturbations.
        var norms: [Float]
        /// The median of the calmest log-odds after each step, where the attack follows the guard; of the
        /// first piece.
        var trace: [Float] = []
        /// A few of the images, and what was made of them, `[n, C, H, W]`.
        var shown: (originals: Tensor, found: Tensor)?
        /// Of the search.
        var seconds: Double
    }
}

/// Why an audit cannot begin.
public enum AuditFault: Error, Equatable, CustomStringConvertible {
    /// The surrogate is the guard itself.
    case sameGuard
    /// The surrogate guards something else.
    case otherClassifier

    /// One sentence.
    public var description: String {
        switch self {
        case .sameGuard:
            "The surrogate is the same guard: name one that gred protect made with another --seed."
        case .otherClassifier:
            "The surrogate guards another classifier: name a guard of the same one, made with another --seed."
        }
    }
}

extension Audit.Result {
    /// For each image the try that passes under most keys; of equal ones that whose answer is wrong more
    /// often, then the calmest.
    init(bestOf tries: [Self], threshold: Float) throws {
        self = tries[0]
        guard tries.count > 1 else { return }
        let passes = tries.map { $0.passes(threshold) }
        func rank(_ number: Int, _ image: Int) -> (Double, Float, Float) {
            let scores = tries[number].scores[image]
            return (
                passes[number][image], tries[number].wrong[image],
                -scores.reduce(0, +) / Float(max(scores.count, 1))
            )
        }
        let best = fooled.indices.map { image in
            tries.indices.max { rank($0, image) < rank($1, image) } ?? 0
        }
        for (image, number) in best.enumerated() {
            fooled[image] = tries[number].fooled[image]
            wrong[image] = tries[number].wrong[image]
            scores[image] = tries[number].scores[image]
            norms[image] = tries[number].norms[image]
        }
        seconds = tries.map(\.seconds).reduce(0, +)
        guard let shown else { return }
        let found = try (0..<shown.found.shape[0]).map { image in
            try (tries[best[image]].shown ?? shown).found.rows([image])
        }
        self.shown = (shown.originals, try .concatenated(found, dimension: 0))
    }

    func save(to file: URL) throws {
        let keys = scores.first?.count ?? 0
        var tensors: [NamedTensor] = []
        if let shown {
            tensors = [("originals", shown.originals), ("images", shown.found)]
        }
        try Safetensors.write(
            tensors + [
                ("fooled", Tensor(fooled)), ("norms", Tensor(norms)), ("wrong", Tensor(wrong)),
                ("scores", Tensor(scores.flatMap { $0 }, shape: [scores.count, keys])),
                ("seconds", Tensor([Float(seconds)])), ("trace", Tensor(trace)),
            ], to: file)
    }

    init(name: String, file: URL) throws {
        let tensors = try Safetensors.read(file).tensors
        guard let fooled = tensors["fooled"], let norms = tensors["norms"],
            let scores = tensors["scores"], let seconds = tensors["seconds"],
            let trace = tensors["trace"], let wrong = tensors["wrong"]
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
        self.trace = try trace.floats()
        self.wrong = try wrong.floats()
        if let originals = tensors["originals"], let found = tensors["images"] {
            shown = (originals, found)
        }
    }
}
