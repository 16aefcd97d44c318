/// A part of a reproduction that may be left out. f, Table 2 and Figures 2 and 3 are always made.
public enum PaperPart: String, Sendable, CaseIterable {
    /// Rows of Table 2 on resampled photographs.
    case resampled
    /// Table 1.
    case maskingStudy = "masking-study"
    /// Table 7.
    case rectifier
    /// Fig. 5.
    case maskingRate = "masking-rate"
    /// Table 3.
    case transfer
    /// Tables 4, 5 and 6.
    case whiteBox = "white-box"

    /// What the paper, or a report, calls it.
    public var title: String {
        switch self {
        case .resampled: "Table 2 on resampled photographs"
        case .maskingStudy: "Table 1"
        case .rectifier: "Table 7"
        case .maskingRate: "Fig. 5"
        case .transfer: "Table 3"
        case .whiteBox: "Tables 4, 5 and 6"
        }
    }

    /// Those that need a rectifier.
    static let rectified: Set<PaperPart> = [.rectifier, .maskingRate, .transfer, .whiteBox]
}
