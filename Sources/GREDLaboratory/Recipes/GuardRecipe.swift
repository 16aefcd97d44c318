import GRED
import GREDClassifiers
import LibTorch

/// From a classifier to its guard and to what that was measured to do.
public protocol GuardRecipe {
    /// What training and the attacks' searches compute in.
    var precision: Precision { get set }

    /// Trains a guard on `guard`.
    func protect(_ classifier: any TunableClassifier, data: DataSet, bench: Workbench) throws
        -> Guard

    /// Measures a guard on `test`, which it has never seen.
    func evaluate(
        _ sentry: Guard, of classifier: any TunableClassifier, on data: DataSet, bench: Workbench
    ) throws -> GuardEvaluation.Findings

    /// How the guard was trained, a sentence each, for its bundle.
    func trainingDescription(on data: DataSet, bench: Workbench) throws -> [String]
}

extension Recipe: GuardRecipe {}
extension UniversalRecipe: GuardRecipe {}
