import Foundation
import GRED

/// What a guard was measured to do: the content of `report.json`.
///
/// Rates are shares in 0…1; `…_interval`, where it stands beside one, is its 95% bounds (Wilson).
public struct EvaluationReport: Codable, Sendable {
    /// Where the figures come from.
    public struct Provenance: Codable, Sendable {
        /// The command as it was typed.
        public var command: String
        /// Of the attacks that were measured.
        public var seed: UInt64
        /// SHA-256 of the classifier's weights.
        public var classifier: String
        /// SHA-256 of the test images.
        public var testImages: String
        /// The version of libtorch that computed, without its build's suffix: `2.13.0`.
        public var libtorch: String
        /// Threads that libtorch was allowed on the CPU.
        public var threads: Int
        /// In libtorch's words: `cpu`, `cuda:0`.
        public var device: String
        /// What was made smaller or left out, a sentence each.
        public var notes: [String]
    }

    /// One attack against the guard. A stands for the images that f classifies rightly and whose
    /// rounded adversarial copy succeeds.
    public struct Attack: Codable, Sendable {
        /// The attack's name without its goal, such as `ddn`.
        public var name: String
        /// What tells it from other rows with the same attack, such as `κ 4`; empty where it is alone.
        public var variant: String
        /// Whether each image was given a class to be turned into.
        public var targeted: Bool
        /// The attack's settings.
        public var settings: [String: Double]
        /// Whether the detectors saw examples of this attack while they were trained.
        public var trainedOn: Bool
        /// The families that the measured guard was trained on, where it is one that was trained for
        /// this row alone; nil for the guard that the report is about.
        public var trainedOnFamilies: [String]?
        /// How many images were attacked, all of them classified rightly by f.
        public var attempted: Int
        /// How many of those that the attack did not turn have no gradient to follow: of them nothing was
        /// shown.
        public var withoutGradient: Int
        /// The share of attempted images that the attack turned, before rounding.
        public var attackSuccess: Double
        /// The lower and the upper bound of ``attackSuccess``.
        public var attackSuccessInterval: [Double]
        /// The same after rounding to 8 bits: what counts.
        public var attackSuccessRounded: Double
        /// |A|.
        public var samples: Int
        /// The median L2 norm of the perturbations that succeeded, for pixels in 0…1.
        public var medianL2: Double
        /// The same after rounding and the finishing step.
        public var medianL2Rounded: Double
        /// The mean of the two rates over A's clean and adversarial copies, by the guard's threshold.
        public var detectionAccuracy: Double
        /// The lower and the upper bound of ``detectionAccuracy``, over 2·|A| verdicts.
        public var detectionAccuracyInterval: [Double]
        /// The same as ``detectionAccuracy`` where CNN_org alone decides, in a guard of the paper's two networks.
        public var detectionAccuracyOrg: Double?
        /// The same rate where CNN_sen alone decides, in a guard of the paper's two networks.
        public var detectionAccuracySen: Double?
        /// The share of A's adversarial copies that is called adversarial, by the guard's threshold.
        public var flagged: Double
        /// The lower and the upper bound of ``flagged``.
        public var flaggedInterval: [Double]
        /// Of the guard's score: the log-odds of its detector, or of the one that Eq. 12 chose.
        public var auroc: Double
        /// The lower and the upper bound of ``auroc``; see ``ROC/aurocInterval``.
        public var aurocInterval: [Double]
        /// With the threshold that 1% of the `calibrate` images exceed.
        public var tprAt1PercentFpr: Double
        /// The lower and the upper bound of ``tprAt1PercentFpr``.
        public var tprAt1PercentFprInterval: [Double]
        /// With the threshold that 5% of the `calibrate` images exceed.
        public var tprAt5PercentFpr: Double
        /// The lower and the upper bound of ``tprAt5PercentFpr``.
        public var tprAt5PercentFprInterval: [Double]
        /// How often the label given back to an adversarial copy of A is right, detected or not.
        public var recoveredAccuracy: Double
        /// The lower and the upper bound of ``recoveredAccuracy``, over |A| copies.
        public var recoveredAccuracyInterval: [Double]
        /// The whole pipeline on both copies of A.
        public var guardedAccuracy: Double
        /// The lower and the upper bound of ``guardedAccuracy``, over 2·|A| answers.
        public var guardedAccuracyInterval: [Double]
        /// f alone on both copies of A: a half, by the definition of A.
        public var unguardedAccuracy: Double
        /// Of ℓ alone, one number that needs no detector.
        public var logScale: Baseline
        /// Of a logistic regression on ℓ, ln ‖G‖ and m/‖G‖, where the guard was made with one.
        public var scalars: Baseline?
        /// What each way back alone would have recovered, on every adversarial copy of A: `runner_up`,
        /// `noisy_runner_up` (where the guard makes noisy copies), `step_back` and `rectifier`, which a
        /// universal guard chooses between; `descent`, and f's own mean answer on masked copies
        /// (`masked_copies`) and on noisy ones (`noisy_copies`), which no guard asks for. Nil where A is
        /// empty.
        public var recoveredBy: [String: Double]?
        /// The lower and the upper bound of each of ``recoveredBy``, over |A| copies.
        public var recoveredByInterval: [String: [Double]]?
    }

