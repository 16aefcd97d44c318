import ArgumentParser
import Foundation
import LibTorch

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Get a model out of Python: say how, or write the script that does it.",
        discussion: """
            GRED reads exported programs, the files that torch.export.save writes. They hold the \
            network as a list of operators with its weights, and nothing that runs when it is read.

            The script needs PyTorch alone. It exports with an open batch size, writes a JSON beside \
            the program for what the network does not know of itself (mean and std, class names), \
            reads both back and compares answers and gradients with the model.

            Examples:
              gred export
              gred export --write export.py
            """)

    @Option(help: "Write the Python script to a file.", completion: .file())
    var write: String?

    func run() throws {
        if let write {
            let url = URL(filePath: write)
            guard !FileManager.default.fileExists(atPath: url.path) else {
                throw ValidationError("\(write) is there already: choose another name.")
            }
            try AtomicFile.write(Data(PackageResources.export_py), to: url)
            print("wrote \(write); see: python \(write) --help")
            return
        }
        print(
            """
            In the Python environment of your model:

              gred export --write export.py
              python export.py your_package.models:make_model --weights weights.pth \\
                  --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 --classes names.txt --output model.pt2

            or, with the model at hand:

              from export import export
              export(model, shape=(3, 224, 224), path="model.pt2", mean=[…], std=[…])

            Leave mean and std out where the model normalises by itself. Then:

              gred model show model.pt2
            """)
    }
}
