import Foundation
import GREDAttacks
import GREDCharts
import LibTorch

/// The figures of one attack on one classifier.
public struct AttackSummary: Codable, Sendable {
    public var name: String
    public var targeted: Bool
    public var settings: [String: Double]
    public var attempted: Int
    /// The share that the attack turned, with its 95% bounds (Wilson).
    public var success: Double
    public var successInterval: [Double]
    /// The same after rounding to 8 bits.
    public var successRounded: Double
    /// Over the successes; nil where there are none.
    public var medianL2: Double?
    public var medianLinf: Double?

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
    public var command: String
    public var seed: UInt64
    public var data: String
    /// SHA-256 of the classifier's weights.
    public var classifier: String
    public var attacks: [AttackSummary]

    public init(
        command: String, seed: UInt64, data: String, classifier: String, attacks: [AttackSummary]
    ) {
        self.command = command
        self.seed = seed
        self.data = data
        self.classifier = classifier
        self.attacks = attacks
    }

    public func json() throws -> Data { try ReportJSON.data(of: self) }

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
