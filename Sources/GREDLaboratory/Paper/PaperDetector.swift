/// The detectors that the tables compare.
public enum PaperDetector: String, Sendable, Codable, CaseIterable {
    /// CNN_org alone (Eq. 8; Gong et al. 2017).
    case org = "DET_org"
    /// Saliency of the middle layers (Zhang et al. 2018).
    case sal = "DET_sal"
    /// CNN_sen alone, in the paper's form: it reads the raw sensitivity (Eq. 9).
    case sensitivity = "DET_IS"
    /// CNN_org and that CNN_sen, joined by Eq. 12: what is called DET_GRED in every comparison.
    case gred = "DET_GRED"
    /// CNN_sen alone on the logarithmic scale.
    case sensitivityOurs = "DET_IS, ours"
    /// CNN_org and that CNN_sen, joined by Eq. 12.
    case gredOurs = "DET_GRED, ours"
    /// A guard that was trained once for all attacks, by its own threshold.
    case universal = "universal guard"
    /// ℓ alone.
    case scale = "ℓ alone"
    /// ℓ, ln ‖G‖ and m/‖G‖.
    case scalars = "three numbers"

    /// Those that the paper's tables hold.
    public static let ofPaper: [PaperDetector] = [.org, .sal, .sensitivity, .gred]

    /// The log-odds of each image; nil where a part was not there.
    public func scores(_ columns: ScoreColumns) -> [Float]? {
        switch self {
        case .org: columns[.org]
        case .sal: columns[.sal]
        case .sensitivity: columns[.raw]
        case .sensitivityOurs: columns[.log]
        case .universal: columns[.universal]
        case .scale: columns[.scale]
        case .scalars: columns[.scalars]
        case .gred: Self.joined(columns[.org], columns[.raw])
        case .gredOurs: Self.joined(columns[.org], columns[.log])
        }
    }

    /// Eq. 12 on log-odds: the entropy falls as their size grows, so the larger one decides; a tie goes
    /// to CNN_sen, and a number that is none decides.
    static func joined(_ org: [Float]?, _ sen: [Float]?) -> [Float]? {
        guard let org, let sen else { return nil }
        return zip(org, sen).map { abs($0) > abs($1) || $0.isNaN ? $0 : $1 }
    }
}
