import Foundation
import GREDImages
import Testing

extension ProgramTests {
    /// The way from a classifier to a measured guard, as the program's help shows it.
    @Suite("From a classifier to a measured guard")
    struct EndToEndTests {
        private let place: Workplace

        init() throws { place = try Workplace() }

        /// Runs a command that must succeed; returns what it printed.
        @discardableResult
        private func gred(
            _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation
        ) throws -> String {
            let outcome = try place.run(arguments + ["--threads", "1"])
            try #require(
                outcome.status == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
            return outcome.output
        }

        private func train() throws {
            try gred(
                "train", "--data", "digits", "--width", "0.125", "--images", "1500", "--epochs",
                "3", "--batch-size", "32", "--output", "digits")
            #expect(try place.contents.contains("digits/classifier.safetensors"))
        }

        private func attack() throws {
            let table = try gred(
                "attack", "fgsm", "ddn", "--data", "digits", "--classifier", "digits", "--count",
                "8", "--output", "adversarial")
            #expect(table.contains("fgsm") && table.contains("ddn"))
        }

        @Test("train, attack, protect, inspect and evaluate follow on one another")
        func chain() throws {
            try train()
            try attack()
            try checkAttacks()

            let made = try gred(
                "protect", "digits", "--data", "digits", "--profile", "smoke", "--output", "guard",
                "--report", "measured")
            #expect(made.contains("gred bundle show guard") && made.contains("report in "))
            #expect(try place.contents.contains("measured/index.html"))
            let measured = try object(Data(contentsOf: place["measured/report.json"]))
            #expect(measured["dataset"] as? String == "hand-drawn digits")
            #expect((measured["attacks"] as? [Any])?.isEmpty == false)
            let card = try place.gred("bundle", "show", "guard")
            for words in [
                "a guard for", "vgg11", "noisy copies", "flag at most 1.0%", "ddn, κ 4",
                "not audited", "Not known", "attacks that it was not trained on",
                "images of another kind",
            ] {
                #expect(card.output.contains(words), "\(words)")
            }
            let manifest = try object(
                Data(place.gred("bundle", "show", "guard", "--json").output.utf8))
            #expect((manifest["figures"] as? [String: Any])?["clean_images"] as? Int == 300)

            let inspect = ["inspect", "guard", "adversarial/ddn.safetensors", "--json"]
            let verdicts = try place.run(inspect)
            try checkVerdicts(verdicts.output, parts: [])
            let found = verdicts.output.contains(#""verdict":"adversarial""#)
            #expect(verdicts.status == (found ? 3 : 0))
            #expect(verdicts.errors.isEmpty)
            #expect(try place.run(inspect).output == verdicts.output)
            let text = try place.gred(
                "inspect", "guard", "adversarial/fgsm.safetensors", "--save-maps", "maps")
            let maps = try place.contents.filter { $0.hasPrefix("maps/") }.sorted()
            #expect(maps.count == 8 && maps[7] == "maps/000007-fgsm.safetensors-7.png")
            let picture = try Picture(contentsOf: place[maps[0]])
            #expect(picture.width == 4 * 6 * 28 && picture.height == 6 * 28)
            #expect(text.output.contains(" of 8 images are adversarial\n"))

            let report = try gred(
                "evaluate", "guard", "--data", "digits", "--profile", "smoke", "--json",
                "--output", "report")
            try checkReport(report)
        }

        @Test("a fast guard asks about no noisy copies, and a verdict takes few passes")
        func fast() throws {
            try train()
            try gred(
                "protect", "digits", "--data", "digits", "--profile", "smoke", "--fast", "--images",
                "100", "--no-measure", "--output", "guard")
            let manifest = try object(
                Data(place.gred("bundle", "show", "guard", "--json").output.utf8))
            let detector = try #require(manifest["detector"] as? [String: Any])
            let noise = try #require(detector["noise"] as? [String: Any])
            #expect(noise["copies"] as? Int == 0 && (noise["strengths"] as? [Any])?.isEmpty == true)
            let numbers = try #require(detector["numbers"] as? [String: [Double]])
            #expect(numbers["means"]?.count == 5)
            let training = try #require(manifest["training"] as? [String])
            #expect(training[0].contains("ddn, κ 4 on 12 images"), "\(training)")
            let report = try object(
                Data(
                    gred(
                        "evaluate", "guard", "--data", "digits", "--profile", "smoke", "--json"
                    ).utf8))
            #expect((report["attacks"] as? [Any])?.count == 9)
        }

        @Test("the paper's guard says what each of its networks says")
        func paper() throws {
            try train()
            try attack()
            try gred(
                "protect", "digits", "--data", "digits", "--method", "paper", "--profile", "smoke",
                "--output", "papers")
            let papers = try place.gred(
                "inspect", "papers", "adversarial/ddn.safetensors", "--json")
            try checkVerdicts(papers.output, parts: ["org", "sen"])
        }

        @Test(
            "a full evaluation says its plan first, and has rows for both families left out",
            .enabled(
                if: ProcessInfo.processInfo.environment["GRED_SLOW_TESTS"] != nil,
                "takes some minutes: set GRED_SLOW_TESTS"))
        func full() throws {
            try train()
            try gred(
                "protect", "digits", "--data", "digits", "--profile", "smoke", "--no-measure",
                "--output", "guard")
            let outcome = try place.gred(
                "evaluate", "guard", "--data", "digits", "--profile", "smoke", "--full", "--json",
                "--threads", "1")
            try #require(outcome.status == 0, "\(outcome.errors)")
            let work = try #require(outcome.errors.range(of: "the classifier is right on"))
            for words in [
                "plan: 9 attacks of the families trained on",
                "plan: 7 attacks never trained on", "two guards, each trained without a family",
            ] {
                let plan = try #require(outcome.errors.range(of: words), "\(words)")
                #expect(plan.upperBound < work.lowerBound, "\(words)")
            }

            let report = try object(Data(outcome.output.utf8))
            let attacks = try #require(report["attacks"] as? [[String: Any]])
            func names(without family: String) -> [String] {
                attacks.filter {
                    let families = $0["trained_on_families"] as? [String]
                    return families.map { !$0.contains(family) } ?? false
                }.compactMap { $0["name"] as? String }
            }
            #expect(attacks.count == 9 + 7 + 9)
            #expect(names(without: "near-boundary") == Array(repeating: "ddn", count: 5))
            #expect(names(without: "far-past") == ["fgsm", "fgsm", "pgd", "pgd"])
            let provenance = try #require(report["provenance"] as? [String: Any])
            let notes = try #require(provenance["notes"] as? [String])
            #expect(notes.contains { $0.contains("†") && $0.contains("profile smoke") })
        }

        @Test("an audit attacks the guard, and the bundle's card says what it found")
        func audit() throws {
            try train()
            try gred(
                "protect", "digits", "--data", "digits", "--profile", "smoke", "--no-measure",
                "--output", "guard")
            let audit = try object(
                Data(
                    gred(
                        "audit", "guard", "--data", "digits", "--profile", "smoke", "--json",
                        "--images", "6", "--output", "audit"
                    ).utf8))
            let rows = try #require(audit["rows"] as? [[String: Any]])
            #expect(rows.count == 30)
            // Three at each radius, and one more where Square can be tried.
            #expect((audit["proofs"] as? [Any])?.count == 10)
            for row in rows {
                let fooled = try #require(row["fooled"] as? Double)
                let passes = try #require(row["passes_at_1_percent"] as? Double)
                let passesAtFive = try #require(row["passes_at_5_percent"] as? Double)
                let wrong = try #require(row["answer_wrong"] as? Double)
                let asDeployed = try #require(row["passes_as_deployed"] as? Double)
                #expect((0...1).contains(wrong))
                #expect(passes <= fooled && asDeployed <= fooled)
                // What 5% of clean images exceed flags more; the worst case chooses for each.
                #expect(row["attack"] as? String == "worst" || passesAtFive <= passes)
            }
            #expect(try place.contents.contains("audit/index.html"))
            let audited = try place.gred("bundle", "show", "guard").output
            #expect(audited.contains("audited on 6 images") && !audited.contains("not audited"))
            #expect(audited.contains("within L2 1.0 the classifier is wrong"))
            #expect(audited.contains("at the guard's own threshold"))
            try place.gred(
                "audit", "guard", "--data", "digits", "--profile", "smoke", "--surrogate", "guard"
            ).expectRefusal(["same guard", "--seed"])
        }

        private func checkAttacks() throws {
            let report = try object(Data(contentsOf: place["adversarial/attacks.json"]))
            let attacks = try #require(report["attacks"] as? [[String: Any]])
            #expect(attacks.map { $0["name"] as? String } == ["fgsm", "ddn"])
            #expect(attacks.allSatisfy { $0["attempted"] as? Int == 8 })
            #expect(attacks.allSatisfy { ($0["success"] as? Double ?? 0) > 0.5 })
            #expect(attacks.allSatisfy { ($0["seconds"] as? Double ?? 0) > 0 })
            #expect(report["worst_case"] is [String: Any])
            let files = [
                "fgsm.safetensors", "ddn.safetensors", "attacks.html", "security.svg",
                "progress.svg",
            ]
            for name in files {
                #expect(try place.contents.contains("adversarial/\(name)"))
            }
        }

        private func checkVerdicts(_ text: String, parts names: [String]) throws {
            let lines = try text.split(separator: "\n").map { try object(Data($0.utf8)) }
            #expect(lines.count == 8)
            for (index, line) in lines.enumerated() {
                #expect(line["image"] as? String == "ddn.safetensors#\(index)")
                #expect(["adversarial", "benign"].contains(line["verdict"] as? String))
                for name in ["answer", "label"] {
                    #expect((0...9).map(String.init).contains(line[name] as? String ?? ""))
                }
                // A label is recovered only where it is the answer.
                let isFlagged = line["verdict"] as? String == "adversarial"
                #expect(
                    (line["recovered_label"] as? String)
                        == (isFlagged ? line["answer"] as? String : nil))
                var parts = [line]
                #expect(line["org"] == nil || names.contains("org"))
                for name in names {
                    let part = try #require(line[name] as? [String: Any])
                    #expect(part["entropy"] is Double && part["log_odds"] is Double)
                    parts.append(part)
                }
                for part in parts {
                    let probability = try #require(part["adversarial_probability"] as? Double)
                    #expect((0...1).contains(probability))
                }
            }
        }

        private func checkReport(_ text: String) throws {
            let report = try object(Data(text.utf8))
            #expect(report["dataset"] as? String == "hand-drawn digits")
            let accuracy = try #require(report["base_accuracy"] as? Double)
            #expect(accuracy > 0.5)
            #expect(report["false_positive_rate"] is Double)
            let attacks = try #require(report["attacks"] as? [[String: Any]])
            let names = attacks.map { $0["name"] as? String }
            #expect(Set(names) == ["fgsm", "pgd", "ddn"])
            for attack in attacks {
                for key in [
                    "name", "targeted", "attempted", "attack_success", "samples", "median_l2",
                    "variant", "detection_accuracy",
                    "auroc", "tpr_at_1_percent_fpr", "recovered_accuracy", "guarded_accuracy",
                ] {
                    #expect(attack[key] != nil, "\(key)")
                }
            }
            let files = try place.contents
            #expect(files.contains("report/index.html"))
            let kept = try String(contentsOf: place["report/report.json"], encoding: .utf8)
            #expect(kept + "\n" == text)
        }

        private func object(_ json: Data) throws -> [String: Any] {
            try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
        }
    }
}
