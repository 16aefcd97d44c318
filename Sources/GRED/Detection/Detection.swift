import GREDClassifiers
import LibTorch

/// How a guard tells adversarial images from benign ones.
public enum Detection {
    /// The paper's two networks, of which the one of less entropy decides (Eq. 12).
    case paper(org: Detector, sen: Detector)
    /// One detector for all attacks.
    case universal(UniversalDetector)

    /// What was found of a batch.
    struct Finding {
        /// What decides.
        var opinion: Opinion
        /// What the paper's two networks say, each for itself.
        var parts: (org: Opinion, sen: Opinion)?
        /// What noisy copies say of the label, where there were any.
        var noise: NoisyCopies.Labelling?

        /// Of some of the images, for whoever recovers their labels.
        func rows(_ places: [Int]) throws -> Finding {
            Finding(
                opinion: Opinion(logit: try opinion.logit.rows(places)),
                noise: try noise?.rows(places))
        }
    }

    func judge(
        _ images: Tensor, sensitivity: InputSensitivity, in classifier: any Classifier,
        key: GuardKey
    ) throws -> Finding {
        switch self {
        case .paper(let org, let sen):
            let org = try org.judge(images: images, sensitivity: sensitivity)
            let sen = try sen.judge(images: images, sensitivity: sensitivity)
            return Finding(
                opinion: try EntropyFusion.joined(org: org, sen: sen).opinion, parts: (org, sen))
        case .universal(let detector):
            let reading = try detector.read(
                images, sensitivity: sensitivity, in: classifier, key: key)
            return Finding(
                opinion: try detector.judge(reading), noise: reading.labelling)
        }
    }

    /// At how many strengths it asks about noisy copies.
    package var noiseStrengths: Int {
        switch self {
        case .paper: 0
        case .universal(let detector): detector.description.noise.strengths.count
        }
    }

    /// Its networks, by the names of their files in a bundle.
    public var networks: [(name: String, network: any Layer)] {
        switch self {
        case .paper(let org, let sen): [("org", org.network), ("sen", sen.network)]
        case .universal(let detector): [("detector", detector.network)]
        }
    }
}
