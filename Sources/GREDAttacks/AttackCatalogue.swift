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
        /// How many steps PGD takes, in L∞ and in L2.
        public var steps: Int
        /// The L2 radius of PGD in L2, for pixels in 0…1; its steps are 2.5 radii together.
        public var l2Epsilon: Double

        /// Names all; ``standard(for:)`` has the usual ones.
        public init(epsilon: Double, stepSize: Double, steps: Int, l2Epsilon: Double) {
            self.epsilon = epsilon
            self.stepSize = stepSize
            self.steps = steps
            self.l2Epsilon = l2Epsilon
        }

        /// Madry et al. 2018: 0.3 for grey digits, 8/255 for colour photographs; in L2 the radii
        /// that RobustBench and its forerunners use, 2 and 0.5.
        public static func standard(for shape: ImageShape) -> Budget {
            shape.channels == 1
                ? Budget(epsilon: 0.3, stepSize: 0.01, steps: 40, l2Epsilon: 2)
                : Budget(epsilon: 8.0 / 255, stepSize: 2.0 / 255, steps: 20, l2Epsilon: 0.5)
        }
    }

    /// The names of the attacks: those of the paper in the order of its tables, then others.
    public static let names = ["fgsm", "pgd", "deepfool", "cw", "ddn", "pgd-l2", "fab", "square"]

    /// Those that can aim at a class.
    public static let aimable = names.filter { name in
        let budget = Budget(epsilon: 0, stepSize: 0, steps: 0, l2Epsilon: 0)
        return (try? attack(named: name, budget: budget)).map { type(of: $0).canTarget } ?? false
    }

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
        case "pgd-l2":
            PGDL2(
                epsilon: budget.l2Epsilon,
                stepSize: 2.5 * budget.l2Epsilon / Double(max(budget.steps, 1)),
                steps: budget.steps)
        case "fab": FAB()
        case "square": Square(epsilon: budget.epsilon)
        default: throw AttackFault.unknownAttack(name: name, known: names)
        }
    }
}
