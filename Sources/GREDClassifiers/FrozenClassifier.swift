import GREDImages
import LibTorch

/// A built-in network as a rewritten program: recorded once at the door to libtorch, batch
/// normalisation folded, channels-last. Later changes of the network's weights do not reach it.
public final class FrozenClassifier: Classifier {
    public let inputShape: ImageShape
    public let classNames: [String]
    public var device: Device { replay.device }
    private let replay: Replay

    /// Records a classifier whose pass does not depend on the number of images, except through
    /// operators: every built-in network.
    /// - Parameter sharpness: where given, kinks are rounded off, as `Program.smoothed(sharpness:)`
    ///   says.
    public init(
        recording classifier: NetworkClassifier, precision: Precision = .float32,
        sharpness: Double? = nil
    ) throws {
        inputShape = classifier.inputShape
        classNames = classifier.classNames
        var program = try classifier.recorded().program.frozen()
        if let sharpness { program = try program.smoothed(sharpness: sharpness) }
        // What was not rewritten is still the network's own.
        program.tensors = try program.tensors.mapValues { try $0.cloned() }
        replay = try Replay(program, precision: precision)
        try replay.move(to: classifier.device)
    }

    public func move(to device: Device) throws { try replay.move(to: device) }

    public func logits(of images: Tensor) throws -> Tensor { try replay([images])[0] }
}

extension NetworkClassifier {
    /// One pass, of one grey image.
    fileprivate func recorded() throws -> (program: Program, image: Tensor) {
        let grey = try Tensor.full(
            [1, inputShape.channels, inputShape.height, inputShape.width], 0.5, device: device)
        return (try .recording([("images", grey)]) { [try logits(of: $0[0])] }, grey)
    }

    public func bytesPerImage() throws -> Int? {
        let (program, image) = try recorded()
        return try program.cost(of: [image]).bytes
    }

    public func frozen(_ precision: Precision) throws -> any Classifier {
        try FrozenClassifier(recording: self, precision: precision)
    }

    public func smoothed(sharpness: Double) throws -> any Classifier {
        try FrozenClassifier(recording: self, sharpness: sharpness)
    }
}
