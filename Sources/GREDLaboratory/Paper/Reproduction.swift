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
    /// What is not made.
    let leftOut: Set<PaperPart>
    /// The program that makes it, with its version.
    let madeBy: String?

    /// - Parameters:
    ///   - classifier: f; nil trains one of the profile's size. It must not have been trained on
    ///     images of `guard`, `calibrate` or `test`.
    ///   - surrogate: the network that black-box attacks are made on; nil trains one.
    ///   - choices: nil takes the profile's.
    ///   - sentry: a guard for f, to be measured beside the paper's detectors; not checked.
    ///   - leftOut: parts that are not made, which the report names.
    ///   - madeBy: what the provenance names, such as a program and its version.
    public init(
        of data: DataSet, as paper: PaperData, profile: PaperProfile, choices: PaperChoices? = nil,
        classifier: (any TunableClassifier)? = nil, surrogate: NetworkClassifier? = nil,
        sentry: PaperGuard? = nil, without leftOut: Set<PaperPart> = [], madeBy: String? = nil,
        bench: Workbench
    ) {
        self.data = data
        self.paper = paper
        self.profile = profile
        self.choices = choices ?? profile.choices(for: data.sets.fit.shape)
        self.bench = bench
        given = classifier
        givenSurrogate = surrogate
        self.sentry = sentry
        self.leftOut = leftOut
        self.madeBy = madeBy
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
        // Those of whose images detectors were made.
        var attacks: [PaperAttack] = []
        for attack in profile.attacks {
            let scores: [Rendition: DetectorScores]? = try progress.part {
                try unlessNoneTurned {
                    Dictionary(
                        uniqueKeysWithValues: try Rendition.allCases.map {
                            ($0, try setting.scores(attack, $0))
                        })
                }
            }
            if let scores {
                attacks.append(attack)
                findings.scores[attack] = scores
                findings.report.take(findings.scores, in: setting)
            } else {
                findings.report.unturned.append(attack)
                say(Self.noneTurned(by: attack), in: &findings)
            }
            try onFindings(findings)
        }
        guard !attacks.isEmpty else { throw LaboratoryFault.noAdversarialImages }

        /// The next part for each attack that has detectors.
        func forEach(_ make: (PaperAttack) throws -> Void) throws {
            for attack in profile.attacks {
                guard attacks.contains(attack) else {
                    progress.skip()
                    continue
                }
                try progress.part { try make(attack) }
                try onFindings(findings)
            }
        }

        for attack in resampledAttacks {
            let rows: [GreyBoxRow]? = try progress.part {
                try unlessNoneTurned {
                    let other = try setting.resampled()
                    return try Rendition.allCases.map {
                        GreyBoxRow(attack, $0, try other.scores(attack, $0), setting: other)
                    }
                }
            }
            if let rows {
                findings.report.resampled += rows
            } else {
                say(Self.noneTurned(by: attack, of: "the resampled images"), in: &findings)
            }
            try onFindings(findings)
        }
        if isMade(.maskingStudy) {
            findings.report.maskingStudy = try progress.part {
                try Rendition.allCases.flatMap { rendition in
                    try studied.flatMap { try setting.maskingStudy($0, rendition) }
                }
            }
        }
        if needsRectifier {
            try progress.part {
                let isDone =
                    try isMade(.rectifier)
                    && attacks.allSatisfy { attack in
                        try Rendition.allCases.allSatisfy { try setting.hasRecovered(attack, $0) }
                    }
                if !isDone { _ = try setting.rectifier(.forAll) }
            }
        }
        if isMade(.rectifier) {
            try forEach { attack in
                let rows = try Rendition.allCases.compactMap { rendition in
                    try findings.scores[attack]?[rendition].map {
                        JointDefenceRow(
                            attack, rendition, try setting.recovered(attack, rendition), scores: $0,
                            data: paper)
                    }
                }
                findings.report.jointDefence += rows
            }
        }
        if isMade(.maskingRate) {
            findings.report.maskingRate = try progress.part {
                try profile.attacks.map { try setting.maskingRate($0).withIntervals() }
            }
            try onFindings(findings)
        }
        if isMade(.transfer) {
            let surrogate = try progress.part { try takeSurrogate(to: &findings) }
            try forEach { attack in
                let rows = try Rendition.allCases.map { rendition in
                    TransferRow(
                        attack, rendition,
                        try setting.transferred(attack, rendition, from: surrogate), data: paper)
                }
                findings.report.add(rows)
            }
        }
        if isMade(.whiteBox) {
            try forEach { attack in
                let (rows, pictures) = try setting.whiteBox(attack)
                findings.report.whiteBox += rows
                findings.pictures += pictures
            }
        }
        return findings
    }

    /// Findings of f alone.
    private func begun() throws -> Findings {
        let classifier = try given ?? make(family)
        // Said before hours are spent on it.
        let accuracy = try measured(classifier, as: "f")
        let setting = try PaperSetting(
            data: data, paper: paper, profile: profile, choices: choices, classifier: classifier,
            isUntrained: given == nil && profile.needsWeights(for: paper), sentry: sentry,
            bench: bench)
        if setting.isUntrained {
            bench.observer.say(PaperProfile.untrained("f", option: "--weights"))
        }
        var findings = Findings(
            report: try ReproductionReport(
                setting, accuracy: accuracy,
                origin: origin(of: setting.networkName, isGiven: given != nil)),
            scores: [:], setting: setting)
        findings.report.provenance.madeBy = madeBy
        let missing = PaperPart.allCases.filter(leftOut.contains).map(\.title)
        if !missing.isEmpty {
            findings.report.provenance.notes.append(
                "Left out, as the command says: \(missing.listed).")
        }
        return findings
    }

    /// The network that black-box attacks are made on, measured, and named in the report.
    private func takeSurrogate(to findings: inout Findings) throws -> Surrogate {
        let network = try givenSurrogate ?? make(paper.surrogate(for: data.sets.fit.shape))
        let accuracy = try measured(network, as: "the surrogate")
        let surrogate = try Surrogate(
            network, isUntrained: givenSurrogate == nil && profile.needsWeights(for: paper),
            in: findings.setting)
        findings.report.take(
            surrogate, accuracy: accuracy,
            origin: origin(of: surrogate.name, isGiven: givenSurrogate != nil))
        if surrogate.isUntrained {
            say(
                PaperProfile.untrained("The surrogate", option: "--surrogate-weights"),
                in: &findings)
        }
        let (seen, shape) = (network.description, network.inputShape)
        if let side = seen.networkSide {
            findings.report.provenance.notes.append(
                "The surrogate sees images scaled to \(side)×\(side) pixels; what an attack changes are the \(shape.height)×\(shape.width) that f sees."
            )
        } else if let side = seen.architecture.family.publishedSide, shape.height != side {
            findings.report.provenance.notes.append(
                "The surrogate sees images as f does, of \(shape.height)×\(shape.width) pixels; Inception v3 was made for \(side)×\(side)."
            )
        }
        return surrogate
    }

    /// What is made of an attack's images; nil where there are none that detectors could learn from.
    private func unlessNoneTurned<Made>(_ make: () throws -> Made) throws -> Made? {
        do { return try make() } catch LaboratoryFault.noAdversarialImages { return nil }
    }

    private static func noneTurned(
        by attack: PaperAttack, of images: String = "those that detectors train on"
    ) -> String {
        "\(attack.rawValue) turned none of \(images), so that it has no rows where detectors are needed."
    }

    /// Says something on the terminal and in the report.
    private func say(_ sentence: String, in findings: inout Findings) {
        bench.observer.say(sentence)
        findings.report.provenance.notes.append(sentence)
    }

    /// How a network came to be, in words.
    private func origin(of name: String, isGiven: Bool) -> String {
        if isGiven { return "\(name) was given, not trained here." }
        if profile.needsWeights(for: paper) { return "\(name) was neither given nor trained." }
        let images = Figure.count(min(profile.fit, data.sets.fit.count))
        return
            "\(name) was trained here for \(profile.classifierEpochs(paper)) epochs on \(images) images."
    }

    func isMade(_ part: PaperPart) -> Bool { !leftOut.contains(part) }

    /// Whether any part asks a rectifier.
    var needsRectifier: Bool { PaperPart.rectified.contains(where: isMade) }

    /// The attacks of Table 1 that are among the profile's.
    var studied: [PaperAttack] {
        MaskingStudyRow.attacks.filter(profile.attacks.contains)
    }

    /// The attacks that are made again on resampled images: of photographs, which were JPEG files.
    var resampledAttacks: [PaperAttack] {
        guard paper == .imageNet, isMade(.resampled) else { return [] }
        return profile.resampledAttacks.filter(profile.attacks.contains)
    }

    /// The paper's network for this data: VGG11, for ImageNet a ResNet.
    var family: Architecture.Family { paper.family(in: profile) }

    /// A network of the profile's size: trained, or as it was drawn where only published weights would do.
    private func make(_ family: Architecture.Family) throws -> NetworkClassifier {
        let set = data.sets.fit.prefix(profile.fit)
        let training = profile.classifierTraining(
            family, on: set, as: paper, augmentation: data.augmentation, seed: bench.seed)
        guard profile.needsWeights(for: paper) else {
            return try training.run(on: set, bench: bench)
        }
        let network = try NetworkClassifier(training.description, seed: bench.seed)
        try network.move(to: bench.device)
        return network
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
