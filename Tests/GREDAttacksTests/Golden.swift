import Foundation
import GREDClassifiers
import LibTorch
import TestSupport
import Testing

@testable import GREDAttacks

extension Golden {
    /// The values of one subject, written by `Scripts/golden/attacks.py`.
    init(_ subject: String) throws { try self.init(subject, in: .module) }
}

/// What the peers attacked: a small network, 32 images of 1×12×12, their labels and random targets.
/// Five images are not given their labels to begin with.
struct Subject {
    let network: SmallNetwork
    let images: Tensor
    let labels: [Int]
    let targets: [Int]

    init() throws {
        let golden = try Golden("subject")
        network = try SmallNetwork(golden)
        images = try golden["images"]
        labels = try golden["labels"].ints()
        targets = try golden["targets"].ints()
    }

    var count: Int { labels.count }
    var untargeted: Goal { get throws { .untargeted(try Labels(labels)) } }
    var targeted: Goal { get throws { .targeted(try Targets(targets)) } }
    var seeds: ImageSeeds { ImageSeeds(seed: 1, range: 0..<count) }

    /// The goal that suits an attack best at showing a fault: targeted where it can.
    func goal(for attack: any Attack) throws -> Goal {
        type(of: attack).canTarget ? try targeted : try untargeted
    }

    /// What an attack finds for images of this subject, at these places.
    func perturbed(
        by attack: any Attack, towards goal: Goal, against classifier: (any Classifier)? = nil,
        places: [Int]? = nil
    ) throws -> Tensor {
        let places = places ?? Array(0..<count)
        return try attack.perturb(
            images.rows(places), towards: goal.rows(places), against: classifier ?? network,
            seeds: ImageSeeds(seed: 1, indices: places))
    }
}

/// How one library fared on some images.
struct Outcome {
    let reached: [Bool]
    let lengths: [Float]

    init(
        _ adversarial: Tensor, from images: Tensor, towards goal: Goal,
        against classifier: any Classifier, confidence: Double = 0
    ) throws {
        reached = try goal.isReached(
            in: classifier.logits(of: adversarial), confidence: confidence
        ).bools()
        lengths = try (adversarial - images).rowNorms().floats()
    }

    var successes: Int { reached.count(where: \.self) }

    /// The middle L2 length of the successful perturbations.
    var medianLength: Float { median(zip(reached, lengths).filter(\.0).map(\.1)) }
}

/// The middle number (the upper of two); infinite where there are none.
func median(_ numbers: [Float]) -> Float {
    numbers.isEmpty ? .infinity : numbers.sorted()[numbers.count / 2]
}

/// Each image's largest difference between two batches.
func largestDifferences(_ one: Tensor, _ other: Tensor) throws -> [Float] {
    try (one - other).abs().rowMaxima().floats()
}
