import GRED
import GREDImages
import LibTorch

@testable import GREDClassifiers

/// What attacks on a guard are tried on: random images, an untrained network whose logits differ on them,
/// and guards of it of each kind.
struct AuditedGuard {
    let shape = ImageShape(channels: 1, height: 16, width: 16)
    let images: Tensor
    let network: NetworkClassifier

    init() throws {
        try Engine.setThreadCount(1)
        let shape = shape
        images = try Tensor(
            (0..<6).flatMap { index in
                var stream = RandomStream(seed: 1, purpose: "audited images", index: index)
                return stream.uniforms(shape.count, in: 0...1).map { ($0 * 255).rounded() / 255 }
            }, shape: [6, 1, 16, 16])
        network = try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: 1 / 8), inputShape: shape,
                classNames: ["a", "b", "c"]), seed: 1)
        try network.network.enlivened(by: images, last: "classifier", spread: 3)
    }

    enum Kind: CaseIterable { case universal, quiet, alarmed, paper, raw }

    func sentry(_ kind: Kind, guarding classifier: any Classifier) throws -> Guard {
        let detection: Detection
        let sensitivity = try classifier.inputSensitivity(of: images)
        switch kind {
        case .universal, .quiet, .alarmed:
            let noise =
                kind != .universal ? .none : NoisyCopies(strengths: [0.02, 0.1], copies: 2)
            let reading = try UniversalDetector.Reading(
                images, sensitivity: sensitivity, in: classifier,
                readsMap: kind == .universal, noise: noise, streams: streams())
            let detector = try UniversalDetector(
                .init(
                    imageShape: shape, readsMap: kind == .universal, noise: noise, width: 4,
                    planes: Standardisation(measuring: reading.planes),
                    numbers: Standardisation(
                        measuring: reading.numbers.reshaped([6, 5 + noise.numberCount, 1, 1]))),
                seed: 2)
            try detector.network.enlivened(by: detector.input(reading), last: "output", spread: 2)
            var description = detector.description
            if kind == .alarmed {
                // Steep, and 0 at the middle image, about which the network's log-odds lie: either decides.
                let middle = try reading.logDistance().floats().sorted()[3]
                description.alarm = NearnessAlarm(offset: 20 * middle, slope: 20)
            }
            detection = .universal(UniversalDetector(description, network: detector.network))
        case .paper, .raw:
            let detectors = try [
                Detector.Reading.image, .sensitivity(kind == .raw ? .raw : .logarithmic),
            ].map { reading in
                let detector = try Detector(
                    .init(
                        reading: reading, architecture: Architecture(.vgg11, width: 1 / 16),
                        imageShape: shape,
                        standardisation: Standardisation(
                            measuring: reading.planes(images: images, sensitivity: sensitivity))),
                    seed: 3)
                try detector.network.enlivened(
                    by: detector.input(images: images, sensitivity: sensitivity),
                    last: "classifier", spread: 2)
                return detector
            }
            detection = .paper(org: detectors[0], sen: detectors[1])
        }
        return Guard(
            classifier: classifier, detection: detection,
            rectifier: Rectifier(
                network: classifier, masking: RandomisedMasking(alpha: 0.2), copies: 1))
    }

    func streams() throws -> [RandomStream] {
        try GuardKey.published.streams(for: images, purpose: "noise")
    }

    func detectors(of sentry: Guard) -> [Detector] {
        switch sentry.detection {
        case .paper(let org, let sen): [org, sen]
        case .universal: []
        }
    }
}

extension Layer {
    /// Lets normalisation know what goes in, and stretches the last layer until its logits differ.
    func enlivened(by inputs: Tensor, last: String, spread: Double) throws {
        for _ in 0..<30 { _ = try self(inputs, mode: .training(Generator(seed: 1))) }
        let logits = try self(inputs, mode: .evaluation)
        let difference = try logits.sliced(1..<2, dimension: 1) - logits.sliced(0..<1, dimension: 1)
        let deviation = try (difference - difference.mean()).square().mean().sqrt().item()
        for (name, value) in state where name.hasPrefix(last + ".") {
            try value.assign(value * (spread / max(deviation, 1e-6)))
        }
    }
}
