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

        /// How much better the other means may do, in images that pass.
        private static let tolerance = 0.05

        /// - Parameter tried: what all attacks made of the images, those that follow strategies after the
        ///   first, in their order.
        init(
            _ stages: Stages, _ budget: AttackBudget, _ tried: [Result], _ threshold: Float,
            of audit: Audit
        ) throws {
            let profile = audit.profile
            let count = min(profile.probedImages, profile.images)
            func passes(_ result: Result) -> [Double] {
                Array(result.passes(threshold).prefix(count))
            }
            let all = tried.map(passes)
            let before = (all.first ?? []).indices.map { image in
                all.map { $0[image] }.max() ?? 0
            }
            /// The mean over the images, by how much more passes now.
            func gain(_ result: Result) -> Double {
                Statistics.mean(zip(passes(result), before).map { max(0, $0 - $1) })
            }
            func percent(_ result: Result) -> String {
                Figure.percent(Statistics.mean(passes(result)))
            }
            let strategies = Array(AdaptiveAttack.Strategy.allCases)
            let best =
                strategies.indices.max {
                    Statistics.mean(all[$0 + 1]) < Statistics.mean(all[$1 + 1])
                } ?? 0
            let strategy = strategies[best]
            let so = "of \(before.count) images, \(Figure.percent(Statistics.mean(before))) before"

            let far = AttackBudget(
                budget.norm, budget.norm == .linf ? min(budget.radius * 8, 1) : budget.radius * 8)
            let everywhere = try stages.result(.adaptive(strategy), far, images: count)
            let longer = try stages.result(.longer(strategy), budget, images: count)
            let trace = (tried.dropFirst().first?.trace ?? []).filter(\.isFinite)
            let tenth = max(trace.count / 10, 1)
            let (first, last) = (
                Statistics.mean(trace.prefix(tenth).map { Double($0) }),
                Statistics.mean(trace.suffix(tenth).map { Double($0) })
            )
            var proofs = [
                AuditReport.Proof(
                    "Success grows with the radius to 100%", within: budget,
                    holds: Statistics.mean(passes(everywhere)) >= 0.95,
                    "SR@1 of \(strategy.rawValue) within \(far.title): \(percent(everywhere)); within \(budget.title), all attacks, \(so)."
                ),
                AuditReport.Proof(
                    "Twice the steps change nothing", within: budget,
                    holds: gain(longer) <= Self.tolerance,
                    "SR@1 of \(strategy.rawValue) with \(2 * profile.steps) steps: \(percent(longer)), \(so); new: \(Figure.percent(gain(longer)))."
                ),
                AuditReport.Proof(
                    "The search gets somewhere", within: budget,
                    holds: trace.isEmpty || last < first,
                    trace.isEmpty
                        ? "f was never wrong on the way."
                        : "Where f is wrong, the median log-odds go from \(Figure.fixed(first, digits: 2)) to \(Figure.fixed(last, digits: 2)) (selective, first and last tenth); the guard is silent up to \(Figure.fixed(Double(threshold), digits: 2))."
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
                        holds: gain(square) <= Self.tolerance,
                        "SR@1 of Square on guard and classifier together, \(profile.queries) queries: \(percent(square)), \(so); new: \(Figure.percent(gain(square)))."
                    ))
            }
            if let surrogate = audit.surrogate {
                let transfer = try stages.result(.transfer(surrogate), budget, images: count)
                results.append(transfer)
                proofs.append(
                    AuditReport.Proof(
                        "What passes another guard does no better here", within: budget,
                        holds: gain(transfer) <= Self.tolerance,
                        "SR@1 of the selective attack on a guard of another seed: \(percent(transfer)), \(so); new: \(Figure.percent(gain(transfer)))."
                    ))
            }
            (self.proofs, self.results) = (proofs, results)
        }
    }
}
