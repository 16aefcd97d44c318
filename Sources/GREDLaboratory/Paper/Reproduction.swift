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
    /// The network that black-box attacks are made on, where it is not to be trained here.
    let givenSurrogate: NetworkClassifier?
    /// A guard for f that was trained once for all attacks, as one more column.
    let sentry: PaperGuard?

    /// - Parameters:
    ///   - classifier: f; nil trains one of the profile's size. It must not have been trained on
    ///     images of `guard`, `calibrate` or `test`.
    ///   - surrogate: the network that black-box attacks are made on; nil trains one.
    ///   - choices: nil takes the profile's.
    ///   - sentry: a guard for f, to be measured beside the paper's detectors; not checked.
    public init(
        of data: DataSet, as paper: PaperData, profile: PaperProfile, choices: PaperChoices? = nil,
        classifier: (any TunableClassifier)? = nil, surrogate: NetworkClassifier? = nil,
        sentry: PaperGuard? = nil, bench: Workbench
    ) {
        self.data = data
        self.paper = paper
        self.profile = profile
        self.choices = choices ?? profile.choices(for: data.sets.fit.shape)
        self.bench = bench
        given = classifier
        givenSurrogate = surrogate
        self.sentry = sentry
    }

    /// Everything that was found.
    public struct Findings {
        /// The figures, which `report.json` holds.
        public var report: ReproductionReport
        /// What the detectors say of each image, for each attack.
        public var scores: [PaperAttack: [Rendition: DetectorScores]]
        /// Of white-box attacks.
        public var pictures: [WhiteBoxPicture] = []
        /// Everything that the experiments share.
        let setting: PaperSetting
    }

    /// Does everything that is not in the store already.
    /// - Parameters:
    ///   - plan: what ``plan()`` gave; nil makes one.
    ///   - onFindings: is given what there is when f is measured, and whenever a part of a table is done.
    public func run(
        by plan: ReproductionPlan? = nil, onFindings: (Findings) throws -> Void = { _ in }
    ) throws -> Findings {
        let progress = WholeProgress(
            try plan ?? self.plan(), observer: bench.observer, finish: keepDone)
        var findings = try progress.part { try begun() }
        try onFindings(findings)
        let setting = findings.setting
        for attack in profile.attacks {
            try progress.part {
                findings.scores[attack] = Dictionary(
                    uniqueKeysWithValues: try Rendition.allCases.map {
                        ($0, try setting.scores(attack, $0))
                    })
            }
            findings.report.take(findings.scores, in: setting)
            try onFindings(findings)
        }
        for attack in resampledAttacks {
            findings.report.resampled += try progress.part {
                let other = try setting.resampled()
                return try Rendition.allCases.map {
                    GreyBoxRow(attack, $0, try other.scores(attack, $0), setting: other)
                }
            }
            try onFindings(findings)
        }
        findings.report.maskingStudy = try progress.part {
            try Rendition.allCases.flatMap { rendition in
                try studied.flatMap { try setting.maskingStudy($0, rendition) }
            }
        }
        try progress.part {
            let isDone = try profile.attacks.allSatisfy { attack in
                try Rendition.allCases.allSatisfy { try setting.hasRecovered(attack, $0) }
            }
            if !isDone { _ = try setting.rectifier(.forAll) }
        }
        for attack in profile.attacks {
            let rows = try progress.part {
                try Rendition.allCases.compactMap { rendition in
                    try findings.scores[attack]?[rendition].map {
                        JointDefenceRow(
                            attack, rendition, try setting.recovered(attack, rendition), scores: $0,
                            data: paper)
                    }
                }
            }
            findings.report.jointDefence += rows
            try onFindings(findings)
        }
        findings.report.maskingRate = try progress.part {
            try profile.attacks.map(setting.maskingRate)
        }
        try onFindings(findings)
        let (surrogate, accuracy) = try progress.part {
            let network =
                try givenSurrogate ?? train(paper.surrogate(for: data.sets.fit.shape))
            let accuracy = try measured(network, as: "the surrogate")
            return (try Surrogate(network, in: setting), accuracy)
        }
        findings.report.take(
            surrogate, accuracy: accuracy,
            origin: origin(of: surrogate.name, isGiven: givenSurrogate != nil))
        for attack in profile.attacks {
            let rows = try progress.part {
                try Rendition.allCases.map { rendition in
                    TransferRow(
                        attack, rendition,
                        try setting.transferred(attack, rendition, from: surrogate), data: paper)
                }
            }
            findings.report.add(rows)
            try onFindings(findings)
        }
        for attack in profile.attacks {
            let (rows, pictures) = try progress.part { try setting.whiteBox(attack) }
            findings.report.whiteBox += rows
            findings.pictures += pictures
            try onFindings(findings)
        }
        return findings
    }

    /// Findings of f alone.
    private func begun() throws -> Findings {
        let classifier = try given ?? train(family)
        // Said before hours are spent on it.
        let accuracy = try measured(classifier, as: "f")
        let setting = try PaperSetting(
            data: data, paper: paper, profile: profile, choices: choices, classifier: classifier,
            sentry: sentry, bench: bench)
        return Findings(
            report: try ReproductionReport(
                setting, accuracy: accuracy,
                origin: origin(of: setting.networkName, isGiven: given != nil)),
            scores: [:], setting: setting)
    }

    /// How a network came to be, in words.
    private func origin(of name: String, isGiven: Bool) -> String {
        let images = Figure.count(min(profile.fit, data.sets.fit.count))
        return isGiven
            ? "\(name) was given, not trained here."
            : "\(name) was trained here for \(profile.classifierEpochs(paper)) epochs on \(images) images."
    }

    /// The attacks of Table 1 that are among the profile's.
    var studied: [PaperAttack] {
        MaskingStudyRow.attacks.filter(profile.attacks.contains)
    }

    /// The attacks that are made again on resampled images: of photographs, which were JPEG files.
    var resampledAttacks: [PaperAttack] {
        paper == .imageNet ? profile.resampledAttacks.filter(profile.attacks.contains) : []
    }

    /// The paper's network for this data: VGG11, for ImageNet a ResNet.
    var family: Architecture.Family { paper.family(in: profile) }

    private func train(_ family: Architecture.Family) throws -> NetworkClassifier {
        let set = data.sets.fit.prefix(profile.fit)
        return try profile.classifierTraining(
            family, on: set, as: paper, augmentation: data.augmentation, seed: bench.seed
        ).run(on: set, bench: bench)
    }

    private func measured(_ classifier: any Classifier, as name: String) throws -> Proportion {
        let set = data.sets.test.prefix(profile.accuracyImages)
        let accuracy = try Accuracy.of(classifier, on: set, observer: bench.observer)
        bench.observer.say(
            "\(name) is right on \(accuracy.formatted(digits: 4)) of \(Figure.count(set.count)) images of \(set.name)"
        )
        return accuracy
    }
}

extension PaperData {
    /// The network that is attacked and guarded.
    public func family(in profile: PaperProfile) -> Architecture.Family {
        self == .imageNet ? profile.resNet : .vgg11
    }

    /// The network that black-box attacks transfer from.
    public func surrogate(for shape: ImageShape) -> Architecture.Family {
        guard self == .imageNet else { return .cwnet }
        // Inception v3 takes nothing smaller.
        return min(shape.height, shape.width) >= 75 ? .inceptionV3 : .vgg11
    }
}
