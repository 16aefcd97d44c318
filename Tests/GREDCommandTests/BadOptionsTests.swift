import Foundation
import Testing

extension ProgramTests {
    /// Options that commands must refuse, each before it has done any work.
    @Suite("Options that cannot be meant")
    struct BadOptionsTests {
        private let place: Workplace

        init() throws {
            place = try Workplace()
            try Untrained.classifier().save(to: place["classifier"])
        }

        /// Enough to start training on generated digits.
        private static let train = [
            "train", "--data", "digits", "--width", "0.0625", "--images", "300", "--epochs", "1",
        ]
        private static let attack = ["--classifier", "classifier", "--data", "digits"]

        @Test(
            "a value that makes no sense is refused with those that do",
            arguments: [
                (train + ["--output", "new", "--threads", "0"], ["--threads", "at least 1"]),
                (train + ["--output", "new", "--device", "nvme"], ["nvme", "cpu"]),
                (train + ["--output", "new", "--width", "0"], ["--width", "0…4"]),
                (train + ["--output", "new", "--epochs", "0"], ["--epochs", "positive"]),
                (train + ["--output", "new", "--seed", "one"], ["--seed", "one"]),
                (train, ["--output"]),
                (["train", "--data", "mnst", "--output", "new"], ["mnst", "mnist", "digits"]),
                (["attack", "fsgm"] + attack, ["fsgm", "fgsm", "deepfool", "ddn"]),
                (
                    ["attack", "fgsm", "--targeted"] + attack,
                    ["fgsm", "cannot aim", "pgd, cw, ddn, pgd-l2"]
                ),
                (["attack", "fgsm", "--count", "0"] + attack, ["--count", "positive"]),
                (["attack", "fgsm", "--png"] + attack, ["--png", "--output"]),
                (["attack", "fgsm", "--set", "epsilon"] + attack, ["--set", "SETTING=VALUE"]),
                (["attack", "cw", "--set", "rate=1"] + attack, ["'rate'", "learning-rate"]),
                (["attack", "cw", "--set", "iterations=few"] + attack, ["iterations", "'few'"]),
                (
                    ["attack", "cw", "--set", "iterations=0.5"] + attack,
                    ["another kind of value", "0.5"]
                ),
                (["attack", "cw", "--set", "confidence=-1"] + attack, ["confidence", "-1"]),
                (["attack", "fgsm", "--search-in", "int8"] + attack, ["int8", "bfloat16"]),
                (
                    ["protect", "classifier", "--output", "new", "--profile", "huge"],
                    ["huge", "smoke"]
                ),
                (["reproduce", "digits", "--profile", "night"], ["night", "laptop"]),
                (["reproduce", "digits", "--set", "alpha=1"], ["'alpha'", "least-alpha"]),
                (["reproduce", "digits", "--set", "copies=1.5"], ["copies", "whole", "1.5"]),
                (["reproduce", "digits", "--set", "copies"], ["CHOICE=NUMBER"]),
                (["reproduce", "digits", "--attacks", "FGSM"], ["'FGSM'", "FGSM-U"]),
                (["reproduce", "digits", "--images", "1"], ["--images", "at least 2"]),
                (["audit", "guard", "--images", "0"], ["--images", "at least 1"]),
                (
                    ["protect", "classifier", "--output", "new", "--images", "0"],
                    ["--images", "at least 1"]
                ),
                (
                    ["protect", "classifier", "--output", "new", "--false-positives", "1"],
                    ["between 0 and 1", "1.0"]
                ),
                (
                    ["protect", "classifier", "--output", "new", "--method", "paper", "--fast"],
                    ["--fast", "universal"]
                ),
                (
                    [
                        "protect", "classifier", "--output", "new", "--no-measure", "--report",
                        "report",
                    ], ["--report", "--no-measure"]
                ),
                (
                    [
                        "protect", "classifier", "--output", "new", "--data", "digits",
                        "--profile", "smoke", "--false-positives", "0.001",
                    ], ["0.001", "200 clean images", "0.0050"]
                ),
                (["protect", "classifier", "--output", "new", "--method", "magic"], ["magic"]),
                (["bundle", "show", "classifier"], ["guard.json", "gred protect"]),
                (["bundle", "show", "nowhere"], ["nowhere", "guard.json"]),
                (["evaluate", "classifier", "--full"], ["guard.json", "gred protect"]),
                (["demo", "--profile", "huge"], ["huge", "smoke, demo, full"]),
                (["inspect", "bundle"], ["<files>"]),
                (["inpsect"], ["inpsect"]),
            ])
        func badValue(arguments: [String], words: [String]) throws {
            let before = try place.contents
            try place.run(arguments).expectRefusal(words)
            #expect(try place.contents == before)
            #expect(place.stages.isEmpty)
        }

        @Test("a folder that holds something else is left alone, and refused before any work")
        func takenFolder() throws {
            try place.write([1], as: "taken/mine")
            for (arguments, marker) in [
                (Self.train, "classifier.json"),
                (
                    ["protect", "classifier", "--data", "digits", "--profile", "smoke"],
                    "guard.json"
                ),
            ] {
                try place.run(arguments + ["--output", "taken"])
                    .expectRefusal(["taken", marker, "choose another"])
            }
            let left = try place.contents.filter { $0.hasPrefix("taken") }
            #expect(left == ["taken", "taken/mine"])
            #expect(place.stages.isEmpty)
        }

        @Test("an output below a file is refused before any work")
        func unwritableOutput() throws {
            try place.write([1], as: "file")
            for arguments in [
                Self.train, ["demo", "--data", "digits", "--profile", "smoke"],
                ["attack", "fgsm"] + Self.attack,
                ["protect", "classifier", "--data", "digits", "--profile", "smoke"],
            ] {
                try place.run(arguments + ["--output", "file/below"])
                    .expectRefusal(["file/below", "choose another"])
            }
            try place.gred(
                "protect", "classifier", "--data", "digits", "--profile", "smoke", "--output",
                "new", "--report", "file/below"
            ).expectRefusal(["file/below", "choose another"])
            #expect(place.stages.isEmpty)
        }

        @Test("a cache that cannot be written is refused with the variable that names another")
        func unwritableCache() throws {
            try place.write([1], as: "file")
            try place.run(
                Self.train + ["--output", "new"],
                environment: ["GRED_CACHE": place["file/cache"].path]
            ).expectRefusal(["file/cache", "GRED_CACHE"])
            #expect(try !place.contents.contains("new"))
        }
    }
}
