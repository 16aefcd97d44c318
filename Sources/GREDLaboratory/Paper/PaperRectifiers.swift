import Foundation
import GRED
import GREDClassifiers
import LibTorch

/// What a rectifier is fine-tuned on. The paper does not say whether there is one an attack or one for
/// all: both are made, and two controls.
enum RectifierKind: Codable, Hashable {
    /// On copies of one attack's images, masked at one α.
    case forOne(PaperAttack, alpha: Double, PixelChoice)
    /// On copies of all attacks' images, each masked at an α drawn anew.
    case forAll
}

extension PaperSetting {
    /// Of five guard images four tune rectifiers, and one chooses α.
    static let heldOut = 5

    /// The images of `guard` that an attack turned, at 8 bits: what a guard would be tuned on.
    private func turned(_ attack: PaperAttack) throws -> (rest: TurnedImages, part: TurnedImages) {
        try TurnedImages(guardRecord(attack)).parted(every: Self.heldOut)
    }

    /// The images of `fit` that attacks turned, at 8 bits: for rectifiers alone.
    private func supplement(of attacks: [PaperAttack]) throws -> [TurnedImages] {
        let attacks = attacks.filter { fitCount($0) > 0 }
        let images = try experiment.images(
            of: data.sets.fit, count: attacks.map(fitCount).max() ?? 0, isUntrained: isUntrained)
        return try attacks.map {
            try TurnedImages(experiment.run(plan($0, count: fitCount($0)), on: images))
        }
    }

    /// Everything that a rectifier depends on, for its own key and those of all that it is used for.
    struct RectifierConfiguration: Encodable {
        var version = 2
        var scopes: [Scope]
        var supplement: [Scope]
        var kind: RectifierKind
        var alphas: [Double]
        var augmentation: Augmentation
        var plan: TrainingPlan
    }

    func rectifierConfiguration(_ kind: RectifierKind) throws -> RectifierConfiguration {
        let attacks = kind.attacks(among: profile.attacks)
        return RectifierConfiguration(
            scopes: try attacks.map { try scope($0) },
            supplement: attacks.filter { fitCount($0) > 0 }.map(fitScope), kind: kind,
            alphas: choices.alphas, augmentation: data.augmentation,
            // It starts from the classifier's weights, which a higher rate would forget.
            plan: profile.plan(epochs: profile.rectifierEpochs, peak: 5e-4, seed: bench.seed))
    }

    /// f_rec: a copy of f, fine-tuned.
    func rectifier(_ kind: RectifierKind) throws -> any TunableClassifier {
        try Self.tuned(classifier, kind, in: self)
    }

    private static func tuned(
        _ classifier: some TunableClassifier, _ kind: RectifierKind, in setting: PaperSetting
    ) throws -> any TunableClassifier {
        let bench = setting.bench
        let configuration = try setting.rectifierConfiguration(kind)
        let weights = "classifier.safetensors"
        return try bench.result(
            of: "paper-rectifier", configuration,
            make: { folder in
                let attacks = kind.attacks(among: setting.profile.attacks)
                let images = try TurnedImages(
                    joining: attacks.map { try setting.turned($0).rest }
                        + setting.supplement(of: attacks))
                let adversarial = try images.adversarial.to(classifier.device)
                let heights = try PixelHeights.of(adversarial, in: classifier)
                let checkpoint = folder.appending(component: "checkpoint.safetensors")
                var training = RectifierTraining(
                    masking: RandomisedMasking(alpha: 0), plan: configuration.plan, copies: 1)
                // Copies are masked first, where their image is sensitive, and then moved.
                training.augmentation = configuration.augmentation
                let tuned = try training.run(
                    classifier, images: { try adversarial.rows($0).toUnit() },
                    labels: images.labels,
                    checkpoint: checkpoint, identity: ContentKey.of(configuration), bench: bench
                ) { indices, stream in
                    try kind.pixels(
                        heights.rows(indices), among: setting.choices.alphas, stream: &stream)
                }
                try tuned.writeWeights(to: folder.appending(component: weights))
                try? FileManager.default.removeItem(at: checkpoint)
            },
            read: { folder in
                let file = folder.appending(component: weights)
                let tuned = try classifier.copied()
                try tuned.load(weights: Safetensors.read(file), from: file.path)
                try tuned.move(to: bench.device)
                return tuned
            })
    }

    private struct AlphaConfiguration: Encodable {
        var version = 2
        var scope: Scope
        /// Nil for f itself.
        var rectifier: RectifierConfiguration?
        var alphas: [Double]
        var copies: Int
    }

    /// The α at which a network gives most true labels back, on images of `guard` that no rectifier was
    /// tuned on; of equals the largest, which masks least.
    /// - Parameter kind: nil for f itself.
    func alpha(_ attack: PaperAttack, for kind: RectifierKind? = .forAll) throws -> Double {
        let configuration = AlphaConfiguration(
            scope: try scope(attack), rectifier: try kind.map { try rectifierConfiguration($0) },
            alphas: choices.alphas, copies: Int(choices.copies))
        return try bench.figures(of: "paper-alpha", configuration) {
            let held = try turned(attack).part
            guard held.count > 0 else { return 0.5 }
            let network = try kind.map { try rectifier($0) } ?? classifier
            let images = try held.adversarial.toUnit().to(classifier.device)
            let heights = try PixelHeights.of(images, in: classifier)
            let rights = try choices.alphas.map { alpha in
                let labels = try MaskedCopies(
                    alpha: alpha, choice: .sensitive, count: Int(choices.copies)
                ).labels(of: network, images, heights: heights)
                return (alpha, zip(labels, held.labels).count { $0 == $1 })
            }
            return rights.max { ($0.1, $0.0) < ($1.1, $1.0) }?.0 ?? 0.5
        }
    }
}

extension RectifierKind {
    /// Whose images it is fine-tuned on.
    fileprivate func attacks(among all: [PaperAttack]) -> [PaperAttack] {
        switch self {
        case .forOne(let attack, _, _): [attack]
        case .forAll: all
        }
    }

    /// The pixels to mask in images that are being trained on.
    fileprivate func pixels(
        _ heights: Tensor, among alphas: [Double], stream: inout RandomStream
    ) throws -> Tensor {
        let count = heights.shape[0]
        var streams = (0..<count).map { _ in
            RandomStream(seed: stream.next(), purpose: "masked pixels")
        }
        switch self {
        case .forOne(_, let alpha, let choice):
            return try choice.pixels(
                heights, alphas: Array(repeating: alpha, count: count), streams: &streams)
        case .forAll:
            let (least, most) = (Float(alphas.first ?? 0.1), Float(alphas.last ?? 0.9))
            let drawn = streams.indices.map {
                Double(streams[$0].uniforms(1, in: least...most)[0])
            }
            return try PixelChoice.sensitive.pixels(heights, alphas: drawn, streams: &streams)
        }
    }
}
