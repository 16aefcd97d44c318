import GRED
import GREDCharts

extension Audit {
    /// What tells a guard that holds from attacks that are too weak, within one radius: a few images are
    /// attacked again, by other means, and must not pass where they did not before.
    struct Probes {
        /// How each claim did.
        let proofs: [AuditReport.Proof]
        /// What was found within the radius: it counts as an attack like any other.
        let results: [Result]
        /// The worst case in ever wider balls, each with what passed in the smaller ones.
        let farther: [AuditReport.Row]

        /// - Parameters:
        ///   - tried: what all attacks made of the images: that which is unaware, then those that follow
        ///     ``Audit/strategies``, in their order, then others.
        ///   - thresholds: that of 1%, that of 5%, and the guard's own.
        init(
            _ stages: Stages, _ budget: AttackBudget, _ tried: [Result], _ thresholds: [Float],
            of audit: Audit
        ) throws {
            let profile = audit.profile
            let threshold = thresholds[0]
            let before = tried.map { $0.prefix(profile.probedImages) }
            let count = before.first?.fooled.count ?? 0
            let passed = Result.passes(before, threshold)
            /// The share of images by which the worst case is worse with it.
            func gain(_ result: Result) -> Proportion {
                let all = Result.passes(before + [result], threshold).reduce(0, +)
                let new = Int((all - passed.reduce(0, +)).rounded())
                return Proportion(successes: max(new, 0), of: count)
            }
            func percent(_ passes: [Double]) -> String { Figure.percent(Statistics.mean(passes)) }
            func sentence(_ what: String, _ result: Result) -> String {
                let new = gain(result)
                let most = Figure.percent(new.wilson95.upperBound)
                return
                    "SR@1 of \(what): \(percent(result.passes(threshold, under: .reporting))), of \(count) images, \(percent(passed)) before; new: \(Figure.percent(new.value)), at most \(most) (95%)."
            }
            let strategies = audit.strategies
            let shares = before.map {
                Statistics.mean($0.passes(threshold, under: .choosing))
            }
            let best = strategies.indices.max { shares[$0 + 1] < shares[$1 + 1] } ?? 0
            let strategy = strategies[best]

            var everywhere = before
            var reached = passed
            var farther: [AuditReport.Row] = []
            for factor in [2.0, 4, 8] where !AuditReport.Proof.reachesAll(reached) {
                let wider = budget.widened(by: factor)
                if wider == farther.last?.budget { break }
                everywhere.append(
                    try stages.result(.adaptive(strategy), wider, images: count))
                reached = Result.passes(everywhere, threshold)
                farther.append(
                    AuditReport.Row(worstOf: everywhere, budget: wider, thresholds: thresholds))
            }
            let largest = farther.last?.budget ?? budget
            let longer = try stages.result(.longer(strategy), budget, images: count)
            // The first strategy is the selective one.
            let search = tried[1]
            let fall = AuditReport.Proof.falls(
                from: search.firstScores, to: search.lastScores, threshold: threshold)
            var proofs = [
                AuditReport.Proof(
                    "Success grows with the radius to 100%", within: budget,
                    holds: AuditReport.Proof.reachesAll(reached),
                    "SR@1 of \(strategy.rawValue) within ever wider balls, and of all attacks within \(budget.title), up to \(largest.title): \(percent(reached)), of \(count) images, \(percent(passed)) before."
                ),
                AuditReport.Proof(
                    "Twice the steps change nothing", within: budget,
                    holds: AuditReport.Proof.isNothingNew(gain(longer)),
                    sentence("\(strategy.rawValue) with \(2 * profile.steps) steps", longer)),
                AuditReport.Proof(
                    "The search gets somewhere", within: budget, holds: fall.holds,
                    "f was wrong on the way on \(fall.images) of \(search.fooled.count) images; on \(fall.calmed) of them the log-odds are lower in the end than at first, or the guard silent (selective)."
                ),
            ]
            var results = [longer]
            // Square searches in L∞.
            if budget.norm == .linf {
                let square = try stages.result(.square, budget, images: count)
                results.append(square)
                proofs.append(
                    AuditReport.Proof(
                        "An attack without gradients does no better", within: budget,
                        holds: AuditReport.Proof.isNothingNew(gain(square)),
                        sentence(
                            "Square on guard and classifier together, \(profile.queries) queries",
                            square)))
            }
            if let surrogate = audit.surrogate {
                let transfer = try stages.result(.transfer(surrogate), budget, images: count)
                results.append(transfer)
                proofs.append(
                    AuditReport.Proof(
                        "What passes another guard does no better here", within: budget,
                        holds: AuditReport.Proof.isNothingNew(gain(transfer)),
                        sentence("the selective attack on a guard of another seed", transfer)))
            }
            (self.proofs, self.results, self.farther) = (proofs, results, farther)
        }
    }
}