    /// What a score that needs no detector sees of an attack, on the same images as the guard.
    public struct Baseline: Codable, Sendable {
        /// Over all thresholds.
        public var auroc: Double
        /// The lower and the upper bound of ``auroc``; see ``ROC/aurocInterval``.
        public var aurocInterval: [Double]
        /// With the threshold that 1% of the `calibrate` images exceed.
        public var tprAt1PercentFpr: Double
        /// The lower and the upper bound of ``tprAt1PercentFpr``.
        public var tprAt1PercentFprInterval: [Double]
        /// With the threshold that 5% of the `calibrate` images exceed.
        public var tprAt5PercentFpr: Double
        /// The lower and the upper bound of ``tprAt5PercentFpr``.
        public var tprAt5PercentFprInterval: [Double]
    }

    /// Clean images that were changed harmlessly.
    public struct Changed: Codable, Sendable {
        /// The change, such as `JPEG quality 75`.
        public var change: String
        /// How many images were changed: the first of the clean test images.
        public var images: Int
        /// The share of them that is called adversarial.
        public var flagged: Double
        /// The lower and the upper bound of ``flagged``.
        public var flaggedInterval: [Double]
        /// f's accuracy on them.
        public var accuracy: Double
        /// The lower and the upper bound of ``accuracy``.
        public var accuracyInterval: [Double]
        /// The accuracy with the guard in place.
        public var guardedAccuracy: Double
        /// The lower and the upper bound of ``guardedAccuracy``.
        public var guardedAccuracyInterval: [Double]
    }

    /// The name of the test set.
    public var dataset: String
    /// f's accuracy on all clean test images, without the guard.
    public var baseAccuracy: Double
    /// The lower and the upper bound of ``baseAccuracy``.
    public var baseAccuracyInterval: [Double]
    /// The share of all clean test images that are called adversarial, f's mistakes included.
    public var falsePositiveRate: Double
    /// The lower and the upper bound of ``falsePositiveRate``.
    public var falsePositiveRateInterval: [Double]
    /// The same over the clean test images that f classifies rightly.
    public var falsePositiveRateCorrect: Double
    /// The lower and the upper bound of ``falsePositiveRateCorrect``.
    public var falsePositiveRateCorrectInterval: [Double]
    /// By CNN_sen alone, in a guard of the paper's two networks.
    public var falsePositiveRateSen: Double?
    /// The share of clean images that was to be flagged, where the guard was calibrated.
    public var askedFalsePositiveRate: Double?
    /// The share of all clean test images above the threshold as it was before harmless changes raised
    /// it: what ``askedFalsePositiveRate`` was asked of. Nil where they did not.
    public var unraisedFalsePositiveRate: Double?
    /// The lower and the upper bound of ``unraisedFalsePositiveRate``.
    public var unraisedFalsePositiveRateInterval: [Double]?
    /// How many clean test images accuracies and false positives are counted on.
    public var cleanImages: Int
    /// f's accuracy on clean images with the guard in place.
    public var guardedCleanAccuracy: Double
    /// The lower and the upper bound of ``guardedCleanAccuracy``.
    public var guardedCleanAccuracyInterval: [Double]
    /// What the guard costs on the machine that measured.
    public var cost: GuardCost
    /// Harmlessly changed images; empty where none were looked at.
    public var changed: [Changed]
    /// One an attack, in the order in which they were planned.
    public var attacks: [Attack]
    /// What is needed to get the same figures again.
    public var provenance: Provenance

    /// The headline of the report, for a bundle's model card.
    public var figures: GuardFigures {
        GuardFigures(
            data: dataset, cleanImages: cleanImages,
            accuracy: .init(baseAccuracy, interval: baseAccuracyInterval),
            guardedAccuracy: guardedCleanAccuracy,
            falsePositives: .init(falsePositiveRate, interval: falsePositiveRateInterval),
            // A share of nothing is no number, which JSON cannot hold.
            attacks: attacks.filter { $0.samples > 0 }.map {
                .init(
                    title: $0.title, images: $0.samples,
                    flagged: .init($0.flagged, interval: $0.flaggedInterval),
                    recovered: .init(
                        $0.recoveredAccuracy, interval: $0.recoveredAccuracyInterval))
            })
    }

    /// The report as JSON, keys in snake case; `null` where there is no number.
    public func json() throws -> Data { try ReportJSON.data(of: self) }
}
