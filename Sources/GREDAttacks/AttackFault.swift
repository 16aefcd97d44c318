/// An attack that was asked for something it cannot do.
public enum AttackFault: Error, Equatable, CustomStringConvertible {
    /// A goal with targets was given to an attack whose ``Attack/canTarget`` is false.
    case cannotTarget(attack: String)
    /// The name is not one of ``AttackCatalogue/names``.
    case unknownAttack(name: String, known: [String])
    /// There is no other class to aim at.
    case tooFewClasses(Int)
    /// A setting that no run can be made with.
    case badSetting(attack: String, setting: String, value: String, allowed: String)
    /// The attack has no setting of this name.
    case unknownSetting(attack: String, setting: String, known: [String])

    public var description: String {
        switch self {
        case .cannotTarget(let attack):
            "The attack '\(attack)' cannot aim at a class: use \(AttackCatalogue.aimable.joined(separator: ", ")), or leave the target out."
        case .unknownAttack(let name, let known):
            "There is no attack '\(name)'; there are \(known.joined(separator: ", "))."
        case .tooFewClasses(let count):
            "An attack needs a second class to turn an image into, and there are \(count)."
        case .badSetting(let attack, let setting, let value, let allowed):
            "The attack '\(attack)' takes \(allowed) for \(setting), and \(value) was given."
        case .unknownSetting(let attack, let setting, let known):
            "The attack '\(attack)' has no setting '\(setting)'; it has \(known.joined(separator: ", "))."
        }
    }
}
