import Foundation

/// From which log-odds on an image is taken for adversarial, and where that came from.
public struct Threshold: Sendable, Hashable, Codable {
    /// In nats: an image whose log-odds are above it is taken for adversarial.
    public var logOdds: Float
    /// The share of clean images that was to be flagged, above 0 and below 1; nil where nothing was
    /// calibrated.
    public var falsePositiveRate: Double?
    /// The clean images whose scores set it.
    public var images: Int
    /// What ``logOdds`` would be by clean images alone; nil where harmless changes of them did not raise
    /// it.
    public var unraised: Float?

    /// The paper's rule: benign when p⁺ ≥ p⁻ (§3.1). Nobody knows what it flags.
    public static let evenOdds = Threshold(logOdds: 0, falsePositiveRate: nil, images: 0)

    init(logOdds: Float, falsePositiveRate: Double?, images: Int, unraised: Float? = nil) {
        self.logOdds = logOdds
        self.falsePositiveRate = falsePositiveRate
        self.images = images
        self.unraised = unraised
    }

    /// The least threshold that flags at most a share of clean images like these.
    ///
    /// With n scores and the rate r it is the ⌈(n + 1)(1 − r)⌉-th smallest: the share of further
    /// images of the kind that it flags is at most r on average over such calibrations (split
    /// conformal prediction; Vovk et al. 2005).
    /// - Parameters:
    ///   - rate: above 0 and below 1.
    ///   - scores: the log-odds of clean images on which nothing was trained; all of them, the
    ///     classifier's mistakes too. A NaN counts as the highest score.
    /// - Throws: ``CalibrationFault`` where so few images cannot resolve the rate.
    public init(falsePositiveRate rate: Double, over scores: [Float]) throws {
        try self.init(falsePositiveRate: rate, overRenditions: [scores])
    }

    /// The same over several renditions of each image, such as mirrored ones or those under another key: a
    /// few images decide where the threshold is, and what chance does to each of them evens out.
    ///
    /// They resolve no finer rate than the images alone.
    /// - Parameters:
    ///   - renditions: the scores of the same images, rendition by rendition; at least one.
    ///   - changed: the scores of the same images after harmless changes, one change after another: the
    ///     threshold is raised until it flags at most twice the share of each, as long as three quarters of
    ///     the share of the images themselves stay flagged: whoever asks for a rate is to get about that.
    public init(
        falsePositiveRate rate: Double, overRenditions renditions: [[Float]],
        changed: [[Float]] = []
    ) throws {
        guard rate > 0, rate < 1 else { throw CalibrationFault.rate(rate) }
        let images = renditions.map(\.count).min() ?? 0
        guard let clean = Self.leastScore(flagging: rate, of: renditions) else {
            throw CalibrationFault.tooFine(rate: rate, images: images)
        }
        let others = changed.compactMap { Self.leastScore(flagging: 2 * rate, of: [$0]) }
        let highest = Self.leastScore(flagging: 0.75 * rate, of: renditions) ?? clean
        let raised = min(others.reduce(clean, max), highest)
        self.init(
            // An infinity could not be written as JSON.
            logOdds: min(raised, .greatestFiniteMagnitude), falsePositiveRate: rate,
            images: images, unraised: raised > clean ? clean : nil)
    }

    /// The score that at most a share of images like these exceeds; nil where they cannot resolve it.
    private static func leastScore(flagging rate: Double, of renditions: [[Float]]) -> Float? {
        let images = renditions.map(\.count).min() ?? 0
        let place = Int((Double(images + 1) * (1 - rate)).rounded(.up))
        guard place <= images else { return nil }
        let ordered = renditions.joined().map { $0.isNaN ? .infinity : $0 }.sorted()
        return rate < 1 ? ordered[max(place * renditions.count, 1) - 1] : -.infinity
    }

    /// Whether an image of these log-odds is taken for adversarial. A score that is no number does not
    /// pass for benign.
    public func isExceeded(by logOdds: Float) -> Bool { !(logOdds <= self.logOdds) }
}

/// A false-positive rate that cannot be calibrated.
public enum CalibrationFault: Error, Equatable, CustomStringConvertible {
    /// No rate between 0 and 1.
    case rate(Double)
    /// So many clean images cannot tell such a rate from 0.
    case tooFine(rate: Double, images: Int)

    public var description: String {
        switch self {
        case .rate(let rate):
            "A false-positive rate lies between 0 and 1, and \(rate) is asked for: 0.01 flags one clean image in a hundred."
        case .tooFine(let rate, let images):
            "A false-positive rate of \(rate) cannot be calibrated on \(images) clean images, whose finest is \(Self.finest(images)): ask for a higher rate, or give more images."
        }
    }

    private static func finest(_ images: Int) -> String {
        let rate = 1 / Double(images + 1)
        let digits = 1 - Int(log10(rate).rounded(.down))
        return String(format: "%.\(digits)f", rate)
    }
}
