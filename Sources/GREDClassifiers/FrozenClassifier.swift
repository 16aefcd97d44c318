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
    public init(recording classifier: NetworkClassifier, precision: Precision = .float32) throws {
        inputShape = classifier.inputShape
        classNames = classifier.classNames
        let grey = try Tensor.full(
            [1, inputShape.channels, inputShape.height, inputShape.width], 0.5,
            device: classifier.device)
        var program = try Program.recording([("images", grey)]) {
            [try classifier.logits(of: $0[0])]
        }.frozen()
        // What was not rewritten is still the network's own.
        program.tensors = try program.tensors.mapValues { try $0.cloned() }
        replay = try Replay(program, precision: precision)
        try replay.move(to: classifier.device)
    }

    public func move(to device: Device) throws { try replay.move(to: device) }

    public func logits(of images: Tensor) throws -> Tensor { try replay([images])[0] }
}

extension NetworkClassifier {
    public func frozen(_ precision: Precision) throws -> any Classifier {
        try FrozenClassifier(recording: self, precision: precision)
    }
}
