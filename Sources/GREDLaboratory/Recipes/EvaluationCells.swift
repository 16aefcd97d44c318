import GREDAttacks
import GREDImages

/// The attacks that a universal guard is measured on.
enum EvaluationCells {
    /// Attacks of the families that guards train on.
    static func trainedOn(shape: ImageShape, count: Int) throws -> [AttackPlan] {
        let radius = AttackCatalogue.Budget.standard(for: shape).epsilon
        return try [0.5, 1].map { try AttackFamily.fgsm($0 * radius, count: count) }
            + [0.25, 1].map { try AttackFamily.pgd($0 * radius, steps: 20, count: count) }
            + [0.0, 4, 8, 14, 20].map { try AttackFamily.ddn($0, count: count) }
    }
}
