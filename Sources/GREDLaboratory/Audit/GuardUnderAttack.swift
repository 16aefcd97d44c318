import GRED
import GREDClassifiers
import LibTorch

/// A guard as somebody sees it who knows all of it but its key: what it says of images, with gradients.
///
/// The guard reads a gradient of f, so its own gradient needs second derivatives of f, which a network of
/// ReLUs hardly has. All values are those of f itself; the way back from G leads through a smooth copy of f
/// (backward pass differentiable approximation, Athalye et al. 2018), everything else goes back through f.
/// G and ℓ go back apart, never as their product, and neither a maximum nor a scale is cut off from the
/// graph.
struct GuardUnderAttack {
    /// What tells adversarial images from benign ones.
    enum Watch {
        /// One network, or the paper's two, CNN_org first, of which the surer decides (Eq. 12).
        case detectors([Detector], following: Followed = .larger)
        /// One detector for all attacks.
        case universal(UniversalDetector)
    }

    /// Whose gradient stands for the decision of the paper's two networks, which as it is changes hands.
    enum Followed {
        /// That of the larger log-odds, as in the paper's L + 1 classifier: with it both are led down.
        case larger
        /// That of their sum: at even odds the surer one says adversarial exactly where that is positive.
        case sum
    }

    /// f itself.
    let classifier: any Classifier
    private let watch: Watch
    /// f, frozen: it gives the values.
    let exact: any Classifier
    /// f with its kinks rounded off: through it gradients of G are taken.
    private let smooth: any Classifier

    /// - Parameter sharpness: how closely the smooth copy follows f, above 0; the larger, the closer, and
    ///   the fewer pixels have second derivatives.
    init(_ classifier: any Classifier, watchedBy watch: Watch, sharpness: Double) throws {
        self.classifier = classifier
        self.watch = watch
        exact = try classifier.frozen()
        smooth = try classifier.smoothed(sharpness: sharpness)
    }

    /// A whole guard.
    init(_ sentry: Guard, sharpness: Double) throws {
        let watch: Watch =
            switch sentry.detection {
            case .paper(let org, let sen): .detectors([org, sen], following: .sum)
            case .universal(let detector): .universal(detector)
            }
        try self.init(sentry.classifier, watchedBy: watch, sharpness: sharpness)
    }

    /// What f and the detector say of images.
    struct Answer {
        /// f's logits, `[N, L]`.
        var logits: Tensor
        /// The log-odds that an image is adversarial, the mean over the draws, `[N]`.
        var logOdds: Tensor
        /// The same for each draw, `[D, N]`.
        var byDraw: Tensor
        /// What the detector read G and ℓ from.
        var sensitivity: InputSensitivity
        /// What noisy copies say of the label, of the first draw.
        var noise: NoisyCopies.Labelling?
    }

    /// The answer as part of the images' graph. To be called inside `Gradient.recording(_:)`.
    /// - Parameters:
    ///   - images: `[N, C, H, W]`, watched.
    ///   - draws: streams for the detector's noise, one an image in each draw; the log-odds are the mean
    ///     over the draws (expectation over transformation).
    func answer(for images: Tensor, draws: [[RandomStream]]) throws -> Answer {
        let logits = try exact.logits(of: images)
        let labels = try logits.detached().argmax(1)
        let margin = try logits.margin(of: labels)
        let steps = try Gradient.of([margin], towards: [images], keepingGraph: true)[0]
        let way = try smooth.differentiableMarginGradient(of: images, at: labels).gradient
        let pair = try InputSensitivity(
            MarginGradient(
                gradient: (steps ?? way.zerosLike()).followed(by: way), margin: margin,
                logits: logits))
        return try judged(images, pair, draws)
    }

    /// The same without gradients, which is much cheaper.
    func values(for images: Tensor, draws: [[RandomStream]]) throws -> Answer {
        let pair = try exact.inputSensitivity(of: images)
        return try judged(images, pair, draws)
    }

    /// What f's last layers read, `[N, …]`; its logits where it shows no middle layers.
    func features(of images: Tensor) throws -> Tensor {
        try classifier.layers?.middleLayers(of: images).outputs.last ?? exact.logits(of: images)
    }

    private func judged(
        _ images: Tensor, _ pair: InputSensitivity, _ draws: [[RandomStream]]
    ) throws -> Answer {
        func answer(_ byDraw: Tensor, _ noise: NoisyCopies.Labelling?) throws -> Answer {
            Answer(
                logits: pair.logits, logOdds: try byDraw.mean([0]), byDraw: byDraw,
                sensitivity: pair, noise: noise)
        }
        switch watch {
        case .detectors(let detectors, following: let followed):
            let opinions = try detectors.map { try $0.judge(images: images, sensitivity: pair) }
            let all = try Tensor.stacked(opinions.map(\.logit))
            guard opinions.count == 2 else { return try answer(all, nil) }
            let decided = try EntropyFusion.joined(org: opinions[0], sen: opinions[1])
                .opinion.logit
            let led = try followed == .sum ? all.sum([0]) : all.maximum(over: [0])
            return try answer(decided.followed(by: led).unsqueezed(0), nil)
        case .universal(let detector):
            let description = detector.description
            let readings = try draws.map { streams in
                try UniversalDetector.Reading(
                    images, sensitivity: pair, in: exact, readsMap: description.readsMap,
                    noise: description.noise, streams: streams)
            }
            return try answer(
                .stacked(readings.map { try detector.judge($0).logit }), readings.first?.labelling)
        }
    }
}

extension Classifier {
    /// The network as one that shows its middle layers, where it does.
    var layers: (any LayeredNetwork)? {
        (self as? any TunableClassifier)?.network as? any LayeredNetwork
    }
}

extension Guard {
    /// Whether the detector draws noise, so that keys and draws change what it says.
    var isNoisy: Bool { detection.noiseStrengths > 0 }
}
