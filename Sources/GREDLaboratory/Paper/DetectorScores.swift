import Foundation
import GRED
import GREDClassifiers
import LibTorch

/// A column of the per-image scores. Scores of detectors are log-odds: positive says adversarial.
public enum ScoreColumn: String, Sendable, Codable, CaseIterable {
    /// DET_org reads the image.
    case org = "det_org"
    /// DET_sal reads the saliency of middle layers.
    case sal = "det_sal"
    /// DET_IS reads the raw sensitivity: the paper's form.
    case raw = "det_is"
    /// DET_IS in our form reads it on a logarithmic scale.
    case log = "det_is_ours"
    /// ℓ less the threshold that fits the training examples best, with the sign that fits.
    case scale = "scale_alone"
    /// A logistic regression on ℓ, ln ‖G‖ and m/‖G‖.
    case scalars = "three_numbers"
    /// A guard's log-odds less its threshold: one guard for all attacks.
    case universal
    /// ln ‖S‖₂ (Fig. 2).
    case logNorm = "log_norm"
    /// ℓ in nats.
    case logScale = "log_scale"
    /// The generalised distance to the nearest hyperplane (Eq. 5); missing where f's last layer is not
    /// linear.
    case distance
}

/// What was found of some images, one number an image in each column, with four significant digits:
/// tables are made from what is kept, so that anyone can make them again.
public struct ScoreColumns: Sendable, Codable {
    /// As many in each column as there are images.
    public private(set) var columns: [String: [Float]]

    init(_ columns: [ScoreColumn: [Float]]) {
        self.columns = Dictionary(
            uniqueKeysWithValues: columns.map { ($0.rawValue, $1.map(Self.fourDigits)) })
    }

    /// The numbers of a column; nil where nothing was found of it.
    public subscript(_ column: ScoreColumn) -> [Float]? { columns[column.rawValue] }

    /// Takes the columns of the same images from others.
    mutating func add(_ others: ScoreColumns) {
        columns.merge(others.columns) { _, other in other }
    }

    /// The number of images.
    public var count: Int { columns.values.first?.count ?? 0 }

    /// A number with four significant digits.
    static func fourDigits(_ value: Float) -> Float { Float(text(value)) ?? value }

    static func text(_ value: Float) -> String { String(format: "%.4g", value) }
}

/// What all detectors of an attack say of its images and of their controls, in one rendition.
public struct DetectorScores: Sendable, Codable {
    /// Images that were attacked, all of them classified rightly by f.
    public var attempted: Int
    /// The clean originals of those that the attack turned.
    public var clean: ScoreColumns
    /// Their adversarial copies.
    public var adversarial: ScoreColumns
    /// The clean originals with Gaussian noise of each one's own L2 perturbation: a detector that
    /// flags these has learnt to see noise.
    public var noise: ScoreColumns
    /// The median L2 norm of the perturbations, for pixels in 0…1.
    public var medianL2: Double

    /// n, the images that the attack turned.
    public var turned: Int { adversarial.count }
}

extension PaperSetting {
    private struct ScoresConfiguration: Encodable {
        var version = 3
        var training: Scope
        var test: Scope
        var rendition: Rendition
        var detectorWidth: Double
        var plan: TrainingPlan
        var hasLayers: Bool
    }

    private struct SentryConfiguration: Encodable {
        var version = 1
        var test: Scope
        var rendition: Rendition
        var sentry: String
    }

    /// What the detectors of an attack say of its test images, and the guard for all attacks where there is
    /// one: in a stage of its own, so that a guard may come later.
    func scores(_ attack: PaperAttack, _ rendition: Rendition) throws -> DetectorScores {
        let test = try scope(attack, isTest: true)
        let configuration = ScoresConfiguration(
            training: try scope(attack), test: test, rendition: rendition,
            detectorWidth: profile.detectorWidth,
            plan: profile.plan(epochs: profile.detectorEpochs, seed: bench.seed),
            hasLayers: layered != nil)
        var scores = try bench.figures(of: "paper-scores", configuration) {
            let detectors = try detectors(attack, rendition)
            return try judged(attack, rendition) { try detectors.scores(of: $0, in: self) }
        }
        guard let sentry else { return scores }
        let verdicts = try bench.figures(
            of: "paper-sentry-scores",
            SentryConfiguration(test: test, rendition: rendition, sentry: sentry.identity)
        ) {
            try judged(attack, rendition) {
                ScoreColumns([.universal: try sentry.scores(of: $0)])
            }
        }
        scores.clean.add(verdicts.clean)
        scores.adversarial.add(verdicts.adversarial)
        scores.noise.add(verdicts.noise)
        return scores
    }

    /// What somebody says of an attack's test images, of their originals and of the noise control.
    private func judged(
        _ attack: PaperAttack, _ rendition: Rendition, by judge: (Tensor) throws -> ScoreColumns
    ) throws -> DetectorScores {
        let record = try testRecord(attack)
        let turned = try TurnedImages(record, rendition)
        let clean = try turned.originals.toUnit()
        let adversarial = try turned.adversarial.toUnit()
        let norms = try (adversarial - clean).rowNorms().floats()
        var noisy = try Self.noisy(clean, norms: norms, seed: bench.seed)
        if rendition == .rounded { noisy = try (noisy * 255).round() / 255 }
        func scores(_ images: Tensor) throws -> ScoreColumns {
            try judge(images.to(classifier.device))
        }
        return DetectorScores(
            attempted: record.count, clean: try scores(clean),
            adversarial: try scores(adversarial), noise: try scores(noisy),
            medianL2: Statistics.median(norms) ?? .nan)
    }

    /// Images with Gaussian noise, each of the L2 norm that it is given, within 0…1.
    static func noisy(_ images: Tensor, norms: [Float], seed: UInt64) throws -> Tensor {
        let size = images.count / max(norms.count, 1)
        let noise = try Tensor(
            norms.indices.flatMap { index in
                var stream = RandomStream(seed: seed, purpose: "noise control", index: index)
                return stream.normals(size)
            }, shape: images.shape
        ).to(images.device)
        let wanted = try Tensor(norms).to(images.device)
        var scale = try wanted / noise.rowNorms()
        var result = images
        // What 0…1 cuts off is made up for by more of the rest.
        for _ in 0..<4 {
            result = try (images + noise * scale.perRow(rank: 4)).clamped(min: 0, max: 1)
            scale = try scale * (wanted / (result - images).rowNorms().clamped(min: 1e-12))
        }
        return result
    }
}
