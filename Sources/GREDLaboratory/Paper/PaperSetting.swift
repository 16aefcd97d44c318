import GRED
import GREDCharts
import GREDClassifiers
import GREDImages
import LibTorch

/// What all experiments of a reproduction share: data, classifier, sizes, choices.
struct PaperSetting {
    let data: DataSet
    /// Whose numbers stand beside ours.
    let paper: PaperData
    let profile: PaperProfile
    let choices: PaperChoices
    let bench: Workbench
    /// f, which is attacked and guarded.
    let classifier: any TunableClassifier
    /// Whether f's weights are as they were drawn: a test of shapes, whose figures mean nothing.
    let isUntrained: Bool
    /// A guard for f, trained once for all attacks, where there is one.
    let sentry: PaperGuard?
    /// f's hash, which stands for it in the store.
    let hash: String
    /// The attack pieces of f.
    let experiment: AttackExperiment
    /// Images of `guard` that f gets right, for training.
    private(set) var guardImages: ImageSet
    /// Images of `test` that f gets right.
    private(set) var testImages: ImageSet
    /// SHA-256 of `fit`, of which rectifiers train on the images that f gets right.
    let fitHash: String

    init(
        data: DataSet, paper: PaperData, profile: PaperProfile, choices: PaperChoices,
        classifier: any TunableClassifier, isUntrained: Bool = false, sentry: PaperGuard? = nil,
        bench: Workbench
    ) throws {
        self.data = data
        self.paper = paper
        self.profile = profile
        self.choices = choices
        self.bench = bench
        self.classifier = classifier
        self.isUntrained = isUntrained
        self.sentry = sentry
        hash = try classifier.contentHash()
        experiment = AttackExperiment(
            classifier: classifier, classifierHash: hash, bench: bench,
            precision: profile.precision)
        guardImages = try experiment.images(
            of: data.sets.guard, count: max(profile.guardImages, profile.guardImagesCW),
            isUntrained: isUntrained)
        testImages = try experiment.images(
            of: data.sets.test, count: max(profile.testImages, profile.testImagesCW),
            isUntrained: isUntrained)
        fitHash = try data.sets.fit.contentHash
    }

    /// The same with images that were made smaller by an eighth and brought back to their size: photographs
    /// are JPEG files nearly always, and a detector that reads the traces of the format instead of the attack
    /// loses them there.
    func resampled() throws -> PaperSetting {
        var other = self
        func again(_ set: ImageSet) throws -> ImageSet {
            try experiment.images(
                of: set.resampled(to: 7.0 / 8), count: set.count, isUntrained: isUntrained)
        }
        other.guardImages = try again(guardImages)
        other.testImages = try again(testImages)
        return other
    }

    /// What an attack did to the images that detectors and rectifiers train on.
    func guardRecord(_ attack: PaperAttack) throws -> AttackRecord {
        try experiment.run(plan(attack, count: profile.guardCount(attack)), on: guardImages)
    }

    /// What an attack did to the images of the tables.
    func testRecord(_ attack: PaperAttack) throws -> AttackRecord {
        try experiment.run(plan(attack, count: profile.testCount(attack)), on: testImages)
    }

    /// How many images of `fit` an attack is tried on, for rectifiers alone.
    func fitCount(_ attack: PaperAttack) -> Int {
        profile.fitCount(attack, of: data.sets.fit)
    }

    func plan(_ attack: PaperAttack, count: Int) throws -> AttackPlan {
        try AttackPlan(attack.attack(choices), isTargeted: attack.isTargeted, count: count)
    }

    /// What everything that is made from one attack's images depends on.
    struct Scope: Encodable {
        var version = 2
        var classifier: String
        var images: String
        var attack: PaperAttack
        var settings: AnyEncodable
        var count: Int
        var precision: Precision
        var seed: UInt64
        var conditions: Workbench.Conditions
    }

    /// - Parameter isTest: whether the images are those of the tables, or those trained on.
    func scope(_ attack: PaperAttack, isTest: Bool = false) throws -> Scope {
        let count = isTest ? profile.testCount(attack) : profile.guardCount(attack)
        let images = (isTest ? testImages : guardImages).prefix(count)
        return scope(attack, images: try images.contentHash, count: count)
    }

    /// The same of the images of `fit` that rectifiers alone train on: those that f gets right, which
    /// follow from all of them and from f.
    func fitScope(_ attack: PaperAttack) -> Scope {
        scope(attack, images: fitHash, count: fitCount(attack))
    }

    private func scope(_ attack: PaperAttack, images: String, count: Int) -> Scope {
        Scope(
            classifier: hash, images: images, attack: attack,
            settings: AnyEncodable(attack.attack(choices)), count: count,
            precision: profile.precision, seed: bench.seed, conditions: bench.conditions)
    }

    /// What f is.
    var networkName: String {
        guard let built = classifier as? NetworkClassifier else { return "an exported program" }
        let architecture = built.description.architecture
        let width = architecture.width == 1 ? "" : ", width \(Figure.fixed(architecture.width))"
        return architecture.family.rawValue + width + (isUntrained ? ", untrained" : "")
    }

    /// The network of f as DET_sal looks into it; nil for one that shows no middle layers, such as an
    /// exported program.
    var layered: (any LayeredNetwork)? { classifier.network as? any LayeredNetwork }
}

extension AttackExperiment {
    /// The first images that the classifier gets right; of one that is untrained, which gets hardly any
    /// right, just the first.
    func images(of set: ImageSet, count: Int, isUntrained: Bool) throws -> ImageSet {
        try isUntrained ? set.prefix(count) : correctlyClassified(set, count: count)
    }
}
