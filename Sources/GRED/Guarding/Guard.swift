import GREDClassifiers
import LibTorch

/// A batch of images, inspected.
public struct Inspection {
    /// One an image.
    public let verdicts: [Verdict]
    /// What CNN_sen and the masks went by (Eq. 1), in the images' order.
    public let sensitivity: InputSensitivity
    /// A masked copy of each image (Eq. 14); where the rectifier was not asked, the image itself.
    public let masked: Tensor
    /// For each ``RecoveryMove`` its label for each image whose label was recovered, in their order; nil
    /// where the rectifier decides alone.
    public let moves: [[Int]]?
}

/// GRED: guards a classifier without touching it (paper, Fig. 1).
///
///     let sentry = try GuardBundle.read(folder)
///     for verdict in try sentry.inspect(images).verdicts { print(verdict.answer) }
public final class Guard {
    /// What is guarded; the guard calls it and takes its gradients, and never changes its weights.
    public let classifier: any Classifier
    /// How adversarial images are told from benign ones.
    public let detection: Detection
    /// From which log-odds on an image is taken for adversarial.
    public let threshold: Threshold
    /// Asked for the labels of adversarial images (paper, §3.2).
    public let rectifier: Rectifier
    /// Weighs the rectifier's label against those that the classifier itself leads back to; nil where
    /// the rectifier decides alone, as in the paper.
    public let chooser: RecoveryChooser?
    /// The deployment's secret, on which the rectifier's masks and the detector's noise depend.
    public let key: GuardKey

    /// Joins trained parts as they are; none is copied or moved to a device.
    /// - Parameters:
    ///   - threshold: the paper's rule, or what was calibrated on clean images.
    ///   - key: the published one makes masks and noise repeatable, for an attacker too.
    public init(
        classifier: any Classifier, detection: Detection, threshold: Threshold = .evenOdds,
        rectifier: Rectifier, chooser: RecoveryChooser? = nil, key: GuardKey = .published
    ) {
        self.classifier = classifier
        self.detection = detection
        self.threshold = threshold
        self.rectifier = rectifier
        self.chooser = chooser
        self.key = key
    }

    /// For which images the rectifier is asked, which costs as many passes as it makes copies.
    public enum Recovery: Sendable {
        /// Every image, so that each verdict has a recovered label.
        case ofAll
        /// The images called adversarial; the others' recovered label is nil.
        case ofFlagged
        /// None: verdicts alone.
        case ofNone
    }

    /// Inspects images.
    /// - Parameter images: `[N, C, H, W]` in 0…1.
    /// - Throws: `InputFault` for images that the classifier cannot take.
    public func inspect(_ images: Tensor, recovery: Recovery = .ofAll) throws -> Inspection {
        let images = try classifier.admitted(images)
        let sensitivity = try classifier.inputSensitivity(of: images)
        let finding = try detection.judge(
            images, sensitivity: sensitivity, in: classifier, key: key)
        let opinions = try Self.parts(finding.opinion)
        let org = try finding.parts.map { try Self.parts($0.org) }
        let sen = try finding.parts.map { try Self.parts($0.sen) }
        let labels = try sensitivity.labels.ints()
        let flagged = opinions.indices.filter {
            switch recovery {
            case .ofAll: true
            case .ofFlagged: threshold.isExceeded(by: opinions[$0].logOdds)
            case .ofNone: false
            }
        }
        var recoveredLabels = [Int?](repeating: nil, count: labels.count)
        var masked = images
        var moves: [[Int]]?
        if !flagged.isEmpty {
            let places = Self.filledUp(flagged, most: labels.count)
            let recovered = try recover(
                images.rows(places), sensitivity.rows(places), finding.rows(places))
            for (place, label) in zip(flagged, recovered.labels) { recoveredLabels[place] = label }
            masked = try images.replacingRows(
                flagged, with: recovered.masked.sliced(0..<flagged.count))
            moves = recovered.moves?.map { Array($0.prefix(flagged.count)) }
        }
        let verdicts = labels.indices.map { index in
            Verdict(
                isAdversarial: threshold.isExceeded(by: opinions[index].logOdds),
                adversarialProbability: opinions[index].adversarialProbability,
                logOdds: opinions[index].logOdds, org: org?[index], sen: sen?[index],
                label: labels[index], recoveredLabel: recoveredLabels[index])
        }
        return Inspection(
            verdicts: verdicts, sensitivity: sensitivity, masked: masked, moves: moves)
    }

    /// The places, the first of them repeated until they are a power of two, or `most`.
    ///
    /// Any number of images may be flagged, and oneDNN keeps what it has made for each size of a batch.
    private static func filledUp(_ places: [Int], most: Int) -> [Int] {
        var size = 1
        while size < places.count { size *= 2 }
        return places + Array(repeating: places[0], count: min(size, most) - places.count)
    }

    private func recover(
        _ images: Tensor, _ sensitivity: InputSensitivity, _ finding: Detection.Finding
    ) throws -> (labels: [Int], masked: Tensor, moves: [[Int]]?) {
        guard let chooser else {
            let recovered = try rectifier.recover(images, sensitivity: sensitivity, key: key)
            return (try recovered.labels.ints(), recovered.masked, nil)
        }
        let (evidence, masked) = try evidence(images, sensitivity, finding)
        return (try chooser.logits(evidence).argmax(1).ints(), masked, evidence.labels)
    }

    private func evidence(
        _ images: Tensor, _ sensitivity: InputSensitivity, _ finding: Detection.Finding
    ) throws -> (evidence: RecoveryEvidence, masked: Tensor) {
        let (rectified, masked) = try rectifier.probabilities(
            of: images, sensitivity: sensitivity, streams: key.streams(for: images))
        let evidence = try RecoveryEvidence(
            of: images, sensitivity: sensitivity, logOdds: finding.opinion.logit,
            noise: finding.noise, rectified: rectified, classifier: classifier)
        return (evidence, masked)
    }

    /// What a ``RecoveryChooser`` is fitted on.
    /// - Parameter images: `[N, C, H, W]` in 0…1.
    /// - Returns: the evidence `[N, E, L, 1]`, and for each of ``RecoveryMove`` its label for each image.
    public func recoveryEvidence(of images: Tensor) throws -> (evidence: Tensor, labels: [[Int]]) {
        let images = try classifier.admitted(images)
        let sensitivity = try classifier.inputSensitivity(of: images)
        let finding = try detection.judge(
            images, sensitivity: sensitivity, in: classifier, key: key)
        let evidence = try evidence(images, sensitivity, finding).evidence
        return (evidence.classes, evidence.labels)
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
        try chooser?.network.move(to: device)
        for (_, network) in detection.networks { try network.move(to: device) }
    }
}
