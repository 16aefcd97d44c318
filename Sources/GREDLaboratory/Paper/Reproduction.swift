import Foundation
import GREDCharts
import GREDClassifiers
import GREDImages
import LibTorch

/// The paper's experiments, done again from data alone: trains a classifier, attacks it, trains and
/// measures detectors and rectifiers, and sets the results beside the paper's.
public struct Reproduction {
    /// The images.
    public let data: DataSet
    /// Whose numbers stand beside ours.
    public let paper: PaperData
    /// How large everything is.
    public let profile: PaperProfile
    /// What is taken where the paper is silent.
    public let choices: PaperChoices
    /// Where the work is done.
    public let bench: Workbench
    /// f, where it is not to be trained here.
    let given: (any TunableClassifier)?
    /// A guard for f that was trained once for all attacks, as one more column.
    let sentry: PaperGuard?

    /// - Parameters:
    ///   - classifier: f; nil trains one of the profile's size. It must not have been trained on
    ///     images of `guard`, `calibrate` or `test`.
    ///   - choices: nil takes the profile's.
    ///   - sentry: a guard for f, to be measured beside the paper's detectors; not checked.
    public init(
        of data: DataSet, as paper: PaperData, profile: PaperProfile, choices: PaperChoices? = nil,
        classifier: (any TunableClassifier)? = nil, sentry: PaperGuard? = nil, bench: Workbench
    ) {
        self.data = data
        self.paper = paper
        self.profile = profile
        self.choices = choices ?? profile.choices(for: data.sets.fit.shape)
        self.bench = bench
        given = classifier
        self.sentry = sentry
    }

    /// Everything that was found.
    public struct Findings {
        /// The figures, which `report.json` holds.
        public var report: ReproductionReport
        /// What the detectors say of each image, for each attack.
        public var scores: [PaperAttack: [Rendition: DetectorScores]]
        /// Everything that the experiments share.
        let setting: PaperSetting
    }

    /// What the work consists of. Measures how fast this machine is.
    public func plan() throws -> ReproductionPlan {
        let shape = data.sets.fit.shape
        func untrained(_ family: Architecture.Family) throws -> any Classifier {
            let made = try NetworkClassifier(
                profile.classifierTraining(
                    family, on: data.sets.fit, augmentation: .none, seed: 0
                ).description, seed: 0)
            try made.move(to: bench.device)
            return made
        }
        let speed = try PaperSpeed(
            profile, classifier: given ?? untrained(paper.family(for: shape, profile)),
            surrogate: untrained(paper.surrogate(for: shape)), bench: bench)
        let training = PaperSpeed.passesOfTraining
        var plan = ReproductionPlan()
        let fit = Double(min(profile.fit, data.sets.fit.count) * profile.classifierEpochs)
        plan.add(
            given == nil ? "train f" : "measure f",
            seconds: given == nil ? fit * training / speed.classifier : 1)
        for attack in profile.attacks {
            let (n, m) = (profile.guardCount(attack), profile.testCount(attack))
            let attacking = Double(attack.attack(choices).expectedPasses * (n + m))
            let detecting =
                Double(2 * n * profile.detectorEpochs) * training * 4 + Double(3 * m) * 5
            plan.add(
                "\(attack.rawValue): attack \(n) + \(m) images, train and measure 2 × 4 detectors",
                seconds: attacking / speed.classifier + 2 * detecting / speed.detector)
        }
        plan.add(
            "Table 1: \(studied.count) attacks without their most sensitive pixels",
            seconds: Double(studied.map(profile.testCount).reduce(0, +) * 8)
                / speed.classifier)
        let tuning = training * Double(profile.rectifierEpochs) / speed.classifier
        let guarded = profile.attacks.map(profile.guardCount)
        plan.add(
            "fine-tune the rectifier for all attacks",
            seconds: Double(guarded.reduce(0, +)) * (tuning + 2 / speed.classifier))
        let copies = Int(choices.copies)
        for attack in profile.attacks {
            let hasControls = profile.rectifierControls.contains(attack)
            let answers = profile.testCount(attack) * 2 * (7 * copies + 20)
            let choosing = profile.guardCount(attack) / 5 * choices.alphas.count * copies
            plan.add(
                "\(attack.rawValue): fine-tune \(hasControls ? "3 rectifiers" : "a rectifier"), choose α, recover",
                seconds: Double(profile.guardCount(attack)) * tuning * (hasControls ? 3 : 1)
                    + Double(answers + choosing) / speed.classifier)
        }
        plan.add(
            "Fig. 5: \(choices.alphas.count) α on \(profile.maskingImages) images an attack",
            seconds: Double(
                profile.attacks.count * 4 * choices.alphas.count * copies * profile.maskingImages)
                / speed.classifier)
        plan.add("train the surrogate", seconds: fit * training / speed.surrogate)
        for attack in profile.attacks {
            let m = profile.testCount(attack)
            plan.add(
                "\(attack.rawValue): attack \(m) images on the surrogate, show them to f",
                seconds: Double(attack.attack(choices).expectedPasses * m) / speed.surrogate
                    + Double(2 * m * (copies + 8)) / speed.classifier)
        }
        return plan
    }

