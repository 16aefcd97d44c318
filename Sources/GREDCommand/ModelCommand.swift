import ArgumentParser
import Foundation
import GREDClassifiers
import GREDLaboratory
import LibTorch

struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Look at a model before trusting it.",
        subcommands: [ShowCommand.self], defaultSubcommand: ShowCommand.self)

    struct ShowCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Say what an exported program is, and whether it can be used.",
            discussion: """
                Reads a file that torch.export.save wrote (never a pickle), and looks at what makes \
                figures wrong when nobody looks: answers that change from call to call, images of a \
                batch that influence each other, a gradient that is not the slope of the output. \
                With --data, the accuracy on the test set as well.

                A JSON file of the same name beside it may say what the program does not: \
                input_shape, mean, std, class_names, output (logits or probabilities), output_name.

                Examples:
                  gred model show resnet18.pt2
                  gred model show net.pt2 --output logits --data cifar10 --json
                """)

        @Argument(help: "The exported program, a .pt2 file.", completion: .file())
        var file: String

        @Option(help: "Which of several outputs holds the logits, such as 0 or logits.")
        var output: String?

        @Option(
            help:
                "A data set to measure accuracy on: mnist, cifar10, digits, or a folder of images.")
        var data: String?

        @Option(
            help: ArgumentHelp(
                "A safetensors file with Python's own input, output, cotangent and gradient.",
                discussion: "Differences beyond 1e-4 are a fault."),
            completion: .file())
        var against: String?

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var folder: FolderOptions
        @OptionGroup var options: RunOptions

        func run() throws {
            let bench = try options.bench()
            let model = try ProgramClassifier(URL(filePath: file), outputName: output)
            try model.move(to: bench.device)
            let set = try data.map {
                try DataSet(
                    named: $0, reading: folder.reading(for: model), observer: bench.observer
                ).sets.test
            }
            let images = set?.prefix(2_000)
            var check = try DoorCheck(
                of: model, images: images?.tensor(), labels: images?.labels,
                batchSizes: model.program.batchSizes)
            if let against {
                check.add(
                    try model.compare(with: SafetensorsFile(URL(filePath: against))))
            }
            let report = try ModelReport(model, check)
            if json {
                try JSONOutput.print(report)
            } else {
                print(report.text)
            }
            guard check.isSound else { throw ExitCode.failure }
        }
    }
}
