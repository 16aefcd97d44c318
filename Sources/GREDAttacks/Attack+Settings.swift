import Foundation

/// One setting of an attack and what it may be.
public struct AttackSetting {
    /// The property's name.
    public let name: String
    /// What it is now.
    public let value: Double
    /// What it may be.
    public let range: ClosedRange<Double>

    /// A setting that must lie in a range; NaN lies in none.
    public init(_ name: String, _ value: Double, in range: ClosedRange<Double>) {
        self.name = name
        self.value = value
        self.range = range
    }

    /// A count of at least `least`.
    public init(_ name: String, _ value: Int, atLeast least: Int) {
        self.init(name, Double(value), in: Double(least)...1e9)
    }

    /// The smallest number that counts as positive.
    public static let positive = 1e-12...1e12
}

/// A setting as it is typed or stands in a file.
public enum AttackSettingValue: Codable, Hashable, Sendable {
    /// A number, whole or not.
    case number(Double)
    /// Yes or no.
    case flag(Bool)

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self =
            try (try? container.decode(Bool.self)).map(Self.flag)
            ?? .number(container.decode(Double.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .flag(let flag): try container.encode(flag)
        case .number(let number):
            // A count is no fraction, whoever reads it.
            if let count = Int(exactly: number) {
                try container.encode(count)
            } else {
                try container.encode(number)
            }
        }
    }
}

extension Attack {
    /// The attack with some settings replaced.
    /// - Parameter changes: by the properties' names, such as `learningRate`.
    /// - Throws: ``AttackFault`` for a name that the attack does not have, and for a fraction where a
    ///   count belongs or a number where a flag does.
    public func with(_ changes: [String: AttackSettingValue]) throws -> Self {
        guard !changes.isEmpty else { return self }
        var settings = try JSONDecoder().decode(
            [String: AttackSettingValue].self, from: JSONEncoder().encode(self))
        let known = Set(limits.map(\.name)).union(settings.keys)
        for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
            guard known.contains(name) else {
                throw AttackFault.unknownSetting(
                    attack: self.name, setting: name, known: known.sorted())
            }
            settings[name] = value
            guard (try? decoded(settings)) != nil else {
                let given =
                    switch value {
                    case .number(let number): Self.text(number)
                    case .flag(let flag): "\(flag)"
                    }
                throw AttackFault.badSetting(
                    attack: self.name, setting: name, value: given, allowed: "another kind of value"
                )
            }
        }
        return try decoded(settings)
    }

    private func decoded(_ settings: [String: AttackSettingValue]) throws -> Self {
        try JSONDecoder().decode(Self.self, from: JSONEncoder().encode(settings))
    }

    /// Throws ``AttackFault/badSetting(attack:setting:value:allowed:)`` for the first setting that
    /// lies outside its range.
    public func checkSettings() throws {
        for setting in limits where !setting.range.contains(setting.value) {
            let (low, high) = (setting.range.lowerBound, setting.range.upperBound)
            throw AttackFault.badSetting(
                attack: name, setting: setting.name, value: Self.text(setting.value),
                allowed: "values from \(Self.text(low)) to \(Self.text(high))")
        }
    }

    private static func text(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? "\(number)"
    }
}
