import Foundation
import GRED
import GREDClassifiers
import LibTorch

/// Fits the chooser between recovered labels, on images that neither the detector nor the rectifier was
/// trained on.
struct ChooserTraining: Encodable {
    /// Of the small network.
    var plan: TrainingPlan
    /// One clean image to so many adversarial ones: few of the images that are flagged are clean.
    var cleanEvery = 4

    init(seed: UInt64) {
        plan = TrainingPlan(
            epochs: 40, learningRate: .oneCycle(peak: 5e-3, warmUp: 0.3), weightDecay: 1e-3,
            seed: seed)
    }

    /// - Parameter turned: there must be at least one image.
    func run(_ sentry: Guard, on turned: TurnedImages, bench: Workbench) throws -> RecoveryChooser {
        let clean = Array(stride(from: 0, to: turned.count, by: cleanEvery))
        let images = try Tensor.concatenated(
            [turned.adversarial, turned.originals.rows(clean)]
        ).to(sentry.classifier.device)
        let labels = turned.labels + clean.map { turned.labels[$0] }
        let observer = bench.observer
        observer.begin("what the recovery reads", total: labels.count, unit: "images")
        var parts: [Tensor] = []
        for start in stride(from: 0, to: labels.count, by: 128) {
            let end = min(start + 128, labels.count)
            parts.append(
                try sentry.recoveryEvidence(of: images.sliced(start..<end).toUnit()).evidence)
            try observer.advance(to: end, note: "")
        }
        let evidence = try Tensor.concatenated(parts)
        let chooser = try RecoveryChooser(
            Standardisation(measuring: evidence), strengths: sentry.detection.noiseStrengths,
            seed: plan.seed)
        try chooser.network.move(to: bench.device)
        let inputs = try chooser.input(evidence)
        try Training(plan: plan).reporting(
            to: observer, title: "fitting the recovery", network: chooser.network,
            count: labels.count
        ) { places, _ in
            (try inputs.rows(places), try Tensor(places.map { labels[$0] }).to(bench.device))
        }
        return chooser
    }
}
