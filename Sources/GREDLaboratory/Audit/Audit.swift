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
    /// - Throws: what `GuardBundle.read` throws; ``AuditFault`` for a surrogate of another classifier, and
    ///   for a classifier without second derivatives.
    public init(bundle: URL, surrogate: URL? = nil, profile: AuditProfile) throws {
        let read = try PaperGuard(bundle: bundle)
        guard let classifier = read.sentry.classifier as? any TunableClassifier else {
            throw BundleFault.cannotBeKept
        }
        (sentry, identity) = (read.sentry, read.identity)
        self.classifier = classifier
        self.profile = profile
        do {
            try GuardUnderAttack(sentry, sharpness: 30).checkGradient()
        } catch let fault as ProgramFault {
            throw AuditFault.noSecondDerivatives(reason: "\(fault)")
        }
        self.surrogate = try surrogate.map { try PaperGuard(bundle: $0) }
        guard let other = self.surrogate else { return }
        guard other.identity != identity else { throw AuditFault.sameGuard }
        guard
            let guarded = other.sentry.classifier as? any TunableClassifier,
            try guarded.contentHash() == classifier.contentHash()
        else { throw AuditFault.otherClassifier }
    }

    /// How a step may be made here.
    var strategies: [AdaptiveAttack.Strategy] { AdaptiveAttack.Strategy.all(for: classifier) }

    /// Keys under which the detector judges: one where it draws no noise, as none changes what it says.
    var keys: Int { sentry.isNoisy ? profile.keys : 1 }

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
        let clean = try sentry.renditions(
            of: data.sets.calibrate.prefix(profile.calibrate),
            mirrored: data.augmentation.flips, observer: bench.observer
        ).flatMap { $0 }
        let thresholds =
            [0.01, 0.05].map { ROC.threshold(falsePositiveRate: $0, over: clean) }
            + [sentry.threshold.logOdds]
        let stages = try Stages(of: self, on: set, thresholds: thresholds, bench: bench)
        var rows: [AuditReport.Row] = []
        var farther: [AuditReport.Row] = []
        var proofs: [AuditReport.Proof] = []
        var examples: [Findings.Example] = []
        for budget in profile.budgets(for: set.shape) {
            let unaware = try stages.result(.unaware, budget)
            let attackers = strategies.map { Stages.Attacker.adaptive($0) }
            let targeted = profile.targeted.map { Stages.Attacker.adaptive($0, isTargeted: true) }
            let aware = try (attackers + targeted).map { try stages.result($0, budget) }
            let probes = try Probes(stages, budget, [unaware] + aware, thresholds, of: self)
            proofs += probes.proofs
            // Curves go on from the largest radius.
            farther.removeAll { $0.budget.norm == budget.norm }
            farther += probes.farther
            // Whatever passes, passes: what was tried to test the attacks counts as well.
            var found = ([unaware] + aware).map {
                AuditReport.Row($0, budget: budget, thresholds: thresholds)
            }
            found.append(
                AuditReport.Row(
                    worstOf: [unaware] + aware + probes.results, budget: budget,
                    thresholds: thresholds))
            let plain = found[0].secondsPerImage
            for place in found.indices {
                found[place].timesUnaware = found[place].secondsPerImage / plain
            }
            rows += found
            examples += try Findings.Example.all(
                of: aware, within: budget, set: set, threshold: thresholds[0])
        }
        let report = AuditReport(
            provenance: AuditReport.Provenance(
                command: bench.command, profile: profile, seed: bench.seed,
                classifier: try classifier.contentHash(), guardIdentity: identity,
                surrogate: surrogate?.identity,
                data: set.name, testImages: try set.contentHash, libtorch: Engine.loadedVersion,
                threads: Engine.threadCount, device: bench.device.name,
                notes: data.notes + notes),
            thresholds: Array(thresholds.prefix(2)),
            deployedThreshold: sentry.threshold.logOdds,
            deployedFalsePositives: Statistics.share(
                clean.map { sentry.threshold.isExceeded(by: $0) }),
            keys: keys, rows: rows, farther: farther, proofs: proofs)
        return Findings(report: report, examples: examples)
    }

    private var notes: [String] {
        var notes: [String] = []
        if surrogate == nil { notes.append(Self.noTransfer) }
        if case .paper(_, let sen) = sentry.detection,
            sen.description.reading == .sensitivity(.logarithmic)
        {
            notes.append(Self.ourForm)
        }
        return notes
    }

    private static let noTransfer =
        "Whether attacks carry over from a guard of another seed was not tried: --surrogate names one."

    private static let ourForm =
        "The guard is the paper's two networks in our (logarithmic) form: CNN_sen reads ln |G|, ℓ and ln ‖G‖, where the paper's reads the raw sensitivity."

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
        /// Whether the guard's answer is wrong under each of some keys, flagged or not, an image, where it
        /// flags 1% of clean images.
        var wrong: [[Bool]]
        /// The same at the guard's own threshold.
        var wrongAsDeployed: [[Bool]]
        /// The guard's log-odds under each key, an image.
        var scores: [[Float]]
        /// L2 norms of the perturbations.
        var norms: [Float]
        /// The log-odds where f was first wrong on the way, NaN where it never was, an image; of attacks that
        /// look at them.
        var firstScores: [Float] = []
        /// The same where f was last wrong.
        var lastScores: [Float] = []
        /// A few of the images, and what was made of them, `[n, C, H, W]`.
        var shown: (originals: Tensor, found: Tensor)?
        /// Passes of the search, as a ``PassCount`` has them.
        var cost = 0
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
    /// The classifier has an operator that cannot be smoothed, or that has no second derivative.
    case noSecondDerivatives(reason: String)

    /// One sentence.
    public var description: String {
        switch self {
        case .sameGuard:
            "The surrogate is the same guard: name one that gred protect made with another --seed."
        case .otherClassifier:
            "The surrogate guards another classifier: name a guard of the same one, made with another --seed."
        case .noSecondDerivatives(let reason):
            "An audit needs second derivatives of the classifier, and this one has none: \(reason)"
        }
    }
}

