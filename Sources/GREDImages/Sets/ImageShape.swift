/// The shape of one image, `[C, H, W]`: channels × height × width.
public struct ImageShape: Sendable, Hashable, CustomStringConvertible {
    /// 1 for grey, 3 for red, green and blue.
    public let channels: Int
    /// In pixels.
    public let height: Int
    /// In pixels.
    public let width: Int

    /// Takes any numbers, also those that no image can have: whoever reads them from a file checks.
    public init(channels: Int, height: Int, width: Int) {
        self.channels = channels
        self.height = height
        self.width = width
    }

    /// C·H·W: the values in one image; `Int.max` where the product does not fit, so that an absurd
    /// shape read from a file is refused by the comparisons that follow instead of trapping.
    public var count: Int {
        let (plane, over) = height.multipliedReportingOverflow(by: width)
        let (all, overAgain) = plane.multipliedReportingOverflow(by: channels)
        return over || overAgain ? .max : all
    }

    /// For example `1×28×28`.
    public var description: String { "\(channels)×\(height)×\(width)" }

    var isPositive: Bool { channels > 0 && height > 0 && width > 0 }
}

extension ImageShape: Codable {
    private enum CodingKeys: String, CodingKey {
        case channels, height, width
    }

    /// Throws `DecodingError` where a side is missing, zero or negative.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            channels: try values.decode(Int.self, forKey: .channels),
            height: try values.decode(Int.self, forKey: .height),
            width: try values.decode(Int.self, forKey: .width))
        guard isPositive else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription:
                        "expected an image shape with positive sides, found \(self)"))
        }
    }
}
