import Foundation

/// What a guard was measured to do: the content of `report.json`.
///
/// Rates are shares in 0…1; beside each stands `…_interval`, its 95% bounds (Wilson).
public struct EvaluationReport: Codable, Sendable {
    /// Where the figures come from.
    public struct Provenance: Codable, Sendable {
        public var command: String
        public var seed: UInt64
        /// SHA-256 of the classifier's weights.
        public var classifier: String
        /// SHA-256 of the test images.
        public var testImages: String
        public var libtorch: String
        public var threads: Int
        public var device: String
        /// What was made smaller or left out, a sentence each.
        public var notes: [String]
    }

    /// A share with its 95% bounds and the sample's size.
    public struct Rate: Codable, Sendable, Hashable {
        public var value: Double
        public var interval: [Double]
        public var count: Int
    }

    /// One attack against the guard. A stands for the images that f classifies rightly and whose
    /// rounded adversarial copy succeeds.
    public struct Attack: Codable, Sendable {
        public var name: String
        public var targeted: Bool
        /// The attack's settings.
        public var settings: [String: Double]
        /// Whether the detectors saw examples of this attack while they were trained.
        public var trainedOn: Bool
        public var attempted: Int
        /// The share of attempted images that the attack turned, before rounding.
        public var attackSuccess: Double
        public var attackSuccessInterval: [Double]
        /// The same after rounding to 8 bits: what counts.
        public var attackSuccessRounded: Double
        /// |A|.
        public var samples: Int
        /// The median L2 norm of the perturbations that succeeded, for pixels in 0…1.
        public var medianL2: Double
        /// The same after rounding and the finishing step.
        public var medianL2Rounded: Double
        /// The mean of the two rates over A's clean and adversarial copies, by p⁺ ≥ p⁻.
        public var detectionAccuracy: Double
        public var detectionAccuracyInterval: [Double]
        public var detectionAccuracyOrg: Double
        public var detectionAccuracySen: Double
        /// Of the score p⁻ of the network that Eq. 12 chose.
        public var auroc: Double
        /// With the threshold that 1% of the `calibrate` images exceed.
        public var tprAt1PercentFpr: Double
        public var tprAt5PercentFpr: Double
        /// f_rec on every adversarial copy of A, detected or not.
        public var recoveredAccuracy: Double
        public var recoveredAccuracyInterval: [Double]
        /// The whole pipeline on both copies of A.
        public var guardedAccuracy: Double
        /// f alone on both copies of A: a half, by the definition of A.
        public var unguardedAccuracy: Double
        /// AUROC of ℓ alone, one number that needs no detector: the baseline.
        public var aurocOfLogScale: Double
    }

    public var dataset: String
    public var baseAccuracy: Double
    public var baseAccuracyInterval: [Double]
    /// The share of all clean test images that are called adversarial, f's mistakes included.
    public var falsePositiveRate: Double
    public var falsePositiveRateInterval: [Double]
    /// By CNN_sen alone.
    public var falsePositiveRateSen: Double
    public var cleanImages: Int
    /// f's accuracy on clean images with the guard in place.
    public var guardedCleanAccuracy: Double
    public var attacks: [Attack]
    public var provenance: Provenance

    /// The report as JSON, keys in snake case; `null` where there is no number.
    public func json() throws -> Data { try ReportJSON.data(of: self) }
}
