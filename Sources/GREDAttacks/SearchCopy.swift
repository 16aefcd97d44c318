import GREDClassifiers
import LibTorch

/// A copy of a classifier to search on, fast rather than exact, while the classifier itself judges
/// what was found.
public struct SearchCopy {
    let classifier: any Classifier
    /// Whether it rounds so much that what it resists may still be possible.
    let isCoarse: Bool

    /// Freezes a classifier as it is now.
    /// - Parameter precision: of products in the copy.
    public init(of classifier: any Classifier, in precision: Precision = .float32) throws {
        self.classifier = try classifier.frozen(precision)
        isCoarse = precision != .float32
    }
}

extension Attack {
    /// As ``perturb(_:)``, searching on a copy. Every claim is judged by the batch's own classifier.
    ///
    /// The copy rounds otherwise, so that what lies just past its boundary may lie just before the
    /// classifier's. A minimum-norm perturbation that fails there is lengthened by a few per cent;
    /// what still fails is searched for again on the classifier itself, and so is, where the copy is
    /// coarse, what it resisted. So nothing is lost that a search on the classifier would find.
    public func perturb(_ batch: AttackBatch, searchingOn copy: SearchCopy) throws -> Tensor {
        try check(batch)
        let batch = batch.begun()
        let trial = batch.begun(against: copy.classifier)
        var found = try search(trial)
        let open = try (.!batch.isReached(by: found, confidence: confidence)).positions()
        guard !open.isEmpty else { return found }
        let claims = try claims(to: found.rows(open), in: trial.rows(open))
        var denied = zip(open, claims).filter(\.1).map(\.0)
        if Self.isMinimumNorm && !denied.isEmpty {
            let (lengthened, still) = try Lengthening(
                factors: Self.slightly, grid: onGrid, confidence: confidence
            ).applied(to: found.rows(denied), in: batch.rows(denied))
            found = try found.replacingRows(denied, with: lengthened)
            denied = still.map { denied[$0] }
        }
        let resisted = zip(open, claims).filter { !$1 }.map(\.0)
        let rest = (copy.isCoarse ? denied + resisted : denied).sorted()
        guard !rest.isEmpty else { return found }
        return try found.replacingRows(rest, with: search(batch.rows(rest).begun()))
    }

    /// Which of these the search took for adversarial.
    private func claims(to found: Tensor, in trial: AttackBatch) throws -> [Bool] {
        guard Self.isMinimumNorm else {
            return try trial.isReached(by: found, confidence: confidence).bools()
        }
        // Where a minimum-norm attack finds nothing, the image comes back as it was.
        return try (found - trial.images).abs().rowMaxima().floats().map { $0 > 0 }
    }

    /// By how much a perturbation is lengthened that the classifier denies.
    private static var slightly: [Double] { [1.002, 1.005, 1.01, 1.015, 1.02, 1.03, 1.05] }

    /// Within 0…1, and at the attack's own levels.
    private func onGrid(_ images: Tensor) throws -> Tensor {
        let inside = try images.clamped(min: 0, max: 1)
        guard let levels else { return inside }
        return try (inside * Double(levels - 1)).round() / Double(levels - 1)
    }
}
