import Foundation
import GRED
import GREDClassifiers
import GREDImages
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
    func run(_ sentry: Guard, on turned: [TurnedSet], bench: Workbench) throws -> RecoveryChooser {
        let images = try images(of: turned, in: bench.store.folder)
        let observer = bench.observer
        observer.begin("what the recovery reads", total: images.count, unit: "images")
        var parts: [Tensor] = []
        for start in stride(from: 0, to: images.count, by: 128) {
            let end = min(start + 128, images.count)
            let batch = try images.tensor(start..<end).to(sentry.classifier.device)
            parts.append(try sentry.recoveryEvidence(of: batch).evidence)
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
            count: images.count
        ) { places, _ in
            (
                try inputs.rows(places),
                try Tensor(places.map { images.labels[$0] }).to(bench.device)
            )
        }
        return chooser
    }

    /// All that are adversarial, and then some that are clean.
    private func images(of turned: [TurnedSet], in folder: URL) throws -> ImageSet {
        let any = turned[0].originals
        let written = try ImageSetWriter(any.shape, classNames: any.classNames, in: folder)
        for some in turned { try written.append(some.adversarial) }
        var first = 0
        for some in turned {
            let clean = (0..<some.count).filter { (first + $0) % cleanEvery == 0 }
            try written.append(some.originals.subset(clean))
            first += some.count
        }
        return written.set(named: "images to recover")
    }
}
