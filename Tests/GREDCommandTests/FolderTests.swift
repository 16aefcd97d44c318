import Foundation
import GREDImages
import Testing

extension ProgramTests {
    @Suite("Folders of images")
    struct FolderTests {
        private let place: Workplace

        init() throws { place = try Workplace() }

        private func write(_ path: String, value: Int, side: Int = 28) throws {
            let pixels = (0..<(side * side)).map { UInt8(truncatingIfNeeded: value * 7 + $0 / 5) }
            try place.write(
                PNG.encode(pixels: pixels, width: side, height: side, channels: 1), as: path)
        }

        @Test("gred data says what was found in a folder")
        func data() throws {
            for value in 0..<40 { try write("own/\(value % 2)/\(value).png", value: value) }
            let outcome = try place.gred("data", "own")
            #expect(outcome.status == 0)
            #expect(outcome.output.contains("own: 1×28×28 in 2 classes"))
            #expect(outcome.output.contains("fit       24 images"))
            let scaled = try place.gred("data", "own", "--size", "16", "--resize", "20")
            #expect(scaled.output.contains("own: 3×16×16 in 2 classes"))
            try place.gred("data", "own", "--size", "sixteen").expectRefusal(["--size"])
            try place.gred("data", "own", "--resize", "9", "--stretch").expectRefusal(["exclude"])
            try place.gred("data", "own", "--broken", "2").expectRefusal(["0…1"])
        }

        @Test("gred train trains any of the built-in networks on one")
        func train() throws {
            for value in 0..<40 { try write("own/\(value % 2)/\(value).png", value: value) }
            for (network, width) in [("resnet18", "0.0625"), ("cwnet", "0.25")] {
                let outcome = try place.gred(
                    "train", "--data", "own", "--architecture", network, "--width", width,
                    "--epochs", "1", "--batch-size", "8", "--threads", "1", "--output", network)
                #expect(outcome.status == 0, "\(outcome.errors)")
                let text = try String(
                    contentsOf: place["\(network)/classifier.json"], encoding: .utf8)
                #expect(text.contains(network))
            }
            let small = try place.gred(
                "train", "--data", "own", "--architecture", "inception_v3", "--epochs", "1",
                "--output", "none")
            #expect(small.status == 1 && small.errors.contains("at least 75 pixels"))
            let unknown = try place.gred("train", "--architecture", "alexnet", "--output", "none")
            #expect(unknown.status == 64 && unknown.errors.contains("resnet18"))
            #expect(try !place.contents.contains { $0.hasPrefix("none") })
        }

        @Test("gred inspect reads folders, and skips broken files up to a limit")
        func inspect() throws {
            try Untrained.writeBundle(to: place["bundle"])
            for value in 0..<9 { try write("images/\(value).png", value: value) }
            try place.write([0xFF, 0xD8, 0xFF, 0], as: "images/5b.jpg")
            try place.gred("inspect", "bundle", "images")
                .expectRefusal(["images", "5b.jpg", "at most 1.0%"])
            let outcome = try place.gred("inspect", "bundle", "images", "--broken", "0.1", "--json")
            #expect(outcome.status == 0 || outcome.status == 3)
            let lines = outcome.output.split(separator: "\n")
            #expect(lines.count == 9)
            #expect(lines[8].contains("images\\/8.png") || lines[8].contains("images/8.png"))
            #expect(outcome.errors.contains("skipped: images/5b.jpg: expected a whole JPEG"))
        }

