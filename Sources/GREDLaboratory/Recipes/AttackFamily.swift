import Foundation
import GREDAttacks
import GREDImages

/// Adversarial images come in two families, and detectors of the one are blind to the other.
public enum AttackFamily: String, Sendable, Hashable, Codable, CaseIterable {
    /// The shortest way past the boundary, and not much further: DDN at several confidences.
    case nearBoundary = "near-boundary"
    /// As far past it as a radius allows: FGSM and PGD at several radii.
    case farPast = "far-past"

    /// The attacks of the family that a universal guard trains on.
    ///
    /// Confidences and radii are spread over a range: a detector that is trained at one fails at
    /// another.
    /// - Parameter count: images for all of them together.
    func trainingPlans(for shape: ImageShape, count: Int) throws -> [AttackPlan] {
        switch self {
        case .nearBoundary:
            let confidences = [0.0, 0, 2, 4, 7, 10, 14, 20]
            return try confidences.map {
                try Self.ddn($0, count: max(count / confidences.count, 1))
            }
        case .farPast:
            let radii = Self.radii(for: shape)
            let count = max(count / (2 * radii.count), 1)
            return try radii.flatMap {
                try [Self.fgsm($0, count: count), Self.pgd($0, steps: 20, count: count)]
            }
        }
    }

    /// What the rectifier alone is tuned on besides, for its weakness, images far past the boundary: FGSM
    /// on so many images, and PGD, which costs many times as much, on a third of them.
    static func rectifierPlans(for shape: ImageShape, count: Int) throws -> [[AttackPlan]] {
        let radii = radii(for: shape)
        func share(_ count: Int) -> Int { max(count / radii.count, 1) }
        return [
            try radii.map { try Self.fgsm($0, count: share(count)) },
            try radii.map { try Self.pgd($0, steps: 20, count: share(count / 3)) },
        ]
    }

    private static func radii(for shape: ImageShape) -> [Double] {
        let radius = AttackCatalogue.Budget.standard(for: shape).epsilon
        return [0.125, 0.25, 0.5, 1, 1.75].map { $0 * radius }
    }

    // MARK: Attacks that say how they were set

    static func ddn(_ confidence: Double, count: Int) throws -> AttackPlan {
        try AttackPlan(
            DDN(confidence: confidence), variant: confidence.asConfidence, count: count)
    }

    static func fgsm(_ radius: Double, count: Int) throws -> AttackPlan {
        try AttackPlan(FGSM(epsilon: radius), variant: radius.asRadius, count: count)
    }

    static func pgd(_ radius: Double, steps: Int, count: Int) throws -> AttackPlan {
        try AttackPlan(
            PGD(epsilon: radius, stepSize: radius * 2.5 / Double(steps), steps: steps),
            variant: radius.asRadius, count: count)
    }
}

extension Double {
    /// `κ 4`, a confidence in nats.
    var asConfidence: String { self == rounded() ? "κ \(Int(self))" : "κ \(self)" }

    /// `8/255` where it is whole levels of 256, else as a decimal, `0.3`.
    var asRadius: String {
        let levels = self * 255
        if abs(levels - levels.rounded()) < 1e-6 { return "\(Int(levels.rounded()))/255" }
        return (self * 1000).rounded() == self * 1000 ? "\(self)" : String(format: "%.3f", self)
    }
}
