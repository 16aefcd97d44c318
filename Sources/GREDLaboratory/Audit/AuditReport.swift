import Foundation
import GRED
import GREDCharts

/// What an audit found: the content of `audit.json`. Rates are shares in 0…1.
public struct AuditReport: Codable, Sendable {
    /// Where the figures come from.
    public struct Provenance: Codable, Sendable {
        /// The command as it was typed.
        public var command: String
        /// Every size.
        public var profile: AuditProfile
        /// Of everything random.
        public var seed: UInt64
        /// SHA-256 of the classifier.
        public var classifier: String
        /// SHA-256 of the bundle's guard.json.
        public var guardIdentity: String
        /// The same of the guard that attacks were carried over from; nil where there was none.
        public var surrogate: String?
        /// The name of the test images.
        public var data: String
        /// SHA-256 of those attacked.
        public var testImages: String
        /// The version of libtorch that computed.
        public var libtorch: String
        /// Threads that libtorch was allowed on the CPU.
        public var threads: Int
        /// In libtorch's words: `cpu`, `cuda:0`.
        public var device: String
        /// What was made smaller or left out, a sentence each.
        public var notes: [String]
    }

    /// One attack at one radius.
    public struct Row: Codable, Sendable {
        /// `unaware`, a strategy, or `worst`: for each image the best of all of them, and of what the claims
        /// were tried with.
        public var attack: String
        /// How far it may go.
        public var budget: AttackBudget
        /// Images attacked.
        public var images: Int
        /// The share on which f is wrong, at 8 bits: what it would do without a guard.
        public var fooled: Double
        /// Its 95% bounds.
        public var fooledInterval: [Double]
        /// SR@1: the share on which f is wrong and the guard says benign at the threshold that 1% of clean
        /// images exceed, the mean over the guard's keys: of those under which nothing was chosen.
        public var passesAt1Percent: Double
        /// Its 95% bounds.
        public var passesAt1PercentInterval: [Double]
        /// The share of images that pass at 1% in one of ten tries: what it means for somebody who may change
        /// a pixel and ask again, so that the guard's noise is drawn anew. It is reckoned from the share of keys
        /// under which each image passes, and as these are few, too low on average.
        public var passesInTenTries: Double
        /// SR@5: the same as SR@1 at 5%.
        public var passesAt5Percent: Double
        /// Its 95% bounds.
        public var passesAt5PercentInterval: [Double]
        /// The same at the guard's own threshold, by which it is deployed.
        public var passesAsDeployed: Double
        /// Its 95% bounds.
        public var passesAsDeployedInterval: [Double]
        /// The share on which the guard's own answer is wrong, at the threshold of 1%, because it is silent or
        /// because it gives a wrong label back, the mean over some keys.
        public var answerWrong: Double
        /// Its 95% bounds.
        public var answerWrongInterval: [Double]
        /// The same at the guard's own threshold.
        public var answerWrongAsDeployed: Double
        /// Its 95% bounds.
        public var answerWrongAsDeployedInterval: [Double]
        /// The median L2 norm of what passes at 1% under most keys; nil where nothing does.
        public var medianL2: Double?
        /// What the search asks of networks: passes of f, forward or back, of its smooth copy (there and back
        /// twice, as its gradient is differentiated), and of the rectifier.
        public var networkPassesPerImage: Double
        /// Of the search.
        public var secondsPerImage: Double
        /// Its time against that of `unaware` within the same radius; nil beyond the radii of the table.
        public var timesUnaware: Double?
        /// Of `worst`: whether a claim does not hold that it stands on, so that its shares are too low.
        public var isDoubted = false
    }

    /// Something that holds where a guard withstands, and does not where the attack is too weak.
    public struct Proof: Codable, Sendable {
        /// What is claimed.
        public var claim: String
        /// The radius at which it was tried.
        public var within: AttackBudget
        /// Whether it holds here.
        public var holds: Bool
        /// The figures, in a sentence.
        public var figures: String

        init(_ claim: String, within: AttackBudget, holds: Bool, _ figures: String) {
            self.claim = claim
            self.within = within
            self.holds = holds
            self.figures = figures
        }
    }

