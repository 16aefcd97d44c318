/// An exported program that is no image classifier, is described wrongly, or cannot be tuned as asked.
public enum ProgramClassifierFault: Error, Equatable, CustomStringConvertible {
    /// The JSON beside the program does not hold what it should.
    case badDescription(path: String)
    /// The program takes something other than one batch of images.
    case notOneImageInput(found: [String])
    /// The described shape has not three sizes.
    case badShape([Int])
    /// The described shape is another than the program's.
    case otherShape(given: [Int], size: Int, place: Int)
    /// The program leaves the images' size open, and no description fixes it.
    case openShape(input: String)
    /// Mean and deviation are not one number a channel, or a deviation is not positive.
    case badNormalisation(channels: Int)
    /// The output is no score for each class.
    case notScores(shape: [Int])
    /// There are more or fewer names than classes.
    case classNames(named: Int, found: Int)
    /// No weight of the program was a parameter of its module.
    case nothingToTrain
    /// Weights that were to be put over the program's do not fit it.
    case otherWeights(path: String, reason: String)
    /// The file of a program that is in use was replaced, changed or removed.
    case changed(path: String)

    public var description: String {
        switch self {
        case .badDescription(let path):
            "\(path) does not describe a model: it may hold input_shape, mean, std, class_names, output (logits or probabilities) and output_name."
        case .notOneImageInput(let found):
            "An image classifier takes one tensor of images N×C×H×W, and this program takes \(found.isEmpty ? "none" : found.joined(separator: ", "))."
        case .badShape(let shape):
            "input_shape must be [channels, height, width], and \(shape) was given."
        case .otherShape(let given, let size, let place):
            "The program takes images with \(["channels", "height", "width"][place]) \(size), and input_shape says \(given)."
        case .openShape(let input):
            "The program leaves the size of '\(input)' open: write \"input_shape\": [channels, height, width] into the JSON beside it."
        case .badNormalisation(let channels):
            "mean and std must be \(channels) numbers each, one a channel, and std positive."
        case .notScores(let shape):
            "A score for each class is expected (N×L), and the output has shape \(shape.map(String.init).joined(separator: "×"))."
        case .classNames(let named, let found):
            "\(named) class names are given, and the program has \(found) classes."
        case .nothingToTrain:
            "The program has no weights that were parameters of its module, so it cannot be fine-tuned: export the module itself, not a frozen or rewritten form of it."
        case .changed(let path):
            "\(path) is no longer the file that was read: put it back, or begin again with what is there now."
        case .otherWeights(let path, let reason):
            "\(path) holds no weights of this program: \(reason) Weights that were tuned fit the program that they began from, and no other."
        }
    }
}
