import GREDClassifiers
import LibTorch

/// Copies of a classifier to search on, fast rather than exact, while the classifier itself judges what
/// was found.
public struct SearchCopy {
    /// Says the same as the classifier, to float32 rounding.
    let exact: any Classifier
    /// Rounds so much that what it claims may not hold and what it resists may be possible; nil where
    /// nothing is to be coarse.
    let coarse: (any Classifier)?

    /// Freezes a classifier as it is now.
    /// - Parameter precision: of products in the copy that is searched on first.
    public init(of classifier: any Classifier, in precision: Precision = .float32) throws {
        exact = try classifier.frozen()
        coarse = precision == .float32 ? nil : try classifier.frozen(precision)
    }
}

extension Attack {
    /// As ``perturb(_:)``, searching on copies.
    ///
    /// What a coarse copy claims is looked at in float32, and what does not hold there, even refined, or was
    /// resisted, is searched for again on the exact one: nothing is lost that a search in float32 would find. A
    /// minimum-norm attack ends so near to the boundary that even the exact copy's rounding can be wrong
    /// about the side: the classifier itself judges it. A perturbation that fails is lengthened by a few
    /// per cent, and where that is of no use the classifier itself is searched on. What a coarse copy found
    /// and what holds may be shortened, where the attack knows how.
    ///
    /// An attack of one pass is made on the exact copy at once: looking at what a coarse one claims would
    /// cost more than it saves (FGSM on a VGG11, 128 images: 0.40 s against 0.35 s).
    public func perturb(_ batch: AttackBatch, searchingOn copy: SearchCopy) throws -> Tensor {
        let batch = try admitted(batch).begun()
        var found = batch.images
        var open = Array(0..<batch.count)
        if let coarse = copy.coarse, expectedPasses > 1 {
            found = try search(batch.begun(against: coarse))
            let judge = Self.isMinimumNorm ? batch : batch.begun(against: copy.exact)
            var (denied, resisted) = try settle(&found, among: open, in: judge)
            if !denied.isEmpty,
                let refined = try refined(
                    batch.rows(denied).begun(against: copy.exact), from: found.rows(denied))
            {
                found = try found.replacingRows(denied, with: refined)
                let still = try settle(&found, among: denied, in: judge)
                (denied, resisted) = (still.denied, resisted + still.resisted)
            }
            open = (denied + resisted).sorted()
            try shorten(&found, except: open, on: copy.exact, judgedBy: judge)
        }
        guard !open.isEmpty else { return found }
        found = try found.replacingRows(
            open, with: search(batch.rows(open).begun(against: copy.exact)))
        guard Self.isMinimumNorm else { return found }
        let (denied, _) = try settle(&found, among: open, in: batch)
        guard !denied.isEmpty else { return found }
        return try found.replacingRows(denied, with: search(batch.rows(denied).begun()))
    }

    /// Judges what was found and lengthens what falls short, where the attack looks for the shortest.
    /// - Returns: the places of what was claimed and does not hold, and of what was not claimed.
    private func settle(
        _ found: inout Tensor, among places: [Int], in batch: AttackBatch
    ) throws -> (denied: [Int], resisted: [Int]) {
        let judged = try batch.rows(places)
        let reached = try judged.isReached(by: found.rows(places), confidence: confidence).bools()
        let open = zip(places, reached).filter { !$1 }.map(\.0)
        guard Self.isMinimumNorm && !open.isEmpty else { return (open, []) }
        // Where a minimum-norm attack finds nothing, the image comes back as it was.
        let moved = try (found.rows(open) - batch.images.rows(open)).abs().rowMaxima().floats()
        let resisted = zip(open, moved).filter { !($1 > 0) }.map(\.0)
        let claimed = zip(open, moved).filter { $1 > 0 }.map(\.0)
        guard !claimed.isEmpty else { return ([], resisted) }
        let (lengthened, short) = try Rescaling(
            factors: Self.slightly, grid: onGrid, confidence: confidence
        ).applied(to: found.rows(claimed), in: batch.rows(claimed))
        found = try found.replacingRows(claimed, with: lengthened)
        return (short.map { claimed[$0] }, resisted)
    }

    /// Takes what the attack proposes in place of what holds, where that is adversarial and shorter.
    private func shorten(
        _ found: inout Tensor, except open: [Int], on exact: any Classifier,
        judgedBy judge: AttackBatch
    ) throws {
        let searched = Set(open)
        let places = (0..<judge.count).filter { !searched.contains($0) }
        guard !places.isEmpty else { return }
        let judge = try judge.rows(places)
        let before = try found.rows(places)
        guard let proposed = try shortened(judge.begun(against: exact), from: before) else {
            return
        }
        let (images, short) = try Rescaling(
            factors: [1, 1.01], grid: onGrid, confidence: confidence
        ).applied(to: proposed, in: judge)
        let lengths = try [before, images].map { try ($0 - judge.images).rowNorms().floats() }
        let denied = Set(short)
        let better = places.indices.filter {
            !denied.contains($0) && lengths[1][$0] < lengths[0][$0]
        }
        guard !better.isEmpty else { return }
        found = try found.replacingRows(better.map { places[$0] }, with: images.rows(better))
    }

    /// By how much a perturbation is lengthened that falls short.
    private static var slightly: [Double] { [1.002, 1.005, 1.01, 1.015, 1.02, 1.03, 1.05] }

    /// Within 0…1, and at the attack's own levels.
    private func onGrid(_ images: Tensor) throws -> Tensor {
        let inside = try images.clamped(min: 0, max: 1)
        guard let levels else { return inside }
        return try (inside * Double(levels - 1)).round() / Double(levels - 1)
    }
}