    /// What a figure claims, one a radius (Tramèr 2022, Theorem 4). A detector that lets a share SR@1 pass within
    /// ε and stops 1% of clean images could be made into a classifier without a detector, however slow, that
    /// is right within ε/2 on all others: for each image, look for one within ε/2 that is not flagged, and
    /// answer for that. A claim beyond what the best classifiers reach says that the attack was too weak.
    public struct Claim: Codable, Sendable {
        /// ε.
        public var within: AttackBudget
        /// SR@1 of `worst`.
        public var passesAt1Percent: Double
        /// ε/2.
        public var implied: AttackBudget
        /// The least share of images that a classifier would be right on within that, of those that f gets
        /// right.
        public var rightOnAtLeast: Double
        /// Whether a claim about the attacks does not hold here, so that this one says too much.
        public var isDoubted: Bool

        init(of worst: Row) {
            within = worst.budget
            passesAt1Percent = worst.passesAt1Percent
            implied = AttackBudget(worst.budget.norm, worst.budget.radius / 2)
            rightOnAtLeast = max(0, 0.99 - worst.passesAt1Percent)
            isDoubted = worst.isDoubted
        }
    }

    /// One sentence for those who read no table, and a second one where it is in doubt.
    public let headline: String
    /// Where the figures come from.
    public var provenance: Provenance
    /// The log-odds that 1% and 5% of the clean images exceed.
    public var thresholds: [Float]
    /// The guard's own threshold.
    public var deployedThreshold: Float
    /// The share of the clean images that exceed it.
    public var deployedFalsePositives: Double
    /// Keys under which the detector judged each image: one where none changes what it says.
    public var keys: Int
    /// In the order in which they were tried.
    public var rows: [Row]
    /// The worst case beyond the largest radius of each norm, up to where nearly all images pass: of the first
    /// images alone, by the best strategy.
    public var farther: [Row]
    /// Made at each radius: whether the guard's gradients lie.
    public var proofs: [Proof]
    /// What the figures claim, one a radius.
    public let claimed: [Claim]

    /// Joins what was found, and says what is in doubt.
    init(
        provenance: Provenance, thresholds: [Float], deployedThreshold: Float,
        deployedFalsePositives: Double, keys: Int, rows: [Row], farther: [Row], proofs: [Proof]
    ) {
        let failed = proofs.filter { !$0.holds }
        let marked = rows.map { row -> Row in
            var row = row
            row.isDoubted =
                row.attack == Row.worst && failed.contains { $0.within == row.budget }
            return row
        }
        let worst = marked.filter { $0.attack == Row.worst }
        headline = Self.headline(of: worst, profile: provenance.profile.name)
        claimed = worst.map { Claim(of: $0) }
        self.provenance = provenance
        self.thresholds = thresholds
        self.deployedThreshold = deployedThreshold
        self.deployedFalsePositives = deployedFalsePositives
        self.keys = keys
        self.rows = marked
        self.farther = farther
        self.proofs = proofs
    }

    private static func headline(of rows: [Row], profile: String) -> String {
        guard let worst = rows.max(by: { $0.passesAt1Percent < $1.passesAt1Percent }) else {
            return "Nothing was tried."
        }
        let doubted = rows.filter(\.isDoubted).map(\.budget.title)
        let doubt =
            doubted.isEmpty
            ? ""
            : " Attack too weak within \(doubted.joined(separator: ", ")): figures there are too low."
        return
            "An attacker who knows the guard, within \(worst.budget.title), makes the classifier wrong and the guard silent on \(Figure.percent(worst.passesAt1Percent)) of the images that the classifier gets right (at 1% false positives; \(Figure.percent(worst.passesAsDeployed)) at the guard's own threshold; \(worst.images) images, profile \(profile)).\(doubt)"
    }

    /// As JSON, keys in snake case.
    public func json() throws -> Data { try ReportJSON.data(of: self) }

    /// What goes into the guard's model card.
    public var card: GuardAudit {
        let worst = rows.filter { $0.attack == Row.worst }
        return GuardAudit(
            data: provenance.data, profile: provenance.profile.name,
            images: worst.first?.images ?? 0,
            cells: worst.map {
                GuardAudit.Cell(
                    within: $0.budget.title,
                    passes: GuardFigures.Share(
                        $0.passesAt1Percent, interval: $0.passesAt1PercentInterval),
                    asDeployed: GuardFigures.Share(
                        $0.passesAsDeployed, interval: $0.passesAsDeployedInterval))
            }, doubts: proofs.filter { !$0.holds }.map { "\($0.claim) (\($0.within.title))" })
    }

