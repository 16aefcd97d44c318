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
            A built-in network, trained on the fit set. The state after every epoch is kept: when \
            training is interrupted, the same command goes on and ends with the same weights.

            Examples:
              gred train --output digits
              gred train --data mnist --width 0.5 --images 10000 --epochs 4 --output small
              gred train --data photographs --architecture resnet18 --epochs 30 --output resnet
            """)

    @Option(help: "The data set: mnist, cifar10, digits, or a folder of images.")
    var data = "mnist"

    @Option(
        help: ArgumentHelp(
            "The size of a folder's images, such as 224, 160x224 or 1x28x28.",
            discussion: "By default the pictures' own, where they have one."))
    var size: PictureSize?

    @Option(
        help: ArgumentHelp(
            "The network.",
            discussion:
                "vgg11 with batch normalisation takes images of any size; cwnet (Carlini and Wagner) sides of 16 and more, inception_v3 of 75 and more; a resnet is for photographs of 64 pixels and more."
        ))
    var architecture = Architecture.Family.vgg11

    @Option(help: "Scales the number of channels; 1 is the original.")
    var width = 1.0

    @Option(help: "How many images of the fit set to train on; by default all.")
    var images: Int?

    @Option(help: "How often to go through them.")
    var epochs = 6

    @Option(help: "Images a step.")
    var batchSize = 128

    @Option(
        help: ArgumentHelp(
            "The highest learning rate of the one-cycle schedule, with AdamW.",
            discussion: "By default 0.002, for cwnet 0.001."))
    var learningRate: Double?

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
        guard images ?? 1 >= 1, epochs >= 1, batchSize >= 1, peak > 0 else {
            throw ValidationError(
                "--images, --epochs, --batch-size and --learning-rate must be positive.")
        }
    }

    /// cwnet's large linear layers take no more than half the rate.
    private var peak: Double { learningRate ?? (architecture == .cwnet ? 0.001 : 0.002) }

    func run() throws {
        let bench = try options.bench(in: precision)
        try OutputFolder.check(output, marker: "classifier.json")
        let sets = try DataSet(
            named: data, reading: folder.reading(size: size), observer: bench.observer)
        let fit = sets.sets.fit.prefix(images ?? .max)
        let classifier = try ClassifierTraining(
            description: NetworkClassifier.Description(
                architecture: Architecture(architecture, width: width), inputShape: fit.shape,
                classNames: fit.classNames),
            plan: TrainingPlan(
                epochs: epochs, batchSize: batchSize,
                learningRate: .oneCycle(peak: peak, warmUp: 0.3), weightDecay: 0.05,
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

extension Architecture.Family: ExpressibleByArgument {}

extension Precision: ExpressibleByArgument {
    /// Those that a network trains in without a scaled loss.
    public static var allValueStrings: [String] { [float32, bfloat16].map(\.rawValue) }

    public init?(argument: String) {
        guard Self.allValueStrings.contains(argument) else { return nil }
        self.init(rawValue: argument)
    }
}
