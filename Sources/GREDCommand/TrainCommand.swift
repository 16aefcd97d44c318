import ArgumentParser
import Foundation
import GREDClassifiers
import GREDLaboratory
import LibTorch

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a classifier to try things on.",
        discussion: """
            VGG11 with batch normalisation, trained on the fit set. The state after every epoch is \
            kept: when training is interrupted, the same command goes on and ends with the same \
            weights.

            Examples:
              gred train --output digits
              gred train --data mnist --width 0.5 --images 10000 --epochs 4 --output small
            """)

    @Option(help: "The data set: mnist, cifar10, digits, or a folder of images.")
    var data = "mnist"

    @Option(
        help: ArgumentHelp(
            "The size of a folder's images, such as 224, 160x224 or 1x28x28.",
            discussion: "By default the pictures' own, where they have one."))
    var size: PictureSize?

    @Option(help: "Scales the number of channels; 1 is 64 … 512.")
    var width = 1.0

    @Option(help: "How many images of the fit set to train on; by default all.")
    var images: Int?

    @Option(help: "How often to go through them.")
    var epochs = 6

    @Option(help: "Images a step.")
    var batchSize = 128

    @Option(help: "The highest learning rate of the one-cycle schedule, with AdamW.")
    var learningRate = 0.002

    @Option(
        help: ArgumentHelp(
            "float32, or bfloat16: mixed precision.",
            discussion: "Twice as fast where the processor has instructions for it."))
    var precision = Precision.float32

    @Option(help: "The folder to write the classifier to.", completion: .directory)
    var output: String

    @OptionGroup var folder: FolderOptions
    @OptionGroup var options: RunOptions

    func validate() throws {
        guard width > 0, width <= 4 else {
            throw ValidationError("--width must lie in 0…4, and \(width) was given.")
        }
        guard images ?? 1 >= 1, epochs >= 1, batchSize >= 1, learningRate > 0 else {
            throw ValidationError(
                "--images, --epochs, --batch-size and --learning-rate must be positive.")
        }
    }

    func run() throws {
        let bench = try options.bench(in: precision)
        try OutputFolder.check(output, marker: "classifier.json")
        let sets = try DataSet(
            named: data, reading: folder.reading(size: size), observer: bench.observer)
        let fit = sets.sets.fit.prefix(images ?? .max)
        let classifier = try ClassifierTraining(
            description: NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: width), inputShape: fit.shape,
                classNames: fit.classNames),
            plan: TrainingPlan(
                epochs: epochs, batchSize: batchSize,
                learningRate: .oneCycle(peak: learningRate, warmUp: 0.3), weightDecay: 0.05,
                precision: precision, seed: options.seed),
            augmentation: sets.augmentation
        ).run(on: fit, bench: bench)
        try classifier.save(to: URL(filePath: output))
        let accuracy = try Accuracy.of(
            classifier, on: sets.sets.test, observer: bench.observer)
        print("accuracy on \(sets.sets.test.name): \(accuracy.formatted(digits: 4))")
        print("classifier in \(output)")
    }
}

extension Precision: ExpressibleByArgument {
    /// Those that a network trains in without a scaled loss.
    public static var allValueStrings: [String] { [float32, bfloat16].map(\.rawValue) }

    public init?(argument: String) {
        guard Self.allValueStrings.contains(argument) else { return nil }
        self.init(rawValue: argument)
    }
}