    /// What the figures claim, a row a radius: see ``Claim``.
    public var claims: Table {
        var table = Table(
            columns: ["within", .number("SR@1"), "implies", .number("right on at least")],
            note: """
                Of the images that f gets right. A detector that holds within ε can be made into a classifier \
                that holds within ε/2, however slowly (Tramèr 2022, Theorem 4). Where that one would be better \
                than any that is known, the attacks were too weak.
                """)
        for claim in claimed {
            table.append(texts: [
                claim.within.title + (claim.isDoubted ? ", attack too weak" : ""),
                Figure.percent(claim.passesAt1Percent),
                "a classifier within \(claim.implied.title)", Figure.percent(claim.rightOnAtLeast),
            ])
        }
        return table
    }

    /// The proofs that what does not pass is held by the guard, and not by its gradients.
    public var proofTable: Table {
        var table = Table(columns: ["within", "claim", "holds", "figures"])
        for proof in proofs {
            table.append([
                .init(proof.within.title), .init(proof.claim),
                .init(
                    proof.holds ? "yes" : "no: attack too weak", tint: proof.holds ? .good : .poor),
                .init(proof.figures),
            ])
        }
        return table
    }

    private var judged: String {
        keys > 1
            ? "the mean over \(keys / 2) keys of the guard; as many others chose where there was a choice"
            : "under one key of the guard, as none changes what its detector says"
    }

    /// A row an attack.
    public var table: Table {
        var table = Table(
            columns: [
                "within", "attacker", .number("images"), .number("f wrong (95%)"),
                .number("and unseen, SR@5 (95%)"), .number("SR@1 (95%)"),
                .number("as deployed (95%)"), .number("in ten tries"),
                .number("answer wrong (95%)"), .number("answer wrong, as deployed (95%)"),
                .number("median L2"), .number("passes of networks"), .number("s an image"),
                .number("time ÷ unaware"),
            ],
            note: tableNote)
        for row in rows {
            func share(_ value: Double, _ interval: [Double]) -> String {
                Estimate(value: value, lower: interval[0], upper: interval[1]).formatted()
            }
            table.append(texts: [
                row.budget.title,
                row.attack + (row.isDoubted ? ", attack too weak" : ""), Figure.count(row.images),
                share(row.fooled, row.fooledInterval),
                share(row.passesAt5Percent, row.passesAt5PercentInterval),
                share(row.passesAt1Percent, row.passesAt1PercentInterval),
                share(row.passesAsDeployed, row.passesAsDeployedInterval),
                Figure.fixed(row.passesInTenTries),
                share(row.answerWrong, row.answerWrongInterval),
                share(row.answerWrongAsDeployed, row.answerWrongAsDeployedInterval),
                Figure.fixed(row.medianL2 ?? .nan),
                Figure.fixed(row.networkPassesPerImage, digits: 0),
                Figure.fixed(row.secondsPerImage, digits: 1),
                Figure.fixed(row.timesUnaware ?? .nan, digits: 1),
            ])
        }
        return table
    }

    private var tableNote: String {
        """
        Of the images that f gets right. f wrong: without a guard. SR@1, SR@5: f wrong and the guard silent, \
        where 1% and 5% of clean images are flagged; as deployed: the same at the guard's own threshold, \
        which flags \(Figure.percent(deployedFalsePositives)) of them. Judged at 8 bits, \(judged). In ten \
        tries: unseen at 1% in at least one of ten, each with other noise; reckoned from the share of keys \
        under which each image passes, and as these are few, too low on average. Answer wrong: the guard is \
        silent at 1%, or flags and gives a wrong label back; as deployed: at its own threshold. Passes of \
        networks, an image: of f, of its smooth copy and of the rectifier, forward or back. Unaware: PGD that \
        knows f alone. Worst: for each image the best of all attacks, those among them that the claims below \
        were tried with; its cost is that of all together.
        """
    }
}

extension AuditReport.Row {
    static let worst = "worst"

    /// - Parameter thresholds: that of 1%, that of 5%, and the guard's own.
    init(_ result: Audit.Result, budget: AttackBudget, thresholds: [Float]) {
        self.init(
            result.name, budget, fooled: result.fooled,
            wrong: result.wrongShares(under: .reporting),
            wrongAsDeployed: result.wrongShares(\.wrongAsDeployed, under: .reporting),
            passes: thresholds.map { result.passes($0, under: .reporting) }, norms: result.norms,
            cost: result.cost, seconds: result.seconds)
    }

