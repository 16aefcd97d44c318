import Foundation
import GREDAttacks
import GREDCharts
import LibTorch

/// The figures of one attack on one classifier.
public struct AttackSummary: Codable, Sendable {
    /// The attack's name without its goal, such as `ddn`.
    public var name: String
    /// Whether each image was given a class to be turned into.
    public var targeted: Bool
    /// The attack's settings, their names in snake case; those that are not set are left out.
    public var settings: [String: Double]
    /// How many images were attacked.
    public var attempted: Int
    /// The share that the attack turned, with its 95% bounds (Wilson).
    public var success: Double
    /// The lower and the upper bound of ``success``, in 0…1.
    public var successInterval: [Double]
    /// The same after rounding to 8 bits.
    public var successRounded: Double
    /// Over the successes; nil where there are none.
    public var medianL2: Double?
    /// The largest change of a pixel, for pixels in 0…1: the median over the successes.
    public var medianLinf: Double?

    /// Measures what a plan led to: rates over all images, norms before rounding.
    public init(_ plan: AttackPlan, _ record: AttackRecord) throws {
        name = plan.attack.name
        targeted = plan.isTargeted
        settings = try plan.settings()
        attempted = record.count
        let share = Proportion(
            successes: record.succeeded.filter { $0 }.count, of: record.count)
        success = share.value
        successInterval = share.bounds
        successRounded = Statistics.share(record.succeededRounded)
        let delta = try record.adversarial - record.originals
        let winners = record.succeeded.indices.filter { record.succeeded[$0] }
        let norms = try delta.rowNorms().floats()
        let largest = try delta.abs().rowMaxima().floats()
        medianL2 = Statistics.median(winners.map { norms[$0] })
        medianLinf = Statistics.median(winners.map { largest[$0] })
    }
}

/// What `gred attack` found.
public struct AttackReport: Codable, Sendable {
    /// The command as it was typed.
    public var command: String
    /// Of everything random in the attacks.
    public var seed: UInt64
    /// The name of the image set that was attacked.
    public var data: String
    /// SHA-256 of the classifier's weights.
    public var classifier: String
    /// One an attack, in the order in which they ran.
    public var attacks: [AttackSummary]

    /// Names all parts of the report; the figures are in ``AttackSummary``.
    public init(
        command: String, seed: UInt64, data: String, classifier: String, attacks: [AttackSummary]
    ) {
        self.command = command
        self.seed = seed
        self.data = data
        self.classifier = classifier
        self.attacks = attacks
    }

    /// The report as JSON, keys in snake case; medians of no successes are left out.
    public func json() throws -> Data { try ReportJSON.data(of: self) }

    /// A row an attack, for a terminal or Markdown.
    public var table: Table {
        var table = Table(
            columns: [
                "attack", .number("images"), .number("success"), .number("at 8 bits"),
                .number("median L2"), .number("median L∞"),
            ], rows: [],
            note: "Success with its 95% interval; medians over the successes, for pixels in 0…1.")
        for attack in attacks {
            table.append(texts: [
                attack.name + (attack.targeted ? " (targeted)" : ""), "\(attack.attempted)",
                Estimate(
                    value: attack.success, lower: attack.successInterval[0],
                    upper: attack.successInterval[1]
                ).formatted(),
                Figure.fixed(attack.successRounded), Figure.fixed(attack.medianL2 ?? .nan),
                Figure.fixed(attack.medianLinf ?? .nan),
            ])
        }
        return table
    }
}