extension Audit.Result {
    /// What keys are for. Whatever is chosen because it passes under some must show what it does under others.
    enum Keys {
        /// Every other one, from the first on: for choosing among several tries.
        case choosing
        /// The rest: for all figures.
        case reporting

        /// Those of an image; where there is one alone, it is for both.
        func among<Value>(_ values: [Value]) -> [Value] {
            guard values.count > 1 else { return values }
            return values.indices.filter { $0.isMultiple(of: 2) == (self == .choosing) }
                .map { values[$0] }
        }
    }

    /// For each image the share of keys under which it passes: f is wrong and the guard silent.
    func passes(_ threshold: Float, under keys: Keys) -> [Double] {
        fooled.indices.map { image in
            guard fooled[image] else { return 0 }
            return Statistics.share(keys.among(scores[image]).map { $0 <= threshold })
        }
    }

    /// For each image the share of keys under which the guard's answer is wrong.
    func wrongShares(
        _ answers: KeyPath<Audit.Result, [[Bool]]> = \.wrong, under keys: Keys
    ) -> [Double] {
        self[keyPath: answers].map { Statistics.share(keys.among($0)) }
    }

    /// For each image the place of the largest share, among those that have one.
    static func best(_ shares: [[Double]]) -> [Int] {
        (shares.first ?? []).indices.map { image in
            shares.indices.filter { image < shares[$0].count }
                .max { shares[$0][image] < shares[$1][image] } ?? 0
        }
    }

    /// For each image the share of keys under which the best of several results passes.
    /// - Parameter results: the first of all images, others maybe of the first images alone.
    static func passes(_ results: [Self], _ threshold: Float) -> [Double] {
        let shares = results.map { $0.passes(threshold, under: .reporting) }
        return best(results.map { $0.passes(threshold, under: .choosing) }).enumerated()
            .map { shares[$1][$0] }
    }

    /// Of the first images alone.
    func prefix(_ count: Int) -> Self {
        var part = self
        part.fooled = Array(fooled.prefix(count))
        part.wrong = Array(wrong.prefix(count))
        part.wrongAsDeployed = Array(wrongAsDeployed.prefix(count))
        part.scores = Array(scores.prefix(count))
        part.norms = Array(norms.prefix(count))
        let share = Double(part.fooled.count) / Double(max(fooled.count, 1))
        part.cost = Int((Double(cost) * share).rounded())
        part.seconds = seconds * share
        return part
    }