    /// For each image whichever passes under most keys, and under others than those for the figures.
    /// - Parameters:
    ///   - results: the first of all images, others maybe of the first images alone.
    ///   - thresholds: that of 1%, that of 5%, and the guard's own.
    init(worstOf results: [Audit.Result], budget: AttackBudget, thresholds: [Float]) {
        let images = (results.first?.fooled ?? []).indices
        let calmest = Audit.Result.best(
            results.map { $0.passes(thresholds[0], under: .choosing) })
        /// For each image the share of whichever answer is wrong under most keys.
        func wrong(_ answers: KeyPath<Audit.Result, [[Bool]]>) -> [Double] {
            let best = Audit.Result.best(
                results.map { $0.wrongShares(answers, under: .choosing) })
            let shares = results.map { $0.wrongShares(answers, under: .reporting) }
            return images.map { shares[best[$0]][$0] }
        }
        self.init(
            Self.worst, budget,
            fooled: images.map { image in
                results.contains { image < $0.fooled.count && $0.fooled[image] }
            },
            wrong: wrong(\.wrong), wrongAsDeployed: wrong(\.wrongAsDeployed),
            passes: thresholds.map { Audit.Result.passes(results, $0) },
            norms: images.map { results[calmest[$0]].norms[$0] },
            cost: results.map(\.cost).reduce(0, +),
            seconds: results.map(\.seconds).reduce(0, +))
    }

    private init(
        _ attack: String, _ budget: AttackBudget, fooled: [Bool], wrong: [Double],
        wrongAsDeployed: [Double], passes: [[Double]], norms: [Float], cost: Int, seconds: Double
    ) {
        self.attack = attack
        self.budget = budget
        images = fooled.count
        let all = Proportion(successes: fooled.count { $0 }, of: fooled.count)
        (self.fooled, fooledInterval) = (all.value, all.bounds)
        // The keys of one image are no independent images: the interval is that of so many images.
        func share(_ values: [Double]) -> (Double, [Double]) {
            let mean = values.reduce(0, +) / Double(max(values.count, 1))
            let rounded = Int((mean * Double(values.count)).rounded())
            return (mean, Proportion(successes: rounded, of: values.count).bounds)
        }
        (passesAt1Percent, passesAt1PercentInterval) = share(passes[0])
        passesInTenTries = Statistics.mean(passes[0].map { 1 - pow(1 - $0, 10) })
        (passesAt5Percent, passesAt5PercentInterval) = share(passes[1])
        (passesAsDeployed, passesAsDeployedInterval) = share(passes[2])
        (answerWrong, answerWrongInterval) = share(wrong)
        (answerWrongAsDeployed, answerWrongAsDeployedInterval) = share(wrongAsDeployed)
        medianL2 = Statistics.median(norms.indices.filter { passes[0][$0] > 0.5 }.map { norms[$0] })
        networkPassesPerImage = Double(cost) / Double(max(fooled.count, 1))
        secondsPerImage = seconds / Double(max(fooled.count, 1))
    }
}

/// What a claim stands on, as numbers.
extension AuditReport.Proof {
    /// Whether nearly all images pass under most keys.
    /// - Parameter passes: of each image the share of keys.
    static func reachesAll(_ passes: [Double]) -> Bool {
        Statistics.share(passes.map { $0 > 0.5 }) >= 0.95
    }

    /// Whether so little passes that did not before that chance may have done it: not surely more than one
    /// image in twenty.
    static func isNothingNew(_ gain: Proportion) -> Bool { gain.wilson95.lowerBound <= 0.05 }

    /// Whether a search calms the detector on at least three in four of the images that f gets wrong on the
    /// way; never where f gets none wrong.
    /// - Parameters:
    ///   - first: the log-odds of each image where f was first wrong, NaN where it never was.
    ///   - last: where it was last wrong.
    ///   - threshold: an image that the guard does not see needs no calming.
    static func falls(from first: [Float], to last: [Float], threshold: Float) -> (
        holds: Bool, images: Int, calmed: Int
    ) {
        let wrong = zip(first, last).filter { !$0.isNaN && !$1.isNaN }
        let calmed = wrong.count { $1 < $0 || $1 <= threshold }
        return (!wrong.isEmpty && 4 * calmed >= 3 * wrong.count, wrong.count, calmed)
    }
}