        @Test("gred inspect skips broken files among those that are named, up to the same limit")
        func inspectNamed() throws {
            try Untrained.writeBundle(to: place["bundle"])
            for name in ["a", "c"] { try write("\(name).png", value: name == "a" ? 1 : 2) }
            try place.write([0xFF, 0xD8, 0xFF, 0], as: "broken.png")
            try place.write(Bytes.images(of: [0.5, 7]), as: "beyond.safetensors")
            let files = ["inspect", "bundle", "a.png", "broken.png", "c.png"]

            let refused = try place.run(files)
            #expect(refused.status == 1)
            for words in ["broken.png", "3 files", "at most 1.0%", "--broken"] {
                #expect(refused.errors.contains(words), "\(refused.errors)")
            }
            #expect(!refused.output.contains("c.png"))

            let outcome = try place.run(files + ["--broken", "0.4"])
            #expect(outcome.status == 0 || outcome.status == 3, "\(outcome.errors)")
            #expect(outcome.output.contains("a.png") && outcome.output.contains("c.png"))
            #expect(outcome.output.hasSuffix("of 2 images are adversarial, 1 files are broken\n"))
            #expect(outcome.errors.hasPrefix("skipped: ") && outcome.errors.contains("broken.png"))

            // Two of four are more than were allowed; what cannot be images counts as well.
            let two = try place.run(files + ["beyond.safetensors", "--broken", "0.4"])
            #expect(two.status == 1 && two.errors.contains("found 2"), "\(two.errors)")
            #expect(two.errors.contains("Image 1") && two.output.contains("c.png"))
        }

