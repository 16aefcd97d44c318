import GREDCharts
import GREDClassifiers
import GREDImages
import LibTorch

/// Every size of a reproduction of the paper. What is smaller than the paper's is named in the report.
public struct PaperProfile: Sendable {
    /// The name on the command line.
    public var name: String
    /// The attacks that are made.
    public var attacks = PaperAttack.allCases
    /// Images of `fit` that the classifiers train on.
    public var fit: Int
    /// Scales the channels of the classifiers that are trained here; 1 is the original.
    public var classifierWidth: Double
    /// Passes over those images where they are digits.
    public var digitEpochs: Int
    /// Passes over those images where they are photographs, which take longer to learn.
    public var photographEpochs: Int
    /// Passes over those images where they are a folder's: so few that a pass is a few dozen steps.
    public var folderEpochs: Int
    /// Scales the channels of the detectors' VGG11; 1 is the original.
    public var detectorWidth: Double
    /// Passes of a detector's training over its examples.
    public var detectorEpochs: Int
    /// Passes of a rectifier's fine-tuning over the adversarial images.
    public var rectifierEpochs: Int
    /// Images a step, for all networks.
    public var batchSize: Int
    /// Images of `guard` that each attack is tried on, for training.
    public var guardImages: Int
    /// The same for CW, which takes many times the passes of the others.
    public var guardImagesCW: Int
    /// Images of `fit` that FGSM-U is tried on, for rectifiers alone.
    public var fitImagesFGSM: Int
    /// The same for PGD-U, which takes many times the passes.
    public var fitImagesPGD: Int
    /// Images of `test` that each attack is tried on.
    public var testImages: Int
    /// The same for CW.
    public var testImagesCW: Int
    /// Images of each attack on which Fig. 5 and the training-free rows of Table 7 are measured.
    public var maskingImages: Int
    /// Test images on which the accuracy of classifiers is measured.
    public var accuracyImages: Int
    /// Attacks whose rectifiers have controls.
    public var rectifierControls: [PaperAttack]
    /// Attacks of which Table 2 is made again on photographs that were resampled.
    public var resampledAttacks: [PaperAttack]
    /// Images of `test` that white-box attacks are tried on.
    public var whiteBoxImages: Int
    /// CW's most search steps and iterations in white-box attacks, where other tables have more.
    var whiteBoxCW: (searchSteps: Double, iterations: Double) = (.infinity, .infinity)
    /// Of all training, and of the attacks' searches.
    public var precision: Precision
    /// f for a folder of photographs, in place of the paper's ResNet152 for ImageNet.
    public var resNet = Architecture.Family.resnet18
    /// Choices of this profile that are not the library's defaults.
    var choices: @Sendable (inout PaperChoices) -> Void = { _ in }
    /// What must be known beside the sizes, a sentence each.
    public var notes: [String] = []

    /// At most two minutes: shows that everything works, not how well.
    public static let smoke = PaperProfile(
        name: "smoke", fit: 1_500, classifierWidth: 0.25, digitEpochs: 3, photographEpochs: 3,
        folderEpochs: 3, detectorWidth: 0.125, detectorEpochs: 5, rectifierEpochs: 1, batchSize: 16,
        guardImages: 48, guardImagesCW: 32, fitImagesFGSM: 24, fitImagesPGD: 24, testImages: 32,
        testImagesCW: 24, maskingImages: 16, accuracyImages: 500, rectifierControls: [.ddnU],
        resampledAttacks: [.ddnU], whiteBoxImages: 6, precision: .float32,
        choices: {
            $0.pgdSteps = 10
            $0.pgdStepSize = $0.epsilon / 5
            $0.deepFoolCandidates = 4
            $0.cwSearchSteps = 2
            $0.cwIterations = 30
            $0.cwLearningRate = 0.1
            $0.cwInitialConstant = 1
            $0.ddnSteps = 25
            $0.copies = 2
            $0.leastAlpha = 0.3
        },
        notes: ["A smoke test: sizes are far too small for the figures to mean anything."])

    /// A night on two cores.
    public static let laptop = PaperProfile(
        name: "laptop", fit: 50_000, classifierWidth: 1, digitEpochs: 4, photographEpochs: 12,
        folderEpochs: 40, detectorWidth: 0.5, detectorEpochs: 10, rectifierEpochs: 6,
        batchSize: 128, guardImages: 2_000, guardImagesCW: 1_000, fitImagesFGSM: 10_000,
        fitImagesPGD: 3_000, testImages: 1_000, testImagesCW: 500, maskingImages: 300,
        accuracyImages: .max, rectifierControls: [.pgdU, .cwU, .ddnU],
        resampledAttacks: [.pgdU, .ddnU],
        whiteBoxImages: 100, whiteBoxCW: (2, 100), precision: .bfloat16,
        choices: {
            $0.cwSearchSteps = 3
            $0.cwIterations = 150
            $0.cwLearningRate = 0.05
            $0.cwInitialConstant = 1
        })

    /// Full size, for a GPU.
    public static let paper = PaperProfile(
        name: "paper", fit: .max, classifierWidth: 1, digitEpochs: 12, photographEpochs: 30,
        folderEpochs: 60, detectorWidth: 1, detectorEpochs: 20, rectifierEpochs: 12,
        batchSize: 128, guardImages: 8_000, guardImagesCW: 8_000, fitImagesFGSM: .max,
        fitImagesPGD: .max, testImages: 10_000, testImagesCW: 10_000, maskingImages: 1_000,
        accuracyImages: .max, rectifierControls: PaperAttack.allCases,
        resampledAttacks: PaperAttack.allCases,
        whiteBoxImages: 1_000, precision: .float32,
        resNet: .resnet152)