    /// For each image the try that passes under most keys, at all thresholds together; of equal ones that
    /// whose answer is wrong more often, then the calmest.
    init(bestOf tries: [Self], thresholds: [Float]) throws {
        self = tries[0]
        guard tries.count > 1 else { return }
        let passes = tries.map { found in
            thresholds.map { found.passes($0, under: .choosing) }
        }
        let wrongs = tries.map { $0.wrongShares(under: .choosing) }
        func rank(_ number: Int, _ image: Int) -> (Double, Double, Float) {
            let scores = Keys.choosing.among(tries[number].scores[image])
            return (
                passes[number].reduce(0) { $0 + $1[image] }, wrongs[number][image],
                -scores.reduce(0, +) / Float(max(scores.count, 1))
            )
        }
        let best = fooled.indices.map { image in
            tries.indices.max { rank($0, image) < rank($1, image) } ?? 0
        }
        let mostWrong = Self.best(wrongs)
        let mostWrongAsDeployed = Self.best(
            tries.map { $0.wrongShares(\.wrongAsDeployed, under: .choosing) })
        for (image, number) in best.enumerated() {
            fooled[image] = tries[number].fooled[image]
            // Whoever wants a wrong answer keeps the try that gives one.
            wrong[image] = tries[mostWrong[image]].wrong[image]
            wrongAsDeployed[image] = tries[mostWrongAsDeployed[image]].wrongAsDeployed[image]
            scores[image] = tries[number].scores[image]
            norms[image] = tries[number].norms[image]
        }
        cost = tries.map(\.cost).reduce(0, +)
        seconds = tries.map(\.seconds).reduce(0, +)
        guard let shown else { return }
        let found = try (0..<shown.found.shape[0]).map { image in
            try (tries[best[image]].shown ?? shown).found.rows([image])
        }
        self.shown = (shown.originals, try .concatenated(found, dimension: 0))
    }

    func save(to file: URL) throws {
        func table<Value: TensorElement>(_ rows: [[Value]]) throws -> Tensor {
            try Tensor(rows.flatMap { $0 }, shape: [rows.count, rows.first?.count ?? 0])
        }
        var tensors: [NamedTensor] = []
        if let shown {
            tensors = [("originals", shown.originals), ("images", shown.found)]
        }
        tensors += [
            ("fooled", try Tensor(fooled)), ("norms", try Tensor(norms)),
            ("first", try Tensor(firstScores)), ("last", try Tensor(lastScores)),
        ]
        tensors += [
            ("wrong", try table(wrong)), ("wrong_as_deployed", try table(wrongAsDeployed)),
            ("scores", try table(scores)),
        ]
        tensors += [
            ("cost", try Tensor([cost])), ("seconds", try Tensor([Float(seconds)])),
        ]
        try Safetensors.write(tensors, to: file)
    }

    init(name: String, file: URL) throws {
        let tensors = try Safetensors.read(file).tensors
        guard let fooled = tensors["fooled"], let norms = tensors["norms"],
            let scores = tensors["scores"], let seconds = tensors["seconds"],
            let first = tensors["first"], let last = tensors["last"], let wrong = tensors["wrong"],
            let wrongAsDeployed = tensors["wrong_as_deployed"], let cost = tensors["cost"]
        else {
            throw TorchError.badFile(path: file.path, reason: "it holds no result of an audit.")
        }
        func rows<Value>(_ values: [Value], of tensor: Tensor) -> [[Value]] {
            let keys = tensor.shape[1]
            return (0..<tensor.shape[0]).map { Array(values[$0 * keys..<($0 + 1) * keys]) }
        }
        self.name = name
        self.fooled = try fooled.bools()
        self.norms = try norms.floats()
        self.scores = rows(try scores.floats(), of: scores)
        self.wrong = rows(try wrong.bools(), of: wrong)
        self.wrongAsDeployed = rows(try wrongAsDeployed.bools(), of: wrongAsDeployed)
        self.cost = try cost.ints()[0]
        self.seconds = try Double(seconds.floats()[0])
        firstScores = try first.floats()
        lastScores = try last.floats()
        if let originals = tensors["originals"], let found = tensors["images"] {
            shown = (originals, found)
        }
    }
}
