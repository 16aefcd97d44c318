import Foundation
import GRED
import GREDClassifiers
import GREDImages
import LibTorch

/// Trains one detector for all attacks.
public struct UniversalTraining: Sendable, Encodable {
    /// Whether the network sees the logarithmic map beside the image.
    public var readsMap: Bool
    /// The noisy copies that the detector asks the classifier about.
    public var noise: NoisyCopies
    /// Perturbations that no attack made, among the adversarial; nil for none.
    package var forgeries: Forgeries?
    /// The channels of the network's first block.
    public var width: Int
    /// Whether images are mirrored at random, which digits must not be.
    public var flips: Bool
    /// Its seed gives the fresh weights too.
    public var plan: TrainingPlan

    /// Names all settings; the standardisations are measured when the training runs.
    public init(readsMap: Bool, noise: NoisyCopies, width: Int, flips: Bool, plan: TrainingPlan) {
        self.readsMap = readsMap
        self.noise = noise
        self.width = width
        self.flips = flips
        self.plan = plan
    }

    /// - Parameter checkpoint: where the state of a killed run is kept.
    func run(
        on examples: UniversalExamples, imageShape: ImageShape, checkpoint: URL, identity: String,
        bench: Workbench
    ) throws -> UniversalDetector {
        let numbers = examples.readings.numbers
        let isAdversarial = (0..<examples.count).map(examples.images.isAdversarial)
        // The baseline knows only numbers, which forgeries leave as they are.
        let real = examples.count - examples.images.forged
        let sample = examples.sample(2_048, inBatchesOf: 128)
        let description = UniversalDetector.Description(
            imageShape: imageShape, readsMap: readsMap, noise: noise, width: width,
            planes: try Standardisation(measuringBatches: sample.count) {
                try examples.planes(sample[$0], on: bench.device)
            },
            numbers: try Standardisation(
                measuring: numbers.reshaped([numbers.shape[0], numbers.shape[1], 1, 1])),
            scalarsAlone: try ScalarBaseline(
                scalars: numbers.sliced(0..<real).sliced(
                    0..<ScalarBaseline.count, dimension: 1),
                isAdversarial: Array(isAdversarial[..<real])))
        let detector = try UniversalDetector(description, seed: plan.seed)
        try detector.network.move(to: bench.device)
        let order = examples.balanced
        let augmentation = Augmentation(shift: 0, flips: flips)
        try Training(plan: plan, checkpoint: checkpoint, identity: identity).reporting(
            to: bench.observer, title: "training the detector", network: detector.network,
            count: order.count
        ) { indices, stream in
            let places = indices.map { order[$0] }
            let planes = try examples.planes(places, on: bench.device)
            let reading = UniversalDetector.Reading(
                planes: try augmentation.applied(to: planes, stream: &stream),
                numbers: try numbers.rows(places))
            let classes = places.map { isAdversarial[$0] ? 1 : 0 }
            return (try detector.input(reading), try Tensor(classes).to(bench.device))
        }
        return detector
    }
}
