import Foundation
import GRED
import GREDImages
import Testing

extension ProgramTests {
    /// Bundles that `gred inspect` must not use.
    @Suite("Bundles that cannot be trusted")
    struct BadBundleTests {
        private let place: Workplace

        init() throws {
            place = try Workplace()
            try Untrained.writeBundle(to: place["bundle"])
            try place.write(Bytes.images(of: [0.5]), as: "grey.safetensors")
        }

        private func inspect() throws -> Outcome {
            try place.gred("inspect", "bundle", "grey.safetensors", "--json")
        }

        @Test("the bundle as it was written is used")
        func sound() throws {
            let outcome = try inspect()
            #expect(outcome.status == 0 || outcome.status == 3)
            #expect(outcome.errors.isEmpty)
        }

        @Test(
            "a part that is missing, cut off, longer or altered is named",
            arguments: [
                "classifier.safetensors", "org.safetensors", "sen.safetensors",
                "rectifier.safetensors",
            ])
        func damagedPart(part: String) throws {
            let file = place["bundle/\(part)"]
            let whole = try Data(contentsOf: file)
            var altered = whole
            altered[whole.count / 2] ^= 1
            for (bytes, words) in [
                (nil, ["it is missing"]), (whole.dropLast(), ["bytes, and guard.json says"]),
                (whole + [0], ["bytes, and guard.json says"]), (altered, ["SHA-256"]),
            ] as [(Data?, [String])] {
                try? FileManager.default.removeItem(at: file)
                try bytes?.write(to: file)
                try inspect().expectRefusal([part, "gred protect"] + words)
            }
        }

        @Test("a model that is not the guarded one is told from it")
        func otherModel() throws {
            try Untrained.classifier().save(to: place["same"])
            try Untrained.classifier(seed: 2).save(to: place["other"])
            let outcome = try place.gred("bundle", "show", "bundle", "--model", "same")
            #expect(outcome.status == 0 && outcome.output.contains("a guard for"))
            try place.gred("bundle", "show", "bundle", "--model", "other")
                .expectRefusal(["bundle", "SHA-256", "gred protect"])
        }

        @Test("nothing on standard input is said, and no verdict given")
        func emptyInput() throws {
            try place.gred("inspect", "bundle", "-").expectRefusal(["standard input"])
        }

        @Test("pictures go to a folder of their own, or nowhere")
        func takenMaps() throws {
            try place.write([1], as: "file")
            try place.gred("inspect", "bundle", "grey.safetensors", "--save-maps", "file/maps")
                .expectRefusal(["file/maps", "choose another"])
            let outcome = try place.gred(
                "inspect", "bundle", "grey.safetensors", "--save-maps", "maps")
            #expect(outcome.status == 0 || outcome.status == 3)
            #expect(try place.contents.contains { $0.hasPrefix("maps/000000-") })
        }

        @Test("families left out are for universal guards")
        func fullEvaluation() throws {
            try place.gred("evaluate", "bundle", "--data", "digits", "--full")
                .expectRefusal(["--full", "universal", "bundle"])
        }

        @Test("a manifest that is missing, no JSON, or of a newer program is told apart")
        func manifest() throws {
            let file = place["bundle/guard.json"]
            let sound = try String(contentsOf: file, encoding: .utf8)
            func sealed(_ text: String) -> String {
                String(decoding: ManifestSeal.renewed(Data(text.utf8)), as: UTF8.self)
            }
            for (text, words) in [
                (nil, ["there is no guard.json", "gred protect"]),
                ("{", ["guard.json", "gred protect"]),
                (
                    sound.replacingOccurrences(of: #""schema" : 3"#, with: #""schema" : 4"#),
                    ["schema 4", "schemas 1 to 3", "newer program"]
                ),
                (sound.replacingOccurrences(of: "0.2", with: "0.3"), ["its seal is not that"]),
                (
                    sealed(sound.replacingOccurrences(of: #""masking""#, with: #""masks""#)),
                    ["'masking' is missing"]
                ),
            ] as [(String?, [String])] {
                try? FileManager.default.removeItem(at: file)
                try text?.write(to: file, atomically: true, encoding: .utf8)
                try inspect().expectRefusal(["bundle"] + words)
            }
        }

        @Test("what is no bundle is refused, and so is a bundle that is not there")
        func noBundle() throws {
            try Untrained.classifier().save(to: place["classifier"])
            for name in ["classifier", "nothing", "grey.safetensors"] {
                try place.gred("inspect", name, "grey.safetensors")
                    .expectRefusal([name, "gred protect"])
            }
            try place.gred("evaluate", "nothing", "--data", "digits")
                .expectRefusal(["nothing", "gred protect"])
        }
    }
}
