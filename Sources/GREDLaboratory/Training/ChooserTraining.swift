import Foundation
import GRED
import LibTorch

/// Fits the chooser between recovered labels, on images that neither the detector nor the rectifier was
/// trained on.
struct ChooserTraining: Encodable {
    /// Steps of Adam, each over all images.
    var steps = 400
    var learningRate = 0.05
    var weightDecay = 1e-3

    /// - Parameters:
    ///   - images: adversarial ones and clean ones, `[N, C, H, W]`, in 0…1 or as bytes.
    ///   - labels: their true labels.
    func run(_ sentry: Guard, images: Tensor, labels: [Int], seed: UInt64, bench: Workbench) throws
        -> RecoveryChooser
    {
        let started = Date()
        let observer = bench.observer
        observer.begin("fitting the recovery", total: images.shape[0], unit: "images")
        var evidence: [Tensor] = []
        var isRight: [Float] = []
        for start in stride(from: 0, to: images.shape[0], by: 128) {
            let end = min(start + 128, images.shape[0])
            let found = try sentry.recoveryEvidence(of: images.sliced(start..<end).toUnit())
            evidence.append(found.evidence)
            for place in start..<end {
                isRight += found.labels.map { $0[place - start] == labels[place] ? 1 : 0 }
            }
            try observer.advance(to: end, note: "")
        }
        let all = try Tensor.concatenated(evidence)
        let chooser = try RecoveryChooser(
            Standardisation(
                measuring: all.reshaped([all.shape[0], all.shape[1], 1, 1])), seed: seed)
        try chooser.network.move(to: bench.device)
        let inputs = try chooser.input(all)
        let targets = try Tensor(isRight, shape: [all.shape[0], isRight.count / all.shape[0]])
            .to(bench.device)
        let adam = try Adam(chooser.network.parameters, weightDecay: weightDecay)
        for _ in 0..<steps {
            let (_, gradients) = try chooser.network.lossAndGradients {
                let logits = try chooser.network(inputs)
                // Binary cross entropy: softplus(z) − t·z.
                return try (logits.softplus() - logits * targets).mean()
            }
            try adam.step(gradients: gradients, learningRate: learningRate)
        }
        observer.finish(
            String(
                format: "fitting the recovery: %d images, %.1f s", images.shape[0],
                Date().timeIntervalSince(started)))
        return chooser
    }
}
