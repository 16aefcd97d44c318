import Foundation
import GREDCharts
import LibTorch

/// What `gred attack` found.
public struct AttackReport: Codable, Sendable {
    /// All attacks together: an image counts as turned where any of them turned it.
    public struct WorstCase: Codable, Sendable {
        /// How many images were attacked.
        public var attempted: Int
        /// The share that some attack turned.
        public var success: Double
        /// The lower and the upper bound of ``success``, in 0…1.
        public var successInterval: [Double]
        /// The same after rounding to 8 bits.
        public var successRounded: Double
        /// Each image's shortest successful perturbation: the median over the successes, for pixels in
        /// 0…1; nil where there are none.
        public var medianL2: Double?
    }

    /// The command as it was typed.
    public var command: String
    /// Of everything random in the attacks.
    public var seed: UInt64
    /// The name of the image set that was attacked.
    public var data: String
    /// SHA-256 of the classifier's weights.
    public var classifier: String
    /// What attacks search in; what they claim is judged in float32.
    public var precision: Precision
    /// The version of libtorch that computed, without its build's suffix: `2.13.0`.
    public var libtorch: String
    /// Threads that libtorch was allowed on the CPU.
    public var threads: Int
    /// In libtorch's words: `cpu`, `cuda:0`.
    public var device: String
    /// One an attack, in the order in which they ran.
    public var attacks: [AttackSummary]
    /// Nil for a single attack.
    public var worstCase: WorstCase?

    /// Measures what each plan led to on the same images.
    public init(
        of results: [(plan: AttackPlan, outcome: AttackOutcome)], command: String, seed: UInt64,
        data: String, classifier: String, precision: Precision, device: Device
    ) throws {
        self.command = command
        self.seed = seed
        self.data = data
        self.classifier = classifier
        self.precision = precision
        libtorch = Engine.loadedVersion
        threads = Engine.threadCount
        self.device = device.name
        attacks = try results.map { try AttackSummary($0.plan, $0.outcome) }
        worstCase = results.count > 1 ? WorstCase(of: results.map(\.outcome)) : nil
    }

    /// The report as JSON, keys in snake case; medians of no successes are left out.
    public func json() throws -> Data { try ReportJSON.data(of: self) }

    /// A row an attack, for a terminal or Markdown.
    public var table: Table {
        var table = Table(
            columns: [
                "attack", .number("images"), .number("success"), .number("at 8 bits"),
                .number("median L2"), .number("at 8 bits"), .number("L∞"), .number("L0"),
                .number("passes"), .number("seconds"),
            ], rows: [], note: note)
        for attack in attacks {
            table.append(texts: [
                attack.title, "\(attack.attempted)",
                Self.share(attack.success, attack.successInterval),
                Figure.fixed(attack.successRounded), Figure.fixed(attack.medianL2 ?? .nan),
                Figure.fixed(attack.medianL2Rounded ?? .nan),
                Figure.fixed(attack.medianLinf ?? .nan),
                Figure.fixed(attack.medianL0 ?? .nan, digits: 0),
                "\(Figure.fixed(attack.forwardPasses, digits: 1)) +"
                    + " \(Figure.fixed(attack.backwardPasses, digits: 1))",
                Figure.fixed(attack.seconds, digits: 1),
            ])
        }
        if let worstCase {
            table.append(texts: [
                "any of them", "\(worstCase.attempted)",
                Self.share(worstCase.success, worstCase.successInterval),
                Figure.fixed(worstCase.successRounded), Figure.fixed(worstCase.medianL2 ?? .nan),
                "", "", "", "", "",
            ])
        }
        return table
    }

    private var note: String {
        ([
            "Success with its 95% interval; medians over the successes, for pixels in 0…1; L0: values changed at 8 bits; passes: forward + back, the mean of all images."
        ] + remarks).joined(separator: " ")
    }

    /// What a rate alone would hide, a sentence each.
    public var remarks: [String] { attacks.flatMap(\.remarks) }

    private static func share(_ value: Double, _ interval: [Double]) -> String {
        Estimate(value: value, lower: interval[0], upper: interval[1]).formatted()
    }
}

extension AttackReport.WorstCase {
    init(of outcomes: [AttackOutcome]) {
        let count = outcomes.map(\.count).min() ?? 0
        var shortest = [Float](repeating: .infinity, count: count)
        for outcome in outcomes {
            for place in 0..<count where outcome.succeeded[place] {
                shortest[place] = min(shortest[place], outcome.norms[place])
            }
        }
        let found = shortest.filter(\.isFinite)
        let share = Proportion(successes: found.count, of: count)
        attempted = count
        success = share.value
        successInterval = share.bounds
        successRounded = Statistics.share(
            (0..<count).map { place in outcomes.contains { $0.succeededRounded[place] } })
        medianL2 = Statistics.median(found)
    }
}

extension AttackSummary {
    /// What the attack's success alone would hide, a sentence each.
    var remarks: [String] {
        var result = Self.remarks(withoutGradient: withoutGradient, of: attempted, by: title)
        let failing = attempted - Int((success * Double(attempted)).rounded())
        if name == "cw" && failing > 0 {
            result.append(
                "\(failing) images are still failing at \(title)'s largest constant: give it more search steps, more iterations or a larger initial constant before calling them robust."
            )
        }
        if undecided > 0 {
            result.append(
                "\(undecided) of \(title)'s images lie so near to the boundary that the classifier says something else of them in batches of another size."
            )
        }
        return result
    }

    /// What a rate of success hides where there was no gradient to follow, a sentence each.
    static func remarks(withoutGradient: Int, of attempted: Int, by title: String) -> [String] {
        guard withoutGradient > 0 else { return [] }
        let remark =
            "\(withoutGradient) of the images that \(title) did not turn have no gradient: they were not tried, rather than resisted."
        guard Double(withoutGradient) > tolerableShareWithoutGradient * Double(attempted) else {
            return [remark]
        }
        return [
            remark,
            "Warning: that is more than 5% of all, and \(title)'s success is no sign of robustness. Look for rounding, saturation or a detached tensor in the model.",
        ]
    }

    private static let tolerableShareWithoutGradient = 0.05
}
