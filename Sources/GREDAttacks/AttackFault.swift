/// An attack that was asked for something it cannot do.
public enum AttackFault: Error, Equatable, CustomStringConvertible {
    /// A goal with targets was given to an attack whose ``Attack/canTarget`` is false.
    case cannotTarget(attack: String)
    /// The name is not one of ``AttackCatalogue/names``.
    case unknownAttack(name: String, known: [String])
    /// For callers that choose targets: one is its image's own label. No attack here throws it.
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
