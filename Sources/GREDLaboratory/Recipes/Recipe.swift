import GRED
import GREDAttacks
import GREDClassifiers
import GREDImages
import LibTorch

/// Every size and setting of one run from data to report: what `gred demo` and its relatives do.
public struct Recipe: Sendable {
    /// The name on the command line, such as `demo`.
    public var name: String
    /// Images from `fit` that the classifier trains on.
    public var fit: Int
    /// Images from `guard` among which the training attacks find those that f gets right.
    public var guardImages: Int
    /// Images from `calibrate`, whose scores set the thresholds.
    public var calibrate: Int
    /// Clean test images on which false positives are counted.
    public var test: Int

    /// Scales the channels of the classifier's VGG11; 1 is the original.
    public var classifierWidth: Double
    /// Scales the channels of both detectors' VGG11; 1 is the original.
    public var detectorWidth: Double
    /// Images a step, for all networks.
    public var batchSize: Int
    /// Passes of the classifier's training over its images.
    public var classifierEpochs: Int
    /// Passes of each detector's training over its examples.
    public var detectorEpochs: Int
    /// Passes of the rectifier's fine-tuning over the adversarial images.
    public var rectifierEpochs: Int
    /// Label smoothing in the training of CNN_org. Eq. 12 takes the network that is surer; one that
    /// reads the image is sure of attacks it never saw, and wrong. Smoothed, it leaves those to
    /// CNN_sen.
    public var orgLabelSmoothing: Double

    /// Of all training, and of the attacks' searches.
    public var precision: Precision

    /// Images that each attack is tried on, for training the guard; by the attacks' names, such as
    /// `ddn` or `ddn-targeted`.
    public var trainingAttacks: [String: Int]
    /// Images that each attack is tried on, for the report.
    public var testAttacks: [String: Int]
    /// DeepFool's settings, in training and in the report.
    public var deepFool: DeepFool
    /// DDN's settings, in training and in the report.
    public var ddn: DDN
    /// CW's settings, in training and in the report.
    public var cw: CW
    /// α of Eq. 13.
    public var alpha: Double
    /// K, the masked copies whose answers the rectifier averages.
    public var copies: Int

    /// What is smaller than the full thing, for the report.
    public var notes: [String]

    /// Everything that the report says of the recipe.
    var allNotes: [String] {
        guard precision == .bfloat16 else { return notes }
        return notes + [
            "Networks are trained, and attacks search, in mixed precision (bfloat16); what attacks claim is judged in float32."
        ]
    }

    /// A few minutes on two cores, on MNIST or its like.
    public static let demo = Recipe(
        name: "demo", fit: 10_000, guardImages: 4_000, calibrate: 1_000, test: 2_000,
        classifierWidth: 0.5, detectorWidth: 0.25, batchSize: 64, classifierEpochs: 4,
        detectorEpochs: 8, rectifierEpochs: 6, orgLabelSmoothing: 0.2,
        precision: .float32,
        trainingAttacks: ["fgsm": 700, "pgd": 450, "deepfool": 600, "ddn": 750],
        testAttacks: ["fgsm": 500, "pgd": 400, "deepfool": 400, "cw": 150, "ddn": 400],
        deepFool: DeepFool(candidates: 4), ddn: DDN(steps: 50),
        cw: CW(searchSteps: 3, iterations: 100, learningRate: 0.1, initialConstant: 1),
        alpha: 0.2, copies: 8,
        notes: [
            "The classifier is VGG11 at half width, trained on 10,000 images for 4 epochs; the detectors are VGG11 at quarter width.",
            "One pair of detectors and one rectifier serve for all attacks.",
            "CNN_org is trained with labels smoothed by 0.2, so that Eq. 12, which takes the surer network, leaves attacks that neither network saw to CNN_sen.",
            "DeepFool considers the 4 likeliest classes instead of 10, DDN takes 50 steps instead of 100.",
            "CW takes 3 search steps of at most 100 iterations at learning rate 0.1, from the constant 1; it is tried on test images only, and the guard never saw it.",
        ])

    /// An hour on two cores: full-width networks, five thousand images attacked for the guard's
    /// training, CW and targeted attacks among them.
    public static let full = Recipe(
        name: "full", fit: 50_000, guardImages: 8_000, calibrate: 2_000, test: 10_000,
        classifierWidth: 1, detectorWidth: 1, batchSize: 128, classifierEpochs: 3,
        detectorEpochs: 8, rectifierEpochs: 12, orgLabelSmoothing: 0.2, precision: .bfloat16,
        trainingAttacks: [
            "fgsm": 1_000, "pgd": 400, "pgd-targeted": 600, "deepfool": 1_000, "cw": 600,
            "ddn": 1_000, "ddn-targeted": 700,
        ],
        testAttacks: [
            "fgsm": 1_000, "pgd": 500, "pgd-targeted": 250, "deepfool": 500, "cw": 250,
            "ddn": 500, "ddn-targeted": 250,
        ],
        deepFool: DeepFool(), ddn: DDN(),
        cw: CW(searchSteps: 3, iterations: 150, learningRate: 0.05, initialConstant: 1),
        alpha: 0.2, copies: 16,
        notes: [
            "One pair of detectors and one rectifier serve for all attacks.",
            "CNN_org is trained with labels smoothed by 0.2, so that Eq. 12, which takes the surer network, leaves attacks that neither network saw to CNN_sen.",
            "CW takes 3 search steps of at most 150 iterations at learning rate 0.05, from the constant 1.",
        ])

    /// Half a minute: shows that everything works, not how well.
    public static let smoke = Recipe(
        name: "smoke", fit: 2_000, guardImages: 400, calibrate: 200, test: 300,
        classifierWidth: 0.25, detectorWidth: 0.125, batchSize: 32, classifierEpochs: 3,
        detectorEpochs: 4, rectifierEpochs: 2, orgLabelSmoothing: 0.2,
        precision: .float32,
        trainingAttacks: ["fgsm": 100, "pgd": 60, "deepfool": 60, "ddn": 60],
        testAttacks: ["fgsm": 60, "pgd": 40, "deepfool": 40, "cw": 16, "ddn": 40],
        deepFool: DeepFool(candidates: 4), ddn: DDN(steps: 30),
        cw: CW(searchSteps: 2, iterations: 50, learningRate: 0.1, initialConstant: 1),
        alpha: 0.2, copies: 4,
        notes: ["A smoke test: sizes are far too small for the figures to mean anything."])

    /// The recipe of a name.
    public static func named(_ name: String) -> Recipe? { all.first { $0.name == name } }

    /// From the cheapest to the dearest.
    public static let all = [smoke, demo, full]

    func attacks(_ counts: [String: Int], shape: ImageShape) throws -> [AttackPlan] {
        let known = AttackCatalogue.names.flatMap { [$0, $0 + AttackPlan.targetedSuffix] }
        if let unknown = counts.keys.sorted().first(where: { !known.contains($0) }) {
            throw AttackFault.unknownAttack(name: unknown, known: known)
        }
        return try AttackCatalogue.names.flatMap { name in
            let attack = try attack(named: name, shape: shape)
            return try [false, true].compactMap { isTargeted in
                let name = AttackPlan.fileName(of: attack, isTargeted: isTargeted)
                return try counts[name].map {
                    try AttackPlan(attack, isTargeted: isTargeted, count: $0)
                }
            }
        }
    }

    private func attack(named name: String, shape: ImageShape) throws -> any Attack {
        switch name {
        case "deepfool": deepFool
        case "ddn": ddn
        case "cw": cw
        default:
            try AttackCatalogue.attack(named: name, budget: .standard(for: shape))
        }
    }
}
