import GREDAttacks
import GREDCharts
import GREDImages

/// What a universal guard is measured on.
package enum EvaluationCells {
    /// Three quarters of as many images as an attack is tried on are to be turned by it: a weak attack is
    /// tried on more, so that its figures are not less certain than the others'.
    private static func wanting(_ count: Int, _ plans: [AttackPlan]) -> [AttackPlan] {
        plans.map { plan in
            var plan = plan
            plan.wanted = count * 3 / 4
            return plan
        }
    }

    /// Attacks of a family that guards train on.
    package static func family(_ family: AttackFamily, shape: ImageShape, count: Int) throws
        -> [AttackPlan]
    {
        let radius = AttackCatalogue.Budget.standard(for: shape).epsilon
        switch family {
        case .nearBoundary:
            return try wanting(
                count, [0.0, 4, 8, 14, 20].map { try AttackFamily.ddn($0, count: count) })
        case .farPast:
            return try wanting(
                count,
                [0.5, 1].map { try AttackFamily.fgsm($0 * radius, count: count) }
                    + [0.25, 1].map { try AttackFamily.pgd($0 * radius, steps: 20, count: count) })
        }
    }

    /// Attacks that no guard trains on.
    package static func neverTrainedOn(shape: ImageShape, count: Int) throws -> [AttackPlan] {
        let budget = AttackCatalogue.Budget.standard(for: shape)
        // The searches are the costliest of all, so they are tried on fewer images.
        let few = max(count * 4 / 5, 1)
        let isGrey = shape.channels == 1
        let cw = try [0.0, 5, 10].map { confidence in
            try AttackPlan(
                CW(
                    searchSteps: 3, iterations: 100, learningRate: isGrey ? 0.1 : 0.01,
                    initialConstant: isGrey ? 1 : 0.1, confidence: confidence),
                variant: confidence.asConfidence, count: few)
        }
        let others = try [
            AttackPlan(
                PGDL2(
                    epsilon: budget.l2Epsilon, stepSize: 2.5 * budget.l2Epsilon / 20, steps: 20),
                variant: "L2 \(budget.l2Epsilon)", count: count),
            AttackPlan(FAB(steps: 50), count: few),
            AttackPlan(
                Square(epsilon: budget.epsilon, queries: 1_000), variant: budget.epsilon.asRadius,
                count: few),
        ]
        return try wanting(count, [AttackPlan(DeepFool(), count: count)] + cw + others)
    }

    /// What the report must say of the attacks: on how many images they are tried, and where they may do less
    /// than their defaults.
    package static func notes(count: Int, withUnseen: Bool) -> String {
        "Each attack is tried on \(Figure.count(count)) images, and where it turns fewer than \(Figure.count(count * 3 / 4)), on up to five times as many."
            + (withUnseen
                ? " CW (3 × 100 steps), FAB (50 steps) and Square (1,000 queries) begin with four fifths of those, and search less long than they may."
                : "")
    }

    /// Changes that befall images without malice.
    package static func corruptions(of shape: ImageShape) -> [Corruption] {
        // Noise of the same strength a pixel, whatever the size of the image.
        let scale = (Double(shape.count) / 3072).squareRoot()
        func noise(_ l2: Double) -> Corruption {
            .noise(l2: (l2 * scale * 1000).rounded() / 1000)
        }
        let jpeg: [Corruption] = [1, 3].contains(shape.channels) ? [.jpeg(quality: 75)] : []
        return [noise(0.4), noise(1)] + jpeg + [.blur(sigma: 0.5), .shift(right: 1, down: 0)]
    }
}
