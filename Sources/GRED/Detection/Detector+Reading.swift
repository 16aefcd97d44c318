/// In files a reading is one of `image`, `raw sensitivity`, `logarithmic sensitivity`, and such as
/// `4 saliency maps`.
extension Detector.Reading: RawRepresentable, Codable {
    private static let suffix = " sensitivity"
    private static let mapsSuffix = " saliency maps"

    /// The name in files.
    public var rawValue: String {
        switch self {
        case .image: "image"
        case .sensitivity(let form): form.rawValue + Self.suffix
        case .saliency(let maps): "\(maps)" + Self.mapsSuffix
        }
    }

    /// The reading of a name; nil where there is none.
    public init?(rawValue: String) {
        if rawValue == "image" {
            self = .image
        } else if rawValue.hasSuffix(Self.suffix),
            let form = SensitivityForm(rawValue: String(rawValue.dropLast(Self.suffix.count)))
        {
            self = .sensitivity(form)
        } else if rawValue.hasSuffix(Self.mapsSuffix),
            let maps = Int(rawValue.dropLast(Self.mapsSuffix.count)), (1...64).contains(maps)
        {
            self = .saliency(maps: maps)
        } else {
            return nil
        }
    }
}
