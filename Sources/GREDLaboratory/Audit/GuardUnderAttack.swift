import Foundation
import GRED
import GREDClassifiers
import LibTorch

/// A guard as somebody sees it who knows all of it but its key: what it says of images, with gradients.
///
/// The guard reads a gradient of f, so its own gradient needs second derivatives of f, which a network of
/// ReLUs hardly has. All values are those of f itself; the way back from G leads through a smooth copy of f
/// (backward pass differentiable approximation, Athalye et al. 2018), everything else goes back through f.
/// G and ℓ go back apart. Where a detector reads their product, it goes back as one that is large enough to be
/// followed. Neither a maximum nor a scale is cut off from the graph.
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
    /// What asking costs.
    let count: PassCount

    /// - Parameter sharpness: how closely the smooth copy follows f, above 0; the larger, the closer, and
    ///   the fewer pixels have second derivatives.
    init(
        _ classifier: any Classifier, watchedBy watch: Watch, sharpness: Double,
        counting count: PassCount = PassCount()
    ) throws {
        self.classifier = classifier
        self.watch = watch
        self.count = count
        exact = CountedClassifier(base: try classifier.frozen(), count: count)
        smooth = CountedClassifier(
            base: try classifier.smoothed(sharpness: sharpness), count: count)
    }

    /// A whole guard.
    init(_ sentry: Guard, sharpness: Double, counting count: PassCount = PassCount()) throws {
        let watch: Watch =
            switch sentry.detection {
            case .paper(let org, let sen): .detectors([org, sen], following: .sum)
            case .universal(let detector): .universal(detector)
            }
        try self.init(
            sentry.classifier, watchedBy: watch, sharpness: sharpness, counting: count)
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
        // Back for G, and once more through the smooth copy there and back.
        count.add(3, of: images)
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

    /// Goes the way back once, from one image, so that no attack ends in the middle.
    /// - Throws: ``AuditFault/noSecondDerivatives(reason:)``.
    func checkGradient() throws {
        let shape = classifier.inputShape
        var stream = RandomStream(seed: 0, purpose: "a look at the gradient")
        let image = try Tensor(
            stream.uniforms(shape.count, in: 0...1),
            shape: [1, shape.channels, shape.height, shape.width])
        do {
            try Gradient.recording {
                let watched = try image.watched()
                let logOdds = try answer(for: watched, draws: [[stream]]).logOdds.sum()
                _ = try Gradient.of([logOdds], towards: [watched])
            }
        } catch let error as TorchError {
            throw AuditFault.noSecondDerivatives(reason: "\(error)")
        }
    }

    /// What f's last layers read, `[N, …]`; its logits where it shows no middle layers.
    func features(of images: Tensor) throws -> Tensor {
        guard let layers = classifier.layers else { return try exact.logits(of: images) }
        count.add(images.requiresGradient ? 2 : 1, of: images)
        return try layers.middleLayers(of: images).outputs.last ?? exact.logits(of: images)
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
            let opinions = try detectors.map { try $0.judgeFollowed(images, pair) }
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

extension Detector {
    /// What the detector says. The raw sensitivity has the gradient of one that is lifted to where the detector
    /// can see it: its own holds e^ℓ, which float32 loses where f is sure.
    fileprivate func judgeFollowed(_ images: Tensor, _ pair: InputSensitivity) throws -> Opinion {
        guard description.reading == .sensitivity(.raw) else {
            return try judge(images: images, sensitivity: pair)
        }
        let lifted = try (pair.logScale + lift(of: pair)).exp().perRow(rank: pair.map.rank)
        let raw = try pair.raw().followed(by: pair.map * lifted)
        return try Opinion(classes: network(description.standardisation.applied(to: raw)))
    }

    /// By how many nats ℓ is lifted, `[N]`: to where e^ℓ is the deviation that the raw sensitivity had in
    /// training, so that only the length of its gradient changes.
    func lift(of pair: InputSensitivity) throws -> Tensor {
        let deviation = Statistics.mean(description.standardisation.deviations)
        // ℓ is never above 0.
        return try (min(log(deviation), 0) - pair.logScale.detached()).clamped(min: 0)
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
