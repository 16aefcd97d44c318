import Foundation
import GRED
import GREDClassifiers
import GREDImages
import LibTorch

/// Trains one detector on adversarial images and their clean originals (paper, Eqs. 7 and 10).
public struct DetectorTraining: Sendable {
    /// The image for CNN_org, a form of the sensitivity for CNN_sen.
    public var reading: Detector.Reading
    /// The built-in network, with two classes: benign and adversarial.
    public var architecture: Architecture
    /// Its seed gives the fresh weights too.
    public var plan: TrainingPlan

    /// Names all settings; the standardisation is measured when the training runs.
    public init(reading: Detector.Reading, architecture: Architecture, plan: TrainingPlan) {
        self.reading = reading
        self.architecture = architecture
        self.plan = plan
    }

    /// - Parameters:
    ///   - examples: benign and adversarial images with their sensitivities.
    ///   - checkpoint: where the state of a killed run is kept.
    public func run(
        on examples: DetectorExamples, imageShape: ImageShape, checkpoint: URL, identity: String,
        bench: Workbench
    ) throws -> Detector {
        let planes = try examples.planes(for: reading)
        let description = Detector.Description(
            reading: reading, architecture: architecture, imageShape: imageShape,
            standardisation: try Standardisation(measuring: planes))
        let detector = try Detector(description, seed: plan.seed)
        try detector.network.move(to: bench.device)
        let inputs = try description.standardisation.applied(to: planes)
        let title: String =
            switch reading {
            case .image: "training CNN_org"
            case .sensitivity: "training CNN_sen"
            case .saliency: "training DET_sal"
            }
        try Training(plan: plan, checkpoint: checkpoint, identity: identity).reporting(
            to: bench.observer, title: title, network: detector.network, count: examples.count
        ) { indices, _ in
            let classes = indices.map { examples.isAdversarial[$0] ? 1 : 0 }
            return (try inputs.rows(indices), try Tensor(classes).to(bench.device))
        }
        try measureStatistics(of: detector.network, over: inputs, shape: imageShape)
        return detector
    }

    /// The statistics of batch normalisation, anew over batches as large as memory allows (Wu and Johnson 2021).
    ///
    /// Raw sensitivities differ by tens of orders of magnitude, and a training batch's statistics are those of
    /// its one or two largest images. With the moving average of such statistics a network that tells clean
    /// images from FGSM's on MNIST with an accuracy of 0.91 in batches calls each of them adversarial by itself.
    private func measureStatistics(of network: any Layer, over inputs: Tensor, shape: ImageShape)
        throws
    {
        let count = inputs.shape[0]
        // The output of the first layer is the largest.
        let bytes =
            Double(shape.height * shape.width * 64 * MemoryLayout<Float>.size) * architecture.width
        let size = max(Int(Double(1 << 29) / bytes), plan.batchSize)
        let parts = (count + size - 1) / size
        for part in 0..<parts {
            let places = Array(stride(from: part, to: count, by: parts))
            // A batch of one has no variance.
            if places.count == 1 { continue }
            _ = try network(inputs.rows(places), mode: .measuring(share: 1 / Double(part + 1)))
        }
    }
}

/// Benign and adversarial images with their input sensitivities.
public struct DetectorExamples {
    var images: Tensor
    var sensitivity: InputSensitivity
    /// Of the classifier's middle layers, where a detector reads them, `[N, maps, H, W]`.
    var saliency: Tensor?
    var isAdversarial: [Bool]

    /// Benign and adversarial images together.
    public var count: Int { isAdversarial.count }

    /// The survivors of attacks and, for each, its clean original: as many benign as adversarial.
    public init(
        of records: [AttackRecord], classifier: any Classifier,
        observer: any WorkObserver = SilentObserver()
    ) throws {
        try self.init(
            of: records.map(TurnedImages.init), classifier: classifier, observer: observer)
    }

    init(of turned: [TurnedImages], classifier: any Classifier, observer: any WorkObserver) throws {
        var parts: [Tensor] = []
        isAdversarial = []
        for some in turned where some.count > 0 {
            parts += [some.originals, some.adversarial]
            isAdversarial += Array(repeating: false, count: some.count)
            isAdversarial += Array(repeating: true, count: some.count)
        }
        guard !parts.isEmpty else { throw LaboratoryFault.noAdversarialImages }
        images = try Tensor.concatenated(parts).toUnit().to(classifier.device)
        sensitivity = try classifier.inputSensitivity(ofMany: images, observer: observer)
    }

    func planes(for reading: Detector.Reading) throws -> Tensor {
        try reading.planes(images: images, sensitivity: sensitivity, saliency: saliency)
    }
}

extension Classifier {
    /// - Throws: ``LaboratoryFault/otherImages(expected:found:set:)`` for a set of another shape or
    ///   another number of classes.
    func checkTakes(_ set: ImageSet) throws {
        guard set.shape == inputShape, set.classNames.count == classCount else {
            throw LaboratoryFault.otherImages(
                expected: "\(inputShape) in \(classCount) classes",
                found: "\(set.shape) in \(set.classNames.count) classes", set: set.name)
        }
    }

    /// The input sensitivity of many images, with its progress shown.
    func inputSensitivity(ofMany images: Tensor, observer: any WorkObserver) throws
        -> InputSensitivity
    {
        let count = images.shape[0]
        let started = Date()
        observer.begin("input sensitivities", total: count, unit: "images")
        let result = try inputSensitivity(ofMany: images) {
            try observer.advance(to: $0, note: "")
        }
        observer.finish(
            String(
                format: "input sensitivities: %d images, %.1f s", count,
                Date().timeIntervalSince(started)))
        return result
    }
}

/// An experiment that cannot go on.
public enum LaboratoryFault: Error, Equatable, CustomStringConvertible {
    /// No attack on any image succeeds at 8 bits.
    case noAdversarialImages
    /// A data set has another shape of images or another number of classes than the classifier.
    case otherImages(expected: String, found: String, set: String)
    /// The classifier is right at most 5 percentage points oftener than by chance on the images
    /// tried.
    case nearChance(right: Int, of: Int, set: String)

    public var description: String {
        switch self {
        case .noAdversarialImages:
            "No attack found a single adversarial image, so there is nothing to train a detector on: use more images or a stronger attack."
        case .otherImages(let expected, let found, let set):
            "The classifier takes images of \(expected), and \(set) holds \(found): choose the data set that it was trained on with --data."
        case .nearChance(let right, let count, let set):
            "The classifier gets \(right) of \(count) images of \(set) right, which is hardly better than chance: train it longer, or check that its classes and its normalisation fit this data."
        }
    }
}
