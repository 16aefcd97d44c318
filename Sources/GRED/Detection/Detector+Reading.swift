/// In files a reading is one of `image`, `raw sensitivity` and `logarithmic sensitivity`.
extension Detector.Reading: RawRepresentable, Codable {
    private static let suffix = " sensitivity"

    /// The name in files.
    public var rawValue: String {
        switch self {
        case .image: "image"
        case .sensitivity(let form): form.rawValue + Self.suffix
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
        } else {
            return nil
        }
    }
}