    /// Does everything that is not in the store already.
    public func run() throws -> Findings {
        let plan = try plan()
        let progress = WholeProgress(plan, observer: bench.observer)
        let (setting, accuracy) = try progress.part {
            let classifier = try given ?? train(paper.family(for: data.sets.fit.shape, profile))
            let setting = try PaperSetting(
                data: data, paper: paper, profile: profile, choices: choices,
                classifier: classifier, sentry: sentry, bench: bench)
            return (setting, try measured(classifier))
        }
        var scores: [PaperAttack: [Rendition: DetectorScores]] = [:]
        for attack in profile.attacks {
            try progress.part {
                for rendition in Rendition.allCases {
                    scores[attack, default: [:]][rendition] = try setting.scores(attack, rendition)
                }
            }
        }
        var report = try ReproductionReport(setting, accuracy: accuracy, scores: scores)
        try progress.part {
            report.maskingStudy = try studied.flatMap(setting.maskingStudy)
        }
        try progress.part { _ = try setting.rectifier(.forAll) }
        for attack in profile.attacks {
            try progress.part {
                for rendition in Rendition.allCases {
                    guard let judged = scores[attack]?[rendition] else { continue }
                    report.jointDefence.append(
                        JointDefenceRow(
                            attack, rendition, try setting.recovered(attack, rendition),
                            scores: judged, data: paper))
                }
            }
        }
        report.maskingRate = try progress.part {
            try profile.attacks.map(setting.maskingRate)
        }
        let surrogate = try progress.part {
            try Surrogate(train(paper.surrogate(for: data.sets.fit.shape)), in: setting)
        }
        let surrogateAccuracy = try measured(surrogate.classifier)
        var transfer: [TransferRow] = []
        for attack in profile.attacks {
            try progress.part {
                for rendition in Rendition.allCases {
                    transfer.append(
                        TransferRow(
                            attack, rendition,
                            try setting.transferred(attack, rendition, from: surrogate),
                            data: paper))
                }
            }
        }
        report.add(transfer, from: surrogate, accuracy: surrogateAccuracy)
        return Findings(report: report, scores: scores, setting: setting)
    }

    /// The attacks of Table 1 that are among the profile's.
    private var studied: [PaperAttack] {
        MaskingStudyRow.attacks.filter(profile.attacks.contains)
    }

    private func train(_ family: Architecture.Family) throws -> NetworkClassifier {
        let set = data.sets.fit.prefix(profile.fit)
        return try profile.classifierTraining(
            family, on: set, augmentation: data.augmentation, seed: bench.seed
        ).run(on: set, bench: bench)
    }

    private func measured(_ classifier: any Classifier) throws -> Proportion {
        try Accuracy.of(
            classifier, on: data.sets.test.prefix(profile.accuracyImages), observer: bench.observer)
    }
}

extension PaperData {
    /// The paper's classifier for this data: VGG11, for ImageNet a ResNet.
    func family(for shape: ImageShape, _ profile: PaperProfile) -> Architecture.Family {
        guard self == .imageNet else { return .vgg11 }
        return profile.name == PaperProfile.paper.name ? .resnet152 : .resnet18
    }

    /// The network that black-box attacks transfer from.
    func surrogate(for shape: ImageShape) -> Architecture.Family {
        guard self == .imageNet else { return .cwnet }
        // Inception v3 takes nothing smaller.
        return min(shape.height, shape.width) >= 75 ? .inceptionV3 : .vgg11
    }
}