        @Test("gred data takes labels from a table, and says which images it does not name")
        func labels() throws {
            for value in 0..<42 { try write("heap/\(value).png", value: value) }
            let table = (0..<40).map { "\($0).png,\($0 % 4 == 0 ? "rare" : "common")" }
            try place.write(Array(table.joined(separator: "\n").utf8), as: "labels.csv")
            let outcome = try place.gred("data", "heap", "--labels", "labels.csv")
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.contains("heap: 1×28×28 in 2 classes"))
            #expect(
                (outcome.output + outcome.errors).contains("2 images in \(place["heap"].path)"))
            try place.gred("data", "heap", "--labels", "none.csv").expectRefusal(["none.csv"])
        }

        @Test("gred inspect says of standard input what it says of the same file")
        func standardInput() throws {
            try Untrained.writeBundle(to: place["bundle"])
            try write("seven.png", value: 7)
            let outcome = try place.gred(
                "inspect", "bundle", "-", "--json", input: place["seven.png"])
            #expect(outcome.status == 0 || outcome.status == 3, "\(outcome.errors)")
            let lines = outcome.output.split(separator: "\n")
            #expect(lines.count == 1)
            let json = try #require(lines.first)
            let line = try #require(
                JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
            #expect(line["image"] as? String == "standard input")
            let file = try place.gred("inspect", "bundle", "seven.png", "--json")
            #expect(file.status == outcome.status)
            #expect(
                file.output.replacingOccurrences(of: "seven.png", with: "standard input")
                    == outcome.output)
        }

        @Test("gred inspect refuses what cannot be images on standard input under that name")
        func badStandardInput() throws {
            try Untrained.writeBundle(to: place["bundle"])
            try place.write(Array("no image at all".utf8), as: "text")
            let whole = try PNG.encode(
                pixels: Array(repeating: 9, count: 784), width: 28, height: 28, channels: 1)
            try place.write(Array(whole.prefix(whole.count / 2)), as: "cut.png")
            try place.write(Bytes.images(of: [0.5, 7]), as: "beyond.safetensors")
            for file in ["text", "cut.png", "beyond.safetensors"] {
                let outcome = try place.gred("inspect", "bundle", "-", input: place[file])
                outcome.expectRefusal(["standard input"])
                #expect(!outcome.errors.contains("gred-"), "\(outcome.errors)")
            }
            try place.write(
                Bytes.idx(magic: 2051, [2, 28, 28], Array(repeating: 0, count: 2 * 784)), as: "two")
            let two = try place.gred("inspect", "bundle", "-", input: place["two"])
            #expect(
                two.output.contains("standard input#0") && two.output.contains("standard input#1"))
        }

        @Test("gred inspect is no success where no file can be read, however many may be broken")
        func allBroken() throws {
            try Untrained.writeBundle(to: place["bundle"])
            for name in ["all/a.png", "all/b.jpg"] { try place.write([0xFF, 0xD8, 0], as: name) }
            for files in [["all"], ["all/a.png", "all/b.jpg"]] {
                for form in [[], ["--json"]] {
                    let outcome = try place.run(
                        ["inspect", "bundle"] + files + ["--broken", "1"] + form)
                    outcome.expectRefusal(
                        ["2 are broken", "nothing was inspected"], afterWork: true)
                }
            }
        }

        @Test("a rate that a folder is too small for is refused before anything is attacked")
        func rateTooFine() throws {
            try Untrained.classifier(classes: 2).save(to: place["classifier"])
            for value in 0..<60 { try write("own/\(value % 2)/\(value).png", value: value) }
            try place.gred(
                "protect", "classifier", "--data", "own", "--profile", "smoke",
                "--false-positives", "0.001", "--output", "guard"
            ).expectRefusal(["0.001", "clean images"], afterWork: true)
            #expect(!place.stages.contains { $0.hasPrefix("attack") })
            #expect(try !place.contents.contains("guard/guard.json"))
        }

        @Test("gred inspect ends with 3 where an image is flagged, and with 0 where none is")
        func exitStatus() throws {
            try write("seven.png", value: 7)
            for (flagsAll, status, words) in [
                (true, 3, "1 of 1 images are adversarial"),
                (false, 0, "0 of 1 images are adversarial"),
            ] as [(Bool, Int32, String)] {
                try Untrained.writeBundle(to: place["bundle"], flagsAll: flagsAll)
                let outcome = try place.gred("inspect", "bundle", "seven.png")
                #expect(outcome.status == status && outcome.output.contains(words))
                let json = try place.gred("inspect", "bundle", "seven.png", "--json")
                #expect(json.status == status)
                #expect(json.output.contains(#""recovered_label""#) == flagsAll)
            }
        }

        @Test("a picture has one verdict, whether it comes by file, in a folder or as a tensor")
        func waysIn() throws {
            try Untrained.writeBundle(to: place["bundle"], channels: 3)
            let pixels = (0..<(28 * 28 * 3)).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 4) }
            try place.write(
                PNG.encode(pixels: pixels, width: 28, height: 28, channels: 3), as: "in/picture.png"
            )
            // Tensors have planes where pictures have pixels of three values.
            let planes = (0..<3).flatMap { channel in
                stride(from: channel, to: pixels.count, by: 3).map { Float(pixels[$0]) / 255 }
            }
            try place.write(
                Bytes.safetensors(shape: [1, 3, 28, 28], planes), as: "tensor.safetensors")
            let verdicts = try ["in/picture.png", "in", "tensor.safetensors"].map { name in
                let outcome = try place.gred("inspect", "bundle", name, "--json")
                #expect(outcome.errors.isEmpty && [0, 3].contains(outcome.status))
                let fields = try #require(
                    JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
                        as? [String: Any])
                return fields.filter { $0.key != "image" } as NSDictionary
            }
            #expect(verdicts[0] == verdicts[1] && verdicts[0] == verdicts[2])
        }

        @Test("masks follow from $GRED_KEY, and without one it is said whose key serves")
        func key() throws {
            try Untrained.writeBundle(to: place["bundle"])
            try write("seven.png", value: 7)
            func picture(_ key: String) throws -> Data {
                let outcome = try place.gred(
                    "inspect", "bundle", "seven.png", "--save-maps", "maps",
                    environment: ["GRED_KEY": key])
                #expect(outcome.errors.contains("published key") == key.isEmpty)
                return try Data(contentsOf: place["maps/000000-seven.png.png"])
            }
            let first = try picture("one secret")
            #expect(try picture("one secret") == first)
            #expect(try picture("another") != first)
            #expect(try picture("") == picture("") && picture("") != first)
        }

        @Test("gred inspect scales pictures only when told how")
        func scaling() throws {
            try Untrained.writeBundle(to: place["bundle"])
            try write("large.png", value: 1, side: 40)
            try place.gred("inspect", "bundle", "large.png")
                .expectRefusal(["large.png", "1×28×28", "1×40×40"])
            for arguments in [["--resize", "28"], ["--stretch"]] {
                let outcome = try place.run(["inspect", "bundle", "large.png"] + arguments)
                #expect(outcome.status == 0 || outcome.status == 3)
                #expect(outcome.output.contains("of 1 images"))
            }
        }
    }
}
