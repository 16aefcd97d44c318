import GREDClassifiers
import GREDImages
import LibTorch
import TestSupport

@testable import GREDAttacks

/// Convolution, ReLU, pooling, convolution, ReLU, linear: the network that the peers attacked.
struct SmallNetwork: Classifier {
    let inputShape = ImageShape(channels: 1, height: 12, width: 12)
    var classNames: [String]
    var weights: [String: Tensor]
    let device = Device.cpu

    init(_ golden: Golden) throws {
        let names = ["conv1", "conv2", "linear"].flatMap { ["\($0).weight", "\($0).bias"] }
        weights = try Dictionary(uniqueKeysWithValues: names.map { ($0, try golden[$0]) })
        classNames = (0..<weights["linear.bias"]!.count).map(String.init)
    }

    func move(to device: Device) throws {}

    func logits(of images: Tensor) throws -> Tensor {
        try images
            .conv2d(weights["conv1.weight"]!, bias: weights["conv1.bias"], padding: [1, 1])
            .relu().maxPool2d(2)
            .conv2d(weights["conv2.weight"]!, bias: weights["conv2.bias"], padding: [1, 1])
            .relu().flattened(from: 1)
            .linear(weights["linear.weight"]!, bias: weights["linear.bias"])
    }

    /// The same network with only its first classes.
    func limited(toClasses count: Int) throws -> SmallNetwork {
        var copy = self
        copy.classNames = Array(classNames.prefix(count))
        for name in ["linear.weight", "linear.bias"] {
            copy.weights[name] = try weights[name]!.sliced(0..<count)
        }
        return copy
    }

    /// The same network, computing in float64.
    func inDoublePrecision() throws -> SmallNetwork {
        var copy = self
        copy.weights = try weights.mapValues { try $0.to(.float64) }
        return copy
    }
}

/// A classifier that is any function of its images.
struct Function: Classifier {
    let inputShape: ImageShape
    let classNames: [String]
    let device = Device.cpu
    let function: (Tensor) throws -> Tensor

    /// - Parameter shape: channels, height and width.
    init(shape: [Int], classes: Int, _ function: @escaping (Tensor) throws -> Tensor) {
        inputShape = ImageShape(channels: shape[0], height: shape[1], width: shape[2])
        classNames = (0..<classes).map(String.init)
        self.function = function
    }

    func move(to device: Device) throws {}
    func logits(of images: Tensor) throws -> Tensor { try function(images) }
}

/// Another classifier's logits, changed by a function of them and of the images.
struct Altered: Classifier {
    let base: any Classifier
    let alter: (_ logits: Tensor, _ images: Tensor) throws -> Tensor

    init(_ base: any Classifier, _ alter: @escaping (Tensor, Tensor) throws -> Tensor) {
        self.base = base
        self.alter = alter
    }

    var inputShape: ImageShape { base.inputShape }
    var classNames: [String] { base.classNames }
    var device: Device { base.device }
    func move(to device: Device) throws {}
    func logits(of images: Tensor) throws -> Tensor {
        try alter(base.logits(of: images), images)
    }
}

/// Remembers what it was shown and what it said, and may fail at some pass.
final class Witness: Classifier {
    struct Failure: Error {}

    let base: any Classifier
    let failsAt: Int?
    private(set) var passes: [(images: Tensor, logits: Tensor)] = []

    init(_ base: any Classifier, failsAt: Int? = nil) {
        self.base = base
        self.failsAt = failsAt
    }

    var inputShape: ImageShape { base.inputShape }
    var classNames: [String] { base.classNames }
    var device: Device { base.device }
    func move(to device: Device) throws {}
    func logits(of images: Tensor) throws -> Tensor {
        if passes.count + 1 == failsAt { throw Failure() }
        let logits = try base.logits(of: images)
        passes.append((try images.detached(), try logits.detached()))
        return logits
    }
}

/// One of each attack, with few steps.
let everyAttack: [any Attack] = [
    FGSM(epsilon: 0.1),
    PGD(epsilon: 0.1, stepSize: 0.02, steps: 10),
    DeepFool(),
    CW(searchSteps: 3, iterations: 60, initialConstant: 0.1),
    DDN(steps: 30),
    PGDL2(epsilon: 1, stepSize: 0.2, steps: 10),
    FAB(steps: 30),
    Square(epsilon: 0.25, queries: 100),
]

let minimumNormAttacks = everyAttack.filter { type(of: $0).isMinimumNorm }
