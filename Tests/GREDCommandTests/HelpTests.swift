import Testing

@testable import GREDCommand

extension ProgramTests {
    @Suite("Help and version")
    struct HelpTests {
        /// Each command with the options and arguments that it must name.
        static let commands: [(name: String, words: [String])] = [
            ("demo", ["--profile", "--data", "--output"] + shared),
            ("data", ["<name>", "--size", "--json"] + ofFolders),
            (
                "train",
                [
                    "--data", "--architecture", "--width", "--images", "--epochs", "--batch-size",
                    "--learning-rate",
                    "--output", "--size",
                ] + ofFolders + shared
            ),
            (
                "attack",
                [
                    "<attacks>", "--classifier", "--data", "--count", "--targeted", "--epsilon",
                    "--steps", "--output", "--json",
                ] + ofFolders + shared
            ),
            (
                "protect",
                [
                    "<classifier>", "--data", "--method", "--false-positives", "--fast",
                    "--profile",
                    "--output", "--no-measure", "--report",
                ] + ofFolders + shared
            ),
            (
                "inspect",
                ["<bundle>", "<files>", "--json", "--save-maps", "GRED_KEY", "--resize"] + shared
            ),
            (
                "evaluate",
                ["<bundle>", "--data", "--profile", "--full", "--output", "--json"] + ofFolders
                    + shared
            ),
            (
                "audit",
                ["<bundle>", "--data", "--profile", "--surrogate", "--output", "--json"]
                    + ofFolders + shared
            ),
            (
                "reproduce",
                [
                    "<data>", "--profile", "--classifier", "--guard", "--attacks", "--images",
                    "--set", "--weights", "--surrogate-weights", "--weight-classes",
                    "--dry-run", "--output", "--size",
                ] + ofFolders + shared
            ),
        ]
        private static let ofFolders = ["--labels", "--resize", "--stretch", "--broken"]
        private static let shared = ["--seed", "--threads", "--device"]

        @Test("each command explains its options and gives examples", arguments: commands)
        func helpIsComplete(command: (name: String, words: [String])) throws {
            let outcome = try Workplace().gred(command.name, "--help")
            #expect(outcome.status == 0)
            #expect(outcome.errors.isEmpty)
            for word in command.words {
                #expect(outcome.output.contains(word), "\(word)")
            }
            let examples = outcome.output.components(separatedBy: "Examples:\n")
            #expect(examples.count == 2)
            #expect(examples.last?.contains("gred \(command.name)") == true)
        }

        @Test("the program's own help names every command and where to start")
        func overview() throws {
            let outcome = try Workplace().gred("--help")
            #expect(outcome.status == 0)
            for (name, _) in Self.commands { #expect(outcome.output.contains("  \(name) ")) }
            #expect(outcome.output.contains("Start here:"))
        }

        @Test("--version prints the version alone")
        func version() throws {
            let outcome = try Workplace().gred("--version")
            #expect(outcome.status == 0)
            #expect(outcome.output == GREDCommand.version + "\n")
            #expect(outcome.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
        }
    }
}
