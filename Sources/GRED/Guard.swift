import GREDClassifiers
import LibTorch

/// What the guard says of one image.
public struct Verdict: Sendable, Hashable, Codable {
    /// Whether the image is taken for adversarial: p⁺ < p⁻ (paper, §3.1).
    public var isAdversarial: Bool
    /// p⁻ of the detector that decided (Eq. 12).
    public var adversarialProbability: Float
    /// ln(p⁻/p⁺) of the same detector: tells apart what p⁻ near 0 or 1 no longer can.
    public var logOdds: Float
    /// p⁻ of CNN_org and its entropy in bits (Eqs. 8, 11).
    public var org: Part
    /// p⁻ of CNN_sen and its entropy in bits (Eqs. 9, 11).
    public var sen: Part
    /// The label of the guarded classifier.
    public var label: Int
    /// The label of the rectifier; nil where it was not asked.
    public var recoveredLabel: Int?

    /// What one detector thinks.
    public struct Part: Sendable, Hashable, Codable {
        /// p⁻ of this detector, in 0…1 (Eqs. 8 and 9).
        public var adversarialProbability: Float
        /// ln(p⁻/p⁺) of this detector, in nats; positive where it says adversarial.
        public var logOdds: Float
        /// In bits (Eq. 11).
        public var entropy: Float

        /// The paper's rule: benign when p⁺ ≥ p⁻. A logit that is no number does not pass for
        /// benign.
        public var isAdversarial: Bool { !(logOdds <= 0) }
    }

    /// The label that the guard answers with: the classifier's for a benign image, the recovered
    /// one for an adversarial.
    public var answer: Int { isAdversarial ? recoveredLabel ?? label : label }
}

/// A batch of images, inspected.
public struct Inspection {
    /// One an image.
    public let verdicts: [Verdict]
    /// What CNN_sen and the masks went by (Eq. 1), in the images' order.
    public let sensitivity: InputSensitivity
    /// A masked copy of each image (Eq. 14); where the rectifier was not asked, the image itself.
    public let masked: Tensor
}

/// GRED: guards a classifier without touching it (paper, Fig. 1).
///
///     let sentry = try GuardBundle.read(folder)
///     for verdict in try sentry.inspect(images).verdicts { print(verdict.answer) }
public final class Guard {
    /// What is guarded; the guard calls it and takes its gradients, and never changes its weights.
    public let classifier: any Classifier
    /// CNN_org, which reads the image (Eq. 8).
    public let org: Detector
    /// CNN_sen, which reads the input sensitivity (Eq. 9).
    public let sen: Detector
    /// Asked for the labels of adversarial images (paper, §3.2).
    public let rectifier: Rectifier
    /// The deployment's secret, on which the rectifier's masks depend.
    public let key: GuardKey

    /// Joins trained parts as they are; none is copied or moved to a device.
    /// - Parameter key: the published one makes the masks repeatable, for an attacker too.
    public init(
        classifier: any Classifier, org: Detector, sen: Detector, rectifier: Rectifier,
        key: GuardKey = .published
    ) {
        self.classifier = classifier
        self.org = org
        self.sen = sen
        self.rectifier = rectifier
        self.key = key
    }

    /// For which images the rectifier is asked, which costs as many passes as it makes copies.
    public enum Recovery: Sendable {
        /// Every image, so that each verdict has a recovered label.
        case ofAll
        /// The images called adversarial; the others' recovered label is nil.
        case ofFlagged
    }

    /// Inspects images.
    /// - Parameter images: `[N, C, H, W]` in 0…1.
    /// - Throws: `InputFault` for images that the classifier cannot take.
    public func inspect(_ images: Tensor, recovery: Recovery = .ofAll) throws -> Inspection {
        let images = try classifier.admitted(images)
        let sensitivity = try classifier.inputSensitivity(of: images)
        let org = try org.judge(images: images, sensitivity: sensitivity)
        let sen = try sen.judge(images: images, sensitivity: sensitivity)
        let joined = try EntropyFusion.joined(org: org, sen: sen).opinion
        let parts = (
            joined: try Self.parts(joined), org: try Self.parts(org), sen: try Self.parts(sen)
        )
        let labels = try sensitivity.labels.ints()
        let flagged = parts.joined.indices.filter {
            recovery == .ofAll || parts.joined[$0].isAdversarial
        }
        var recoveredLabels = [Int?](repeating: nil, count: labels.count)
        var masked = images
        if !flagged.isEmpty {
            let recovered = try rectifier.recover(
                images.rows(flagged), sensitivity: sensitivity.rows(flagged), key: key)
            for (place, label) in zip(flagged, try recovered.labels.ints()) {
                recoveredLabels[place] = label
            }
            masked = try images.replacingRows(flagged, with: recovered.masked)
        }
        let verdicts = labels.indices.map { index in
            Verdict(
                isAdversarial: parts.joined[index].isAdversarial,
                adversarialProbability: parts.joined[index].adversarialProbability,
                logOdds: parts.joined[index].logOdds, org: parts.org[index],
                sen: parts.sen[index], label: labels[index],
                recoveredLabel: recoveredLabels[index])
        }
        return Inspection(verdicts: verdicts, sensitivity: sensitivity, masked: masked)
    }

    private static func parts(_ opinion: Opinion) throws -> [Verdict.Part] {
        let logOdds = try opinion.logit.floats()
        let probability = try opinion.adversarialProbability().floats()
        let entropy = try opinion.entropy().floats()
        return logOdds.indices.map {
            Verdict.Part(
                adversarialProbability: probability[$0], logOdds: logOdds[$0], entropy: entropy[$0])
        }
    }
}

extension Guard {
    /// Moves all networks to a device.
    public func move(to device: Device) throws {
        try classifier.move(to: device)
        try rectifier.network.move(to: device)
        try org.network.move(to: device)
        try sen.network.move(to: device)
    }
}
