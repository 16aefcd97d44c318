import Foundation
import GRED
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch

/// A variant, trained.
struct VariantDetector {
    private let variant: Variant
    private let parts: [Part]
    /// Joins the parts' scores where there are several.
    private let weights: [Double]

    /// A network over planes and numbers, either of which may be missing.
    private struct Part {
        var planes: [Plane]
        var numbers: [Numbers]
        var planeScale: Standardisation?
        var numberScale: Standardisation?
        var network: any Layer
    }

    /// - Parameters:
    ///   - families: those among whose images it may train.
    ///   - plan: of a part's training.
    init(
        _ variant: Variant, on material: Material, families: [AttackFamily], width: Int,
        flips: Bool, plan: TrainingPlan, observer: any WorkObserver
    ) throws {
        self.variant = variant
        var examples = Self.examples(of: variant, in: material, families: families)
        // The regression sees what the parts do not: on their own examples they are too sure.
        let held = variant.isFused ? examples.filter { $0 % 5 == 4 } : []
        if variant.isFused { examples.removeAll { $0 % 5 == 4 } }
        let isAdversarial = examples.map(material.isAdversarial)
        let reads =
            variant.isFused
            ? [(variant.planes, []), ([], variant.numbers)] : [(variant.planes, variant.numbers)]
        let parts = try reads.map { planes, numbers in
            try Self.part(
                planes, numbers, variant, examples, isAdversarial, material.training, width, flips,
                plan, observer)
        }
        self.parts = parts
        guard variant.isFused else {
            weights = [1]
            return
        }
        let scores = try parts.map {
            try Self.scores($0, of: material.training, at: held).map { Double($0) }
        }
        weights = Self.fused(scores, held.map(material.isAdversarial))
    }

    /// The places of what it trains on: each class as often as the other.
    private static func examples(
        of variant: Variant, in material: Material, families: [AttackFamily]
    ) -> [Int] {
        var kinds = variant.negatives.kinds.union([.original, .nearBoundary, .farPast])
        switch variant.forging {
        case .none: break
        case .all, .fewer: kinds.insert(.forged)
        case .pairs: kinds.insert(.forgedByPairs)
        case .coarse: kinds.insert(.forgedCoarsely)
        }
        let places = material.kinds.indices.filter {
            kinds.contains(material.kinds[$0]) && families.contains(material.families[$0])
                && (variant.forging != .fewer || material.kinds[$0] != .forged || $0 % 2 == 0)
        }
        let classes = [
            places.filter(material.isAdversarial), places.filter { !material.isAdversarial($0) },
        ]
        let count = classes.map(\.count).max() ?? 0
        return classes.flatMap { some in (0..<count).map { some[$0 % some.count] } }
    }

    private static func part(
        _ planes: [Plane], _ numbers: [Numbers], _ variant: Variant, _ examples: [Int],
        _ isAdversarial: [Bool], _ features: Features, _ width: Int, _ flips: Bool,
        _ plan: TrainingPlan, _ observer: any WorkObserver
    ) throws -> Part {
        let few = stride(from: 0, to: examples.count, by: max(examples.count / 2_048, 1)).map {
            examples[$0]
        }
        let sample = planes.isEmpty ? nil : try features.planes(planes, at: few)
        let table = numbers.isEmpty ? nil : try features.numbers(numbers)
        let numberScale = try table.map {
            let rows = try $0.rows(examples)
            return try Standardisation(
                measuring: rows.reshaped([rows.shape[0], rows.shape[1], 1, 1]))
        }
        let part = Part(
            planes: planes, numbers: numbers,
            planeScale: try sample.map { try Standardisation(measuring: $0) },
            numberScale: numberScale,
            network: try network(
                variant, sample.flatMap(ImageShape.init(of:)), numbers: table?.shape[1] ?? 0,
                width: width, seed: plan.seed))
        // Numbers alone are soon learnt.
        var plan = plan
        if planes.isEmpty { plan.epochs *= 4 }
        let augmentation = Augmentation(shift: 0, flips: flips)
        try Training(plan: plan).reporting(
            to: observer, title: "training \(variant.name)", network: part.network,
            count: examples.count
        ) { indices, stream in
            let places = indices.map { examples[$0] }
            let classes = try Tensor(indices.map { isAdversarial[$0] ? 1 : 0 })
            func shown(allBut share: Double) throws -> Tensor? {
                guard share > 0 else { return nil }
                let flags = places.map { _ in
                    Float(Double.random(in: 0..<1, using: &stream) < share ? 0 : 1)
                }
                return try Tensor(flags, shape: [flags.count, 1])
            }
            let images = try shown(allBut: variant.hides ? 1.0 / 3 : 0)
            let numbers = try shown(allBut: variant.hiddenNumbers ?? 0)
            let input = try input(
                part, of: features, at: places,
                varied: { try augmentation.applied(to: $0, stream: &stream) },
                shownImages: images, shownNumbers: numbers)
            return (input, classes)
        }
        return part
    }

