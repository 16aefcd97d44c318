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

    init(
        data: DataSet, paper: PaperData, profile: PaperProfile, choices: PaperChoices,
        classifier: any TunableClassifier, sentry: PaperGuard? = nil, bench: Workbench
    ) throws {
        self.data = data
        self.paper = paper
        self.profile = profile
        self.choices = choices
        self.bench = bench
        self.classifier = classifier
        self.sentry = sentry
        hash = try classifier.contentHash()
        experiment = AttackExperiment(
            classifier: classifier, classifierHash: hash, bench: bench,
            precision: profile.precision)
        guardImages = try experiment.correctlyClassified(
            data.sets.guard, count: max(profile.guardImages, profile.guardImagesCW))
        testImages = try experiment.correctlyClassified(
            data.sets.test, count: max(profile.testImages, profile.testImagesCW))
    }

    /// The same with images that were made smaller by an eighth and brought back to their size: photographs
    /// are JPEG files nearly always, and a detector that reads the traces of the format instead of the attack
    /// loses them there.
    func resampled() throws -> PaperSetting {
        var other = self
        func again(_ set: ImageSet) throws -> ImageSet {
            try experiment.correctlyClassified(set.resampled(to: 7.0 / 8), count: set.count)
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
        return Scope(
            classifier: hash,
            images: try (isTest ? testImages : guardImages).prefix(count).contentHash,
            attack: attack, settings: AnyEncodable(attack.attack(choices)), count: count,
            precision: profile.precision, seed: bench.seed, conditions: bench.conditions)
    }

    /// What f is.
    var networkName: String {
        guard let built = classifier as? NetworkClassifier else { return "an exported program" }
        let architecture = built.description.architecture
        let width = architecture.width == 1 ? "" : ", width \(Figure.fixed(architecture.width))"
        return architecture.family.rawValue + width
    }

    /// What a report must say of the setting, a sentence each.
    var notes: [String] {
        var notes: [String] = []
        if layered == nil {
            notes.append("f shows no middle layers, so there is no DET_sal.")
        }
        if paper == .mnist, !data.sets.test.name.contains("MNIST") {
            notes.append(
                "The images are not MNIST's (\(data.sets.test.name)); the paper's numbers for MNIST stand beside them."
            )
        }
        if paper == .imageNet {
            notes.append(
                "\(data.sets.test.name) stands in for the paper's 20 classes of ImageNet at 224×224, and \(networkName) for its ResNet152: differences are of data and network as well."
            )
        }
        return notes
    }

    /// The network of f as DET_sal looks into it; nil for one that shows no middle layers, such as an
    /// exported program.
    var layered: (any LayeredNetwork)? { classifier.network as? any LayeredNetwork }
}
