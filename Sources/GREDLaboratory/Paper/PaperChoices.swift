import GREDAttacks
import GREDImages

/// What the paper does not say, with what is taken in its place. Each is an option, and every report
/// prints all of them.
public struct PaperChoices: Sendable, Hashable, Codable {
    /// The L∞ radius of FGSM and PGD, for pixels in 0…1.
    public var epsilon: Double
    /// The length of PGD's steps in each pixel, for pixels in 0…1.
    public var pgdStepSize: Double
    /// PGD's steps; it starts at random, once.
    public var pgdSteps: Double
    /// DeepFool's most steps.
    public var deepFoolSteps = 50.0
    /// How far past the boundary DeepFool's last step goes, as a share of the perturbation.
    public var deepFoolOvershoot = 0.02
    /// The likeliest classes that DeepFool considers.
    public var deepFoolCandidates = 10.0
    /// How many constants CW tries for an image.
    public var cwSearchSteps = 9.0
    /// CW's most steps of Adam for a constant.
    public var cwIterations = 1_000.0
    /// Adam's rate in CW.
    public var cwLearningRate = 0.01
    /// CW's first constant.
    public var cwInitialConstant = 0.001
    /// DDN's steps.
    public var ddnSteps = 100.0
    /// By how much of itself DDN changes its radius in a step.
    public var ddnGamma = 0.05
    /// DDN's first radius, for pixels in 0…1.
    public var ddnInitialNorm = 1.0
    /// K: masked copies whose answers the rectifier averages.
    public var copies = 8.0
    /// The least α that is tried (Eq. 13); the others follow in steps of 0.1 up to 0.9.
    public var leastAlpha = 0.1

    /// The library's defaults for images of this shape (Madry et al. 2018 for FGSM and PGD).
    public init(for shape: ImageShape) {
        let budget = AttackCatalogue.Budget.standard(for: shape)
        epsilon = budget.epsilon
        pgdStepSize = budget.stepSize
        pgdSteps = Double(budget.steps)
    }

    /// A choice by its name, and what it means.
    public struct Choice: @unchecked Sendable {
        /// As it is typed: `cw-iterations`.
        public let name: String
        /// One clause, without a full stop.
        public let meaning: String
        // A key path is immutable; it is not marked as such.
        let value: WritableKeyPath<PaperChoices, Double>
        let isWhole: Bool
    }

    /// All choices that are numbers, in the order of the report.
    public static let all: [Choice] = [
        choice("epsilon", \.epsilon, "L∞ radius of FGSM and PGD, for pixels in 0…1"),
        choice("pgd-step-size", \.pgdStepSize, "PGD's step in each pixel"),
        choice("pgd-steps", \.pgdSteps, "PGD's steps, from one random start", isWhole: true),
        choice("deepfool-steps", \.deepFoolSteps, "DeepFool's most steps", isWhole: true),
        choice("deepfool-overshoot", \.deepFoolOvershoot, "DeepFool's overshoot"),
        choice(
            "deepfool-candidates", \.deepFoolCandidates, "classes that DeepFool considers",
            isWhole: true),
        choice("cw-search-steps", \.cwSearchSteps, "constants that CW tries", isWhole: true),
        choice("cw-iterations", \.cwIterations, "CW's most steps for a constant", isWhole: true),
        choice("cw-learning-rate", \.cwLearningRate, "Adam's rate in CW"),
        choice("cw-initial-constant", \.cwInitialConstant, "CW's first constant"),
        choice("ddn-steps", \.ddnSteps, "DDN's steps", isWhole: true),
        choice("ddn-gamma", \.ddnGamma, "DDN's change of its radius in a step"),
        choice("ddn-initial-norm", \.ddnInitialNorm, "DDN's first radius"),
        choice("copies", \.copies, "K, masked copies averaged by the rectifier", isWhole: true),
        choice("least-alpha", \.leastAlpha, "the least α tried for Eq. 13, up to 0.9 by 0.1"),
    ]

    private static func choice(
        _ name: String, _ value: WritableKeyPath<PaperChoices, Double>, _ meaning: String,
        isWhole: Bool = false
    ) -> Choice {
        Choice(name: name, meaning: meaning, value: value, isWhole: isWhole)
    }

    /// Changes the choice of a name.
    /// - Throws: ``PaperFault`` for an unknown name, or a value that is not positive or not whole
    ///   where it must be.
    public mutating func set(_ name: String, to value: Double) throws {
        guard let choice = Self.all.first(where: { $0.name == name }) else {
            throw PaperFault.unknownChoice(name: name, known: Self.all.map(\.name))
        }
        guard value > 0, value.isFinite, value < 1e6, !choice.isWhole || value.rounded() == value
        else { throw PaperFault.badChoice(name: name, value: value, isWhole: choice.isWhole) }
        self[keyPath: choice.value] = value
    }

    /// The α that are tried.
    var alphas: [Double] {
        Swift.stride(from: leastAlpha, through: 0.901, by: 0.1).map { ($0 * 100).rounded() / 100 }
    }
}

/// A reproduction that cannot be begun.
public enum PaperFault: Error, Equatable, CustomStringConvertible {
    /// There is no such choice.
    case unknownChoice(name: String, known: [String])
    /// A choice was given a value that it cannot have.
    case badChoice(name: String, value: Double, isWhole: Bool)
    /// There is no such profile.
    case unknownProfile(name: String, known: [String])

    public var description: String {
        switch self {
        case .unknownChoice(let name, let known):
            "There is no choice '\(name)': use \(known.joined(separator: ", "))."
        case .badChoice(let name, let value, let isWhole):
            "\(name) must be a positive \(isWhole ? "whole number" : "number") below a million, and \(value) was given."
        case .unknownProfile(let name, let known):
            "There is no profile '\(name)': use \(known.joined(separator: ", "))."
        }
    }
}