    private static func network(
        _ variant: Variant, _ shape: ImageShape?, numbers: Int, width: Int, seed: UInt64
    ) throws -> any Layer {
        let generator = try Generator(seed: seed)
        guard let shape else {
            return Sequential([
                try Linear(inputs: numbers, outputs: 64, generator: generator), ReLU(),
                try Linear(inputs: 64, outputs: 2, generator: generator),
            ])
        }
        switch variant.network {
        case .small, .wide:
            return try UniversalNetwork(
                shape: shape, numbers: numbers, width: variant.network == .wide ? 2 * width : width,
                generator: generator)
        case .vgg11:
            return try JoinedVGG(shape: shape, numbers: numbers, generator: generator)
        }
    }

    private static func input(
        _ part: Part, of features: Features, at places: [Int],
        varied: (Tensor) throws -> Tensor = { $0 }, shownImages: Tensor? = nil,
        shownNumbers: Tensor? = nil
    ) throws -> Tensor {
        var inputs: [Tensor] = []
        if let scale = part.planeScale {
            let planes = try varied(features.planes(part.planes, at: places))
            let rows = try scale.applied(to: planes).flattened(from: 1)
            inputs.append(try shownImages.map { try rows * $0 } ?? rows)
        }
        if let scale = part.numberScale {
            let rows = try features.numbers(part.numbers).rows(places)
            let numbers = try scale.applied(
                to: rows.reshaped([rows.shape[0], rows.shape[1], 1, 1])
            )
            .flattened(from: 1).clamped(min: -10, max: 10)
            inputs.append(try shownNumbers.map { try numbers * $0 } ?? numbers)
        }
        return try .concatenated(inputs, dimension: 1)
    }

    // MARK: Scores

    /// Log-odds of all images.
    func scores(of features: Features) throws -> [Float] {
        let all = Array(0..<features.count)
        let scores = try parts.map { try Self.scores($0, of: features, at: all) }
        return all.map { place in
            Float(zip(weights, scores).reduce(0) { $0 + $1.0 * Double($1.1[place]) })
        }
    }

    private static func scores(_ part: Part, of features: Features, at places: [Int]) throws
        -> [Float]
    {
        var result: [Float] = []
        for start in stride(from: 0, to: places.count, by: 256) {
            let some = Array(places[start..<min(start + 256, places.count)])
            let logits = try part.network(input(part, of: features, at: some), mode: .evaluation)
            let values = try logits.floats()
            result += some.indices.map { values[2 * $0 + 1] - values[2 * $0] }
        }
        return result
    }

    /// Weights of a logistic regression on the parts' scores, by gradient descent.
    private static func fused(_ scores: [[Double]], _ isAdversarial: [Bool]) -> [Double] {
        var weights = scores.map { _ in 0.5 }
        for _ in 0..<500 {
            var gradient = weights.map { _ in 0.0 }
            for index in isAdversarial.indices {
                let sum = zip(weights, scores).reduce(0) { $0 + $1.0 * $1.1[index] }
                let miss = 1 / (1 + exp(-sum)) - (isAdversarial[index] ? 1 : 0)
                for part in scores.indices { gradient[part] += miss * scores[part][index] }
            }
            for part in weights.indices {
                weights[part] -= 0.05 * gradient[part] / Double(isAdversarial.count)
            }
        }
        return weights
    }
}

/// VGG11 over the planes, whose two logits are joined by numbers in a small network.
private final class JoinedVGG: Layer {
    private let vgg: any Layer
    private let hidden: Linear
    private let output: Linear
    private let shape: ImageShape

    init(shape: ImageShape, numbers: Int, generator: Generator) throws {
        self.shape = shape
        vgg = try VGG11(shape: shape, classes: 16, width: 0.25, generator: generator)
        hidden = try Linear(inputs: 16 + numbers, outputs: 64, generator: generator)
        output = try Linear(inputs: 64, outputs: 2, generator: generator)
    }

    func callAsFunction(_ input: Tensor, mode: Mode) throws -> Tensor {
        let planes = try input.sliced(0..<shape.count, dimension: 1)
            .reshaped([input.shape[0], shape.channels, shape.height, shape.width])
        let numbers = try input.sliced(shape.count..<input.shape[1], dimension: 1)
        let joined = try Tensor.concatenated([vgg(planes, mode: mode), numbers], dimension: 1)
        return try output(hidden(joined, mode: mode).relu(), mode: mode)
    }

    var children: [(name: String, layer: any Layer)] {
        [("vgg", vgg), ("hidden", hidden), ("output", output)]
    }
}