    /// From the cheapest to the dearest.
    public static let all = [smoke, laptop, paper]

    /// The profile of a name.
    /// - Throws: ``PaperFault/unknownProfile(name:known:)``.
    public static func named(_ name: String) throws -> PaperProfile {
        guard let profile = all.first(where: { $0.name == name }) else {
            throw PaperFault.unknownProfile(name: name, known: all.map(\.name))
        }
        return profile
    }

    /// What is taken where the paper is silent, for images of this shape.
    public func choices(for shape: ImageShape) -> PaperChoices {
        var choices = PaperChoices(for: shape)
        self.choices(&choices)
        return choices
    }

    /// The same for white-box attacks.
    func whiteBoxChoices(_ choices: PaperChoices) -> PaperChoices {
        var choices = choices
        choices.cwSearchSteps = min(choices.cwSearchSteps, whiteBoxCW.searchSteps)
        choices.cwIterations = min(choices.cwIterations, whiteBoxCW.iterations)
        return choices
    }

    /// The same profile with so many images of `guard` and of `fit` for each attack, and half as many of
    /// `test`, as far as it has more.
    public func limited(to images: Int) -> PaperProfile {
        var profile = self
        profile.guardImages = min(images, guardImages)
        profile.guardImagesCW = min(images, guardImagesCW)
        profile.fitImagesFGSM = min(images, fitImagesFGSM)
        profile.fitImagesPGD = min(images, fitImagesPGD)
        profile.testImages = min(max(images / 2, 1), testImages)
        profile.testImagesCW = min(max(images / 2, 1), testImagesCW)
        profile.whiteBoxImages = min(max(images / 2, 1), whiteBoxImages)
        return profile
    }

    /// All sizes in words, for keys and for the provenance; what a profile changes in the choices is left
    /// out.
    var sizes: [String] {
        Mirror(reflecting: self).children.compactMap { child in
            guard let label = child.label, !["choices", "notes"].contains(label) else { return nil }
            switch child.value {
            case let attacks as [PaperAttack]:
                return "\(label): \(attacks.map(\.rawValue).joined(separator: " "))"
            case let count as Int where count == .max: return "\(label): all"
            default: return "\(label): \(child.value)"
            }
        }
    }

    /// How much is done with these choices, a sentence each, and what else must be known.
    func sentences(_ choices: PaperChoices) -> [String] {
        func cw(_ choices: PaperChoices) -> String {
            "\(Int(choices.cwSearchSteps)) × \(Int(choices.cwIterations))"
        }
        var sentences = [
            "Each attack is tried on at most \(Figure.count(guardImages)) guard images for training and \(Figure.count(testImages)) test images for the tables, CW on \(Figure.count(guardImagesCW)) and \(Figure.count(testImagesCW)).",
            "White-box attacks are tried on at most \(Figure.count(whiteBoxImages)) images.",
            "CW takes at most \(cw(choices)) steps, in white-box attacks \(cw(whiteBoxChoices(choices))).",
        ]
        if detectorWidth != 1 {
            sentences.append(
                "The detectors' VGG11 has \(Figure.fixed(detectorWidth)) of its width.")
        }
        if precision != .float32 {
            sentences.append(
                "Networks train and attacks search in \(precision.rawValue); what attacks claim is judged in float32."
            )
        }
        return sentences + notes
    }

    func guardCount(_ attack: PaperAttack) -> Int { attack.isCW ? guardImagesCW : guardImages }
    func testCount(_ attack: PaperAttack) -> Int { attack.isCW ? testImagesCW : testImages }

    /// How many images of `fit` an attack is tried on, for rectifiers alone: none but by the cheap ones.
    func fitCount(_ attack: PaperAttack, of fit: ImageSet) -> Int {
        switch attack {
        case .fgsmU: min(fitImagesFGSM, fit.count)
        case .pgdU: min(fitImagesPGD, fit.count)
        default: 0
        }
    }

    func plan(epochs: Int, peak: Double = 2e-3, seed: UInt64) -> TrainingPlan {
        TrainingPlan(
            epochs: epochs, batchSize: batchSize,
            learningRate: .oneCycle(peak: peak, warmUp: 0.3), weightDecay: 0.05,
            precision: precision, seed: seed)
    }

    /// Whether networks for this data must be somebody's published weights: the ImageNet networks of full
    /// size, which the images of a folder could not train.
    func needsWeights(for data: PaperData) -> Bool { data == .imageNet && resNet == .resnet152 }

    /// What a report says of a network that needs weights and has none.
    static func untrained(_ name: String, option: String) -> String {
        "\(name) is untrained, as no published weights were given (\(option)): a test of shapes and of resuming, whose figures mean nothing."
    }

    func classifierEpochs(_ data: PaperData) -> Int {
        switch data {
        case .mnist: digitEpochs
        case .cifar10: photographEpochs
        case .imageNet: folderEpochs
        }
    }

    /// Of the classifiers, which are the larger networks.
    func classifierTraining(
        _ family: Architecture.Family, on set: ImageSet, as data: PaperData,
        augmentation: Augmentation, seed: UInt64
    ) -> ClassifierTraining {
        // Inception v3 has only its original width.
        let width = family == .inceptionV3 ? 1 : classifierWidth
        // CWnet's large linear layers take no more than half the rate.
        let peak = family == .cwnet ? 1e-3 : 2e-3
        return ClassifierTraining(
            description: NetworkClassifier.Description(
                architecture: Architecture(family, width: width), inputShape: set.shape,
                classNames: set.classNames,
                networkSide: needsWeights(for: data) ? family.publishedSide : nil),
            plan: plan(epochs: classifierEpochs(data), peak: peak, seed: seed),
            augmentation: augmentation)
    }
}
