import ArgumentParser
import GREDLaboratory
import LibTorch

@main
struct GREDCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gred",
        abstract: "Detects adversarial images and gives the right label back.",
        subcommands: [Demo.self])
}
