import Foundation

/// Reports as JSON for any reader: keys in snake case, and `null` where there is no number.
public enum ReportJSON {
    /// The bytes of a report, sorted by key; on several lines, or on one.
    public static func data(of report: some Encodable, isPretty: Bool = true) throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .custom { path in
            SnakeCaseKey(path[path.count - 1])
        }
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: noNumber, negativeInfinity: noNumber, nan: noNumber)
        // JSON knows neither NaN nor infinities, and the encoder can only put strings in their
        // place; readers expect null.
        let text = String(decoding: try encoder.encode(report), as: UTF8.self)
        return Data(text.replacingOccurrences(of: "\"\(noNumber)\"", with: "null").utf8)
    }

    /// A private-use character, so that no text of a report equals it.
    private static let noNumber = "\u{F8FF}no number"
}

/// A key in snake case whose numbers are words of their own: `tpr_at_1_percent_fpr`, where
/// Foundation's conversion gives `tpr_at1_percent_fpr`. A number after a capital belongs to it:
/// `median_l2`.
struct SnakeCaseKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ key: any CodingKey) {
        stringValue = Self.snakeCase(key.stringValue)
        intValue = key.intValue
    }

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }

    static func snakeCase(_ name: String) -> String {
        var result = ""
        var before: Character?
        for character in name {
            let beginsWord =
                character.isUppercase || character.isNumber && before?.isLowercase == true
            if beginsWord, before != nil { result += "_" }
            result += character.lowercased()
            before = character
        }
        return result
    }
}
