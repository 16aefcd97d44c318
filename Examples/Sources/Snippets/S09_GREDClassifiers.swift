// /work/main/Sources/GREDClassifiers/Documentation.docc/GREDClassifiers.md
import GREDClassifiers
import GREDImages
import LibTorch
func snippet9() throws {

    let digits = HandDrawnDigits.make(count: 2_000, seed: 0)
    let classifier = try NetworkClassifier(
        .init(
            architecture: Architecture(.vgg11, width: 0.25), inputShape: digits.shape,
            classNames: digits.classNames), seed: 0)
    let plan = TrainingPlan(
        epochs: 3, batchSize: 32, learningRate: .oneCycle(peak: 2e-3, warmUp: 0.3), weightDecay: 0.05,
        seed: 0)
    try Training(plan: plan).run(classifier.network, count: digits.count) { indices, _ in
        (try digits.tensor(indices), try Tensor(indices.map { digits.labels[$0] }))
    }
    try classifier.save(to: URL(filePath: "digits"))
}
