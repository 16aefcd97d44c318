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

extension Attack {
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
