import GREDAttacks
import LibTorch

/// The eight attack variants of the paper, in the order of its tables: U is untargeted, T targeted.
public enum PaperAttack: String, Sendable, Codable, CaseIterable {
    /// One step of L∞ (Goodfellow et al. 2015).
    case fgsmU = "FGSM-U"
    /// Many steps of L∞ (Madry et al. 2018).
    case pgdU = "PGD-U"
    /// The same towards a random class.
    case pgdT = "PGD-T"
    /// DeepFool (Moosavi-Dezfooli et al. 2016).
    case deepFoolU = "DFool-U"
    /// In L2 (Carlini and Wagner 2017).
    case cwU = "CW-U"
    /// The same towards a random class.
    case cwT = "CW-T"
    /// Decoupled direction and norm (Rony et al. 2019).
    case ddnU = "DDN-U"
    /// The same towards a random class.
    case ddnT = "DDN-T"

    /// Whether each image is given a random class to be turned into.
    public var isTargeted: Bool { rawValue.hasSuffix("-T") }

    /// Whether the attack looks for the smallest perturbation, rather than any within a bound.
    public var isMinimumNorm: Bool { ![.fgsmU, .pgdU, .pgdT].contains(self) }

    /// Whether it is the dear one, of which experiments have fewer images.
    var isCW: Bool { self == .cwU || self == .cwT }

    /// How many passes an image is likely to take, forward or back, for estimates.
    func passes(_ choices: PaperChoices) -> Int {
        // DeepFool goes back once for each class that it considers, in two or three steps.
        self == .deepFoolU ? 25 : 2 * attack(choices).expectedPasses
    }

    /// The attack with the settings of a run.
    public func attack(_ choices: PaperChoices) -> any Attack {
        switch self {
        case .fgsmU: FGSM(epsilon: choices.epsilon)
        case .pgdU, .pgdT:
            PGD(
                epsilon: choices.epsilon, stepSize: choices.pgdStepSize,
                steps: Int(choices.pgdSteps))
        case .deepFoolU:
            DeepFool(
                steps: Int(choices.deepFoolSteps), overshoot: choices.deepFoolOvershoot,
                candidates: Int(choices.deepFoolCandidates))
        case .cwU, .cwT:
            CW(
                searchSteps: Int(choices.cwSearchSteps), iterations: Int(choices.cwIterations),
                learningRate: choices.cwLearningRate, initialConstant: choices.cwInitialConstant)
        case .ddnU, .ddnT:
            DDN(
                steps: Int(choices.ddnSteps), gamma: choices.ddnGamma,
                initialNorm: choices.ddnInitialNorm)
        }
    }
}

/// In which form an adversarial image is judged: each experiment has both.
public enum Rendition: String, Sendable, Codable, CaseIterable {
    /// As the attack left it, in float32: the paper's.
    case unrounded
    /// At 8 bits, minimum-norm attacks after their finishing step.
    case rounded
}

extension AttackRecord {
    /// What the attack made of all images, `[N, C, H, W]`.
    func images(_ rendition: Rendition) -> Tensor {
        rendition == .rounded ? rounded : adversarial
    }

    /// Whether each of these fools the classifier, `[N]`.
    func succeeded(_ rendition: Rendition) -> [Bool] {
        rendition == .rounded ? succeededRounded : succeeded
    }
}

extension TurnedImages {
    /// The images that an attack turned in this rendition. Unrounded ones are kept as float32.
    init(_ record: AttackRecord, _ rendition: Rendition) throws {
        guard rendition == .unrounded else {
            try self.init(record)
            return
        }
        let turned = record.succeeded.indices.filter { record.succeeded[$0] }
        self.init(
            originals: try record.originals.rows(turned),
            adversarial: try record.adversarial.rows(turned),
            labels: turned.map { record.labels[$0] }, places: turned)
    }
}
