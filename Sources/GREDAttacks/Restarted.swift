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
    public var expectedPasses: Int { base.expectedPasses * restarts }
    public var limits: [AttackSetting] {
        base.limits + [AttackSetting("restarts", restarts, atLeast: 1)]
    }
    public func withSteps(_ steps: Int) -> any Attack {
        base.withSteps(steps).restarted(restarts)
    }

    public func perturb(
        _ images: Tensor, towards goal: Goal, against classifier: any Classifier, seeds: ImageSeeds
    ) throws -> Tensor {
        try checkSettings()
        var best = try base.perturb(images, towards: goal, against: classifier, seeds: seeds)
        var reached = try goal.isReached(in: classifier.logits(of: best)).bools()
        for restart in 1..<max(restarts, 1) {
            let open = reached.indices.filter { Self.isMinimumNorm || !reached[$0] }
            guard !open.isEmpty else { break }
            let again = try base.perturb(
                images.rows(open), towards: goal.rows(open), against: classifier,
                seeds: ImageSeeds(
                    seed: seeds.seed &+ UInt64(restart), indices: open.map { seeds.indices[$0] }))
            let found = try goal.rows(open).isReached(in: classifier.logits(of: again)).bools()
            let lengths = try (again - images.rows(open)).rowNorms().floats()
            let before = try (best - images).rowNorms().floats()
            let better = open.indices.filter { place in
                found[place]
                    && (!reached[open[place]] || lengths[place] < before[open[place]])
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
