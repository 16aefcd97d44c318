import Foundation
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GRED
@testable import GREDClassifiers

/// `count` images of 8-bit pixels, each from a stream of its own.
func randomImages(_ count: Int, _ shape: ImageShape, seed: UInt64 = 1) throws -> Tensor {
    let pixels = (0..<count).flatMap { index in
        var stream = RandomStream(seed: seed, purpose: "test images", index: index)
        return stream.uniforms(shape.count, in: 0...1).map { ($0 * 255).rounded() / 255 }
    }
    return try Tensor(pixels, shape: [count, shape.channels, shape.height, shape.width])
}

/// A sensitivity whose unit-scaled map is given, at label 0 and margin 1.
func sensitivity(map: Tensor) throws -> InputSensitivity {
    let count = map.shape[0]
    return try InputSensitivity(
        MarginGradient(
            gradient: map, margin: .ones([count]),
            logits: Tensor([Int](repeating: 0, count: count)).oneHot(classes: 2).to(.float32)))
}

/// A classifier that is a function.
struct Function: Classifier {
    var inputShape: ImageShape
    var classNames: [String]
    let device = Device.cpu
    let body: (Tensor) throws -> Tensor

    init(_ inputShape: ImageShape, classes: Int, _ body: @escaping (Tensor) throws -> Tensor) {
        self.inputShape = inputShape
        classNames = (0..<classes).map(String.init)
        self.body = body
    }

    func move(to device: Device) throws {}
    func logits(of images: Tensor) throws -> Tensor { try body(images) }
}

/// A guard of small random networks. Nothing in it was trained, but its networks are used to their
/// inputs, and its detectors find about half of ``images`` adversarial.
struct SmallGuard {
    static let shape = ImageShape(channels: 1, height: 8, width: 8)

    let images: Tensor
    let sentry: Guard

    init(
        imageCount: Int = 8, alpha: Double = 0.2, copies: Int = 3, key: GuardKey = .published,
        shape: ImageShape = shape, width: Double = 1 / 16
    ) throws {
        try useOneThread()
        let images = try randomImages(imageCount, shape)
        let architecture = Architecture(.vgg11, width: width)
        let description = NetworkClassifier.Description(
            architecture: architecture, inputShape: shape, classNames: ["a", "b", "c"])
        let classifier = try NetworkClassifier(description, seed: 1)
        let rectifier = try NetworkClassifier(description, seed: 2)
        for network in [classifier.network, rectifier.network] { try network.getUsed(to: images) }

        let sensitivity = try classifier.inputSensitivity(of: images)
        func detector(_ reading: Detector.Reading, seed: UInt64) throws -> Detector {
            let planes = try reading.planes(images: images, sensitivity: sensitivity)
            let detector = try Detector(
                .init(
                    reading: reading, architecture: architecture, imageShape: shape,
                    standardisation: Standardisation(measuring: planes)),
                seed: seed)
            try detector.network.getUsed(
                to: detector.input(images: images, sensitivity: sensitivity))
            try detector.divide(images, sensitivity)
            return detector
        }
        self.images = images
        sentry = Guard(
            classifier: classifier,
            detection: .paper(
                org: try detector(.image, seed: 3),
                sen: try detector(.sensitivity(.logarithmic), seed: 4)),
            rectifier: Rectifier(
                network: rectifier, masking: RandomisedMasking(alpha: alpha), copies: copies),
            key: key)
    }
}

extension Guard {
    struct NotThePapers: Error {}

    /// The paper's two networks.
    private var detectors: (org: Detector, sen: Detector) {
        get throws {
            guard case .paper(let org, let sen) = detection else { throw NotThePapers() }
            return (org, sen)
        }
    }

    var org: Detector { get throws { try detectors.org } }
    var sen: Detector { get throws { try detectors.sen } }
}

extension Layer {
    /// Lets the running statistics come near to what these inputs give.
    fileprivate func getUsed(to inputs: Tensor) throws {
        for _ in 0..<30 { _ = try self(inputs, mode: .training(Generator(seed: 1))) }
    }

    /// Makes one output of the last layer something that is no number.
    func poison() throws {
        for (name, value) in state where name == "classifier.bias" {
            try value.assign(.full(value.shape, .nan))
        }
    }
}

extension Detector {
    /// Shifts and stretches the last layer, so that the logits of these images have mean 0 and
    /// deviation 3.
    fileprivate func divide(_ images: Tensor, _ sensitivity: InputSensitivity) throws {
        let logit = try judge(images: images, sensitivity: sensitivity).logit
        let stretch = try 3 / logit.variance().sqrt().item()
        for (name, value) in network.state where name.hasPrefix("classifier.") {
            try value.assign(value * stretch)
        }
        let shift = try Float(-logit.mean().item() * stretch)
        for (name, value) in network.state where name == "classifier.bias" {
            try value.assign(value + Tensor([0, shift]))
        }
    }
}
