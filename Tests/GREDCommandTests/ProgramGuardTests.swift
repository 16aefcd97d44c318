import Foundation
import GREDImages
import LibTorch
import Testing

extension ProgramTests {
    /// From an exported program and a folder of pictures to verdicts.
    @Suite("A guard of an exported program")
    struct ProgramGuardTests {
        private let place: Workplace

        /// A folder of 8×8 photographs without labels.
        init() throws {
            place = try Workplace()
            for index in 0..<300 {
                var stream = RandomStream(seed: 2, purpose: "photograph", index: index)
                let pixels = stream.uniforms(8 * 8 * 3, in: 0...255).map { UInt8($0) }
                try place.write(
                    PNG.encode(pixels: pixels, width: 8, height: 8, channels: 3),
                    as: "own/\(index).png")
            }
        }

        /// Of the programs that LibTorch's tests replay: random weights, five classes.
        private var program: String {
            URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "LibTorchTests/Golden/programs/convnet.pt2").path
        }

        @Test("is planned, trained, measured and put to work")
        func chain() throws {
            let made = try place.gred(
                "protect", program, "--data", "own", "--profile", "smoke", "--false-positives",
                "0.2", "--output", "guard", "--threads", "1")
            try #require(made.status == 0, "\(made.errors)")
            #expect(made.errors.contains("The images carry no labels"))
            #expect(made.errors.contains("the detector has no alarm of nearness"))
            let work = try #require(made.errors.range(of: "the classifier is right on"))
            for words in [
                "attacks on", "train the detector", "fine-tune the rectifier",
                "set alarm and threshold",
                "9 attacks on test images", "in all",
            ] {
                let plan = try #require(made.errors.range(of: words), "\(words)")
                #expect(plan.upperBound < work.lowerBound, "\(words)")
            }
            #expect(try place.contents.contains("guard/classifier.pt2"))
            let card = try place.gred("bundle", "show", "guard", "--model", program)
            #expect(card.status == 0 && card.output.contains("an exported PyTorch program"))
            #expect(card.output.contains("flag at most 20.0%"))

            let measured = try place.gred(
                "evaluate", "guard", "--data", "own", "--profile", "smoke", "--json", "--threads",
                "1")
            try #require(measured.status == 0, "\(measured.errors)")
            let report = try #require(
                JSONSerialization.jsonObject(with: Data(measured.output.utf8)) as? [String: Any])
            // What the classifier answers was taken for right.
            #expect(report["base_accuracy"] as? Double == 1)
            #expect(report["asked_false_positive_rate"] as? Double == 0.2)
            let attacks = try #require(report["attacks"] as? [[String: Any]])
            #expect(attacks.count == 9)
            let turned = attacks.filter { $0["samples"] as? Int ?? 0 > 0 }
            #expect(!turned.isEmpty)
            for attack in turned {
                let ways = try #require(attack["recovered_by"] as? [String: Double])
                let intervals = try #require(
                    attack["recovered_by_interval"] as? [String: [Double]])
                #expect(ways.count == 7 && Set(ways.keys) == Set(intervals.keys))
            }

            let inspected = try place.gred("inspect", "guard", "own", "--json", "--threads", "1")
            let found = inspected.output.contains(#""verdict":"adversarial""#)
            #expect(inspected.status == (found ? 3 : 0), "\(inspected.errors)")
            #expect(inspected.output.split(separator: "\n").count == 300)

            // Whoever knows the guard follows it through the program as well.
            let audited = try place.gred(
                "audit", "guard", "--data", "own", "--profile", "smoke", "--images", "4", "--json",
                "--threads", "1")
            try #require(audited.status == 0, "\(audited.errors)")
            let audit = try #require(
                JSONSerialization.jsonObject(with: Data(audited.output.utf8)) as? [String: Any])
            let rows = try #require(audit["rows"] as? [[String: Any]])
            #expect(rows.contains { $0["attack"] as? String == "worst" })
            #expect(rows.allSatisfy { $0["images"] as? Int == 4 })
            #expect(
                try place.gred("bundle", "show", "guard").output.contains("audited on 4 images"))
        }
    }
}
