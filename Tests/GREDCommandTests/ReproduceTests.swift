import Foundation
import Testing

extension ProgramTests {
    /// The paper's experiments at a size that means nothing: that all is there, and that the files agree.
    @Suite("The paper, reproduced")
    struct ReproduceTests {
        private let place: Workplace

        init() throws { place = try Workplace() }

        private static let command = [
            "reproduce", "digits", "--profile", "smoke", "--attacks", "PGD-T,DDN-U", "--images",
            "24", "--threads", "1",
        ]

        @Test("every table and figure is written, and a cell follows from the committed scores")
        func small() throws {
            let plan = try place.run(Self.command + ["--dry-run"])
            #expect(plan.status == 0 && plan.output.contains("DDN-U: attack 24 + 12 images"))
            #expect(try place.contents.isEmpty)

            let first = try place.run(Self.command + ["--output", "report"])
            try #require(first.status == 0, "\(first.errors)")
            #expect(first.output.contains("Together about"))
            #expect(first.output.contains("DET_GRED, ours"))
            #expect(first.errors.contains("f is right on"))
            let files = try place.contents
            for name in [
                "index.html", "README.md", "report.json", "scores/PGD-T.csv", "scores/DDN-U.csv",
                "figures/01.svg",
            ] { #expect(files.contains("report/\(name)"), "\(name)") }
            try checkText()
            try checkCells()

            // Of another reproduction, and of somebody else.
            for name in ["scores/PGD-T-2.csv", "scores/FGSM-U.csv", "scores/mine.csv"] {
                try place.write([], as: "report/\(name)")
            }

            // Everything is in the store: nothing is trained again, and all figures are the same.
            let before = try Data(contentsOf: place["report/report.json"])
            let again = try place.run(Self.command + ["--output", "report"])
            #expect(again.status == 0 && !again.errors.contains("training"))
            let done = try place.run(Self.command + ["--dry-run"])
            #expect(!plan.output.contains(" done") && done.output.contains(" done"))
            #expect(done.output.contains("Together about 1 s"))
            #expect(try Data(contentsOf: place["report/report.json"]) == before)
            let scores = try place.contents.filter { $0.hasPrefix("report/scores/") }
            #expect(
                scores.sorted() == [
                    "report/scores/DDN-U.csv", "report/scores/PGD-T.csv", "report/scores/mine.csv",
                ])
            try checkLeftOut()
        }

        /// What is left out is in neither plan nor report, which says so; and an attack that turns nothing has
        /// a row that says that. Uses the first report's stages.
        private func checkLeftOut() throws {
            let parts = [
                "resampled", "masking-study", "rectifier", "masking-rate", "transfer", "white-box",
            ]
            let outcome = try place.run(
                [
                    "reproduce", "digits", "--profile", "smoke", "--attacks", "FGSM-U,DDN-U",
                    "--images", "24", "--threads", "1", "--set", "epsilon=1e-7", "--output", "few",
                ] + parts.flatMap { ["--without", $0] })
            try #require(outcome.status == 0, "\(outcome.errors)")
            #expect(!outcome.output.contains("rectifier") && !outcome.output.contains("Fig. 5:"))
            let text = try String(contentsOf: place["few/README.md"], encoding: .utf8)
            #expect(text.contains("Left out, as the command says: Table 2 on resampled"))
            #expect(text.contains("turned no guard image") && text.contains("FGSM-U turned none"))
            #expect(!text.contains("Table 7: the rectifier"))
            let unknown = try place.gred("reproduce", "digits", "--without", "table-7")
            unknown.expectRefusal(["table-7", "rectifier"])
        }

        private func checkText() throws {
            let text = try String(contentsOf: place["report/README.md"], encoding: .utf8)
            #expect(text.hasPrefix("`gred reproduce digits --profile smoke"))
            for heading in [
                "Table 2: grey-box", "Fig. 3", "Fig. 2", "Insight I", "Table 3: black-box",
                "Table 1: without", "Table 7: the rectifier", "Fig. 5", "Tables 4, 5 and 6",
                "How it was made",
                "cw-iterations", "A smoke test", "pixels, rounded images",
                "Asterisks: The paper does", "DDN's levels", "Fig. 5 as numbers",
                "The noise control",
                "Where the paper contradicts itself", "fit images    SHA-256", "made by       gred",
                "at most 24 guard images", "awk -F,",
            ] { #expect(text.contains(heading), "\(heading)") }
        }

        /// DET_org and DET_GRED of a row, counted from the scores of its images.
        private func checkCells() throws {
            let report = try #require(
                try JSONSerialization.jsonObject(
                    with: Data(contentsOf: place["report/report.json"])) as? [String: Any])
            let rows = try #require(report["grey_box"] as? [[String: Any]])
            #expect(rows.count == 4)
            for row in rows {
                let attack = try #require(row["attack"] as? String)
                let rendition = try #require(row["rendition"] as? String)
                let detectors = try #require(row["detectors"] as? [String: [String: Any]])
                let scores = try scores(attack, rendition)
                for (name, z) in [
                    ("DET_org", { $0["det_org"] }),
                    (
                        "DET_GRED",
                        { score in
                            guard let org = score["det_org"], let sen = score["det_is"] else {
                                return nil
                            }
                            return abs(org) > abs(sen) ? org : sen
                        }
                    ),
                ] as [(String, ([String: Double]) -> Double?)] {
                    let verdicts = try scores.map { try #require(z($0.values)) > 0 }
                    let right = zip(scores, verdicts).count { $0.isAdversarial == $1 }
                    let accuracy = detectors[name]?["accuracy"] as? [String: Any]
                    let printed = try #require(accuracy?["ours"] as? Double)
                    #expect(abs(printed - Double(right) / Double(scores.count)) < 1e-12)
                    #expect(accuracy?["samples"] as? Int == scores.count)
                }
            }
        }

        private func scores(_ attack: String, _ rendition: String) throws -> [(
            isAdversarial: Bool, values: [String: Double]
        )] {
            let text = try String(
                contentsOf: place["report/scores/\(attack).csv"], encoding: .utf8)
            let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
                .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
            return lines.dropFirst().filter { $0[0] == rendition && $0[1] != "noise" }.map { line in
                let values = zip(lines[0], line).compactMap { name, text in
                    Double(text).map { (name, $0) }
                }
                return (line[1] == "adversarial", Dictionary(values) { $1 })
            }
        }
    }
}
