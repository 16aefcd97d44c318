import GREDAttacks

/// One row of a table: an attack, aimed or not.
public struct AttackPlan: Sendable {
    /// The attack with its settings.
    public var attack: any Attack
    /// Whether each image is given a random class to be turned into.
    public var isTargeted: Bool
    /// How many images it is tried on.
    public var count: Int
    /// How many images it is to turn, at 8 bits: where it turns fewer of the first ``count``, it is tried on
    /// more, at most five times as many. 0 for whatever comes.
    public var wanted = 0
    /// How many images it may be tried on.
    var most: Int { wanted > 0 ? 5 * count : count }
    /// What tells it from other plans with the same attack, such as `κ 4`; empty where it is alone.
    public var variant: String

    /// - Throws: `AttackFault.cannotTarget` for an attack that cannot aim at a class.
    public init(_ attack: any Attack, isTargeted: Bool = false, variant: String = "", count: Int)
        throws
    {
        guard !isTargeted || type(of: attack).canTarget else {
            throw AttackFault.cannotTarget(attack: attack.name)
        }
        try attack.checkSettings()
        self.attack = attack
        self.isTargeted = isTargeted
        self.count = count
        self.variant = variant
    }

    /// The name for a file.
    public var fileName: String { Self.fileName(of: attack, isTargeted: isTargeted) }

    static func fileName(of attack: any Attack, isTargeted: Bool) -> String {
        attack.name + (isTargeted ? targetedSuffix : "")
    }

    static let targetedSuffix = "-targeted"

    /// The name in reports, such as `ddn`, `ddn, κ 4` or `ddn (targeted)`.
    public var title: String {
        (variant.isEmpty ? attack.name : "\(attack.name), \(variant)")
            + (isTargeted ? " (targeted)" : "")
    }
}
