import Foundation
import Testing

extension ProgramTests {
    /// Long work: how it shows itself, how it ends on request, and what a kill costs.
    @Suite("Long work")
    struct InterruptionTests {
        private let place: Workplace

        init() throws { place = try Workplace() }

        @Test("progress shows on standard error within ten seconds, and Ctrl-C ends the work")
        func progressAndInterruption() throws {
            let program = try place.start([
                "train", "--data", "digits", "--width", "0.25", "--images", "1000", "--epochs",
                "1000", "--output", "new", "--threads", "1",
            ])
            #expect(program.wait(10) { program.errors.contains("images, ") })
            #expect(program.output.isEmpty)
            #expect(program.errors.contains("left"))

            kill(program.process.processIdentifier, SIGINT)
            #expect(program.wait(10) { !program.process.isRunning })
            let outcome = try program.outcome()
            #expect(!outcome.wasKilled && outcome.status != 0)
            let last = outcome.errors.split(separator: "\n").last ?? ""
            #expect(last.contains("Interrupted") && last.contains("the same command goes on"))
            #expect(outcome.output.isEmpty)
            #expect(try place.contents.isEmpty)
            #expect(place.stages.allSatisfy { $0.hasSuffix(".partial") || $0.hasSuffix(".lock") })
        }

        @Test(
            "a demo killed three times, in training and in attacks, ends with the same report",
            .enabled(
                if: ProcessInfo.processInfo.environment["GRED_SLOW_TESTS"] != nil,
                "takes half a minute: set GRED_SLOW_TESTS"))
        func killedDemo() throws {
            let demo = ["demo", "--profile", "smoke", "--data", "digits", "--threads", "1"]
            for stage in ["classifier-", "detector-org-", "attack-cw-"] {
                let program = try place.start(demo + ["--output", "killed"])
                // The stage is under work: its folder is there and not yet renamed.
                #expect(
                    program.wait(120) {
                        place.stages.contains {
                            $0.hasPrefix(stage) && $0.hasSuffix(".partial")
                        }
                    }, "\(stage) never began")
                usleep(100_000)
                kill(program.process.processIdentifier, SIGKILL)
                program.process.waitUntilExit()
                #expect(try program.outcome().wasKilled)
                #expect(try place.contents.isEmpty)
            }
            let resumed = try place.run(demo + ["--output", "killed"])
            #expect(resumed.status == 0)
            #expect(!resumed.errors.contains("training vgg11"), "the classifier was kept")

            let whole = try Workplace()
            #expect(try whole.run(demo + ["--output", "whole"]).status == 0)
            #expect(
                try report(place["killed/report.json"]) == report(whole["whole/report.json"]))
        }

        @Test(
            "training, protecting and evaluating, killed at random moments, end with the same bytes",
            .enabled(
                if: ProcessInfo.processInfo.environment["GRED_SLOW_TESTS"] != nil,
                "takes some minutes: set GRED_SLOW_TESTS"))
        func killedAtRandom() throws {
            let train = [
                "train", "--data", "digits", "--width", "0.125", "--images", "3000", "--epochs",
                "8", "--batch-size", "32", "--threads", "1", "--output", "digits",
            ]
            // Its figures are in guard.json, which is compared as well.
            let protect = [
                "protect", "digits", "--data", "digits", "--profile", "smoke", "--threads", "1",
                "--output", "guard",
            ]
            let evaluate = [
                "evaluate", "guard", "--data", "digits", "--profile", "smoke", "--full",
                "--threads", "1", "--output", "measured",
            ]
            var random = SystemRandomNumberGenerator()
            for (arguments, kills) in [(train, 6), (protect, 14), (evaluate, 10)] {
                var (remaining, killed) = (kills, 0)
                while remaining > 0 {
                    let finished = Set(place.stages.filter { !$0.contains(".") })
                    let moment = Double.random(in: 0.05...4, using: &random)
                    let program = try place.start(arguments)
                    guard !program.wait(moment, for: { !program.process.isRunning }) else { break }
                    kill(program.process.processIdentifier, SIGKILL)
                    program.process.waitUntilExit()
                    remaining -= 1
                    killed += 1
                    // What was finished is still there, and nothing half-written has its name.
                    #expect(finished.isSubset(of: place.stages), "killed after \(moment) s")
                    let left = try place.contents.filter { !$0.hasPrefix("digits") }
                    #expect(
                        left.allSatisfy {
                            $0.hasPrefix("guard") || $0.hasPrefix("measured")
                                || $0.contains("partial")
                        })
                }
                #expect(try place.run(arguments).status == 0)
                #expect(killed > 0, "\(arguments[0]) was over before it could be killed")
            }

            let whole = try Workplace()
            for arguments in [train, protect, evaluate] {
                #expect(try whole.run(arguments).status == 0)
            }
            for file in [
                "digits/classifier.safetensors", "guard/detector.safetensors",
                "guard/chooser.safetensors", "guard/rectifier.safetensors", "guard/guard.json",
            ] {
                #expect(
                    try Data(contentsOf: place[file]) == Data(contentsOf: whole[file]), "\(file)")
            }
            #expect(
                try report(place["measured/report.json"])
                    == report(whole["measured/report.json"]))
        }

        /// A report without the line that names the command, which names the folder.
        private func report(_ file: URL) throws -> Data {
            let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
            var fields = try #require(json as? [String: Any])
            var provenance = try #require(fields["provenance"] as? [String: Any])
            #expect(provenance.removeValue(forKey: "command") != nil)
            fields["provenance"] = provenance
            #expect(fields.removeValue(forKey: "cost") != nil)
            return try JSONSerialization.data(withJSONObject: fields, options: .sortedKeys)
        }
    }
}
