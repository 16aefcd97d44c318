import GREDClassifiers
import LibTorch

/// An attack that is tried several times with other random numbers; each image keeps its own best.
///
/// The first try is the attack itself, try r the attack with the seed r higher, so the successes are
/// the union of those of single runs. A bounded attack tries again only those images that it has not
/// turned; a minimum-norm attack tries all again and keeps the shortest perturbation.
public struct Restarted<Base: Attack>: Attack {
    /// The attack.
    public var base: Base
    /// How often it is tried, the first time included.
    public var restarts: Int

    /// Names both; see ``Attack/restarted(_:)``.
    public init(_ base: Base, restarts: Int) {
        self.base = base
        self.restarts = restarts
    }

    public var name: String { base.name }
    public static var canTarget: Bool { Base.canTarget }
    public static var isMinimumNorm: Bool { Base.isMinimumNorm }
    public var confidence: Double { base.confidence }
    public var levels: Int? { base.levels }
    public var expectedPasses: Int { base.expectedPasses * restarts }
    public var limits: [AttackSetting] {
        base.limits + [AttackSetting("restarts", restarts, atLeast: 1)]
    }
    public func withSteps(_ steps: Int) -> any Attack {
        base.withSteps(steps).restarted(restarts)
    }

    public func refined(_ batch: AttackBatch, from found: Tensor) throws -> Tensor? {
        try base.refined(batch, from: found)
    }

    public func shortened(_ batch: AttackBatch, from found: Tensor) throws -> Tensor? {
        try base.shortened(batch, from: found)
    }

    public func search(_ batch: AttackBatch) throws -> Tensor {
        var best = try base.perturb(batch)
        var reached = try batch.isReached(by: best, confidence: confidence).bools()
        for restart in 1..<max(restarts, 1) {
            let open = reached.indices.filter { Self.isMinimumNorm || !reached[$0] }
            guard !open.isEmpty else { break }
            let rest = try batch.rows(open).begun(seed: batch.seeds.seed &+ UInt64(restart))
            let again = try base.perturb(rest)
            let found = try rest.isReached(by: again, confidence: confidence).bools()
            let lengths = try (again - rest.images).rowNorms().floats()
            let before = try (best.rows(open) - rest.images).rowNorms().floats()
            let better = open.indices.filter { place in
                found[place] && (!reached[open[place]] || lengths[place] < before[place])
            }
            guard !better.isEmpty else { continue }
            best = try best.replacingRows(better.map { open[$0] }, with: again.rows(better))
            for place in better { reached[open[place]] = true }
        }
        return best
    }
}

extension Attack {
    /// The attack tried so many times, each image keeping its best; once is the attack itself.
    public func restarted(_ restarts: Int) -> any Attack {
        restarts == 1 ? self : Restarted(self, restarts: restarts)
    }
}
