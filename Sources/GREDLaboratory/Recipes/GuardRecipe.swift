import GRED
import GREDClassifiers
import LibTorch

/// From a classifier to its guard and to what that was measured to do.
public protocol GuardRecipe {
    /// What training and the attacks' searches compute in.
    var precision: Precision { get set }

    /// Says what ``protect(_:data:bench:)`` is going to do, and ``evaluate(_:of:on:bench:)`` where the guard
    /// is to be measured, and about how long it takes.
    /// - Throws: what would keep the guard from being trained, as far as that can be told.
    func sayPlan(
        for classifier: any TunableClassifier, on data: DataSet, isMeasured: Bool, bench: Workbench
    ) throws

    /// Trains a guard on `guard`.
    func protect(_ classifier: any TunableClassifier, data: DataSet, bench: Workbench) throws
        -> Guard

    /// Measures a guard on `test`, which it has never seen.
    func evaluate(
        _ sentry: Guard, of classifier: any TunableClassifier, on data: DataSet, bench: Workbench
    ) throws -> GuardEvaluation.Findings

    /// How the guard was trained, a sentence each, for its bundle.
    func trainingDescription(
        of classifier: any TunableClassifier, on data: DataSet, bench: Workbench
    ) throws -> [String]
}

extension Recipe: GuardRecipe {}
extension UniversalRecipe: GuardRecipe {}
