/// An attack that was asked for something it cannot do.
public enum AttackFault: Error, Equatable, CustomStringConvertible {
    case cannotTarget(attack: String)
    case unknownAttack(name: String, known: [String])
    case targetIsLabel(image: Int)

    public var description: String {
        switch self {
        case .cannotTarget(let attack):
            "The attack '\(attack)' cannot aim at a class: use pgd, cw or ddn, or leave the target out."
        case .unknownAttack(let name, let known):
            "There is no attack '\(name)'; there are \(known.joined(separator: ", "))."
        case .targetIsLabel(let image):
            "The target of image \(image) is its own label: choose another class."
        }
    }
}
