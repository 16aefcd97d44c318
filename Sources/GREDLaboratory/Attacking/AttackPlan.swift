import GREDAttacks

/// One row of a table: an attack, aimed or not.
public struct AttackPlan: Sendable {
    public var attack: any Attack
    public var isTargeted: Bool
    /// How many images it is tried on.
    public var count: Int

    public init(_ attack: any Attack, isTargeted: Bool = false, count: Int) throws {
        guard !isTargeted || type(of: attack).canTarget else {
            throw AttackFault.cannotTarget(attack: attack.name)
        }
        self.attack = attack
        self.isTargeted = isTargeted
        self.count = count
    }

    /// The name for a file.
    public var fileName: String { Self.fileName(of: attack, isTargeted: isTargeted) }

    static func fileName(of attack: any Attack, isTargeted: Bool) -> String {
        attack.name + (isTargeted ? "-targeted" : "")
    }

    /// The name in reports, such as `ddn` or `ddn (targeted)`.
    public var title: String { isTargeted ? "\(attack.name) (targeted)" : attack.name }
}
