import GREDImages

/// All attacks by name, with the settings that suit a kind of image (a new attack is one new file
/// and one line here).
public enum AttackCatalogue {
    /// How strong the bounded attacks are by default, which depends on the images.
    public struct Budget: Sendable, Codable, Hashable {
        /// The L∞ radius of FGSM and PGD, for pixels in 0…1.
        public var epsilon: Double
        /// The length of PGD's steps in each pixel, for pixels in 0…1.
        public var stepSize: Double
        /// How many steps PGD takes.
        public var steps: Int

        /// Names all three; ``standard(for:)`` has the usual ones.
        public init(epsilon: Double, stepSize: Double, steps: Int) {
            self.epsilon = epsilon
            self.stepSize = stepSize
            self.steps = steps
        }

        /// Madry et al. 2018: 0.3 for grey digits, 8/255 for colour photographs.
        public static func standard(for shape: ImageShape) -> Budget {
            shape.channels == 1
                ? Budget(epsilon: 0.3, stepSize: 0.01, steps: 40)
                : Budget(epsilon: 8.0 / 255, stepSize: 2.0 / 255, steps: 20)
        }
    }

    /// The names of the attacks, in the order of the paper's tables.
    public static let names = ["fgsm", "pgd", "deepfool", "cw", "ddn"]

    /// The attack of a name with its default settings.
    /// - Throws: ``AttackFault/unknownAttack(name:known:)``.
    public static func attack(named name: String, budget: Budget) throws -> any Attack {
        switch name {
        case "fgsm": FGSM(epsilon: budget.epsilon)
        case "pgd":
            PGD(epsilon: budget.epsilon, stepSize: budget.stepSize, steps: budget.steps)
        case "deepfool": DeepFool()
        case "cw": CW()
        case "ddn": DDN()
        default: throw AttackFault.unknownAttack(name: name, known: names)
        }
    }
}
