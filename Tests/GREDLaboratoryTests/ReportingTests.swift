import Foundation
import GREDCharts
import GREDImages
import LibTorch
import Testing

@testable import GRED
@testable import GREDLaboratory

@Suite("Reports of an evaluation")
struct ReportingTests {
    // MARK: The page

    @Test("the page opens and closes every element and loads nothing from elsewhere")
    func pageIsWellFormed() throws {
        let html = try EvaluationPage(MadeUp.findings()).html()
        #expect(html.hasPrefix("<!DOCTYPE html>"))
        for element in ["html", "body", "main", "section", "table", "tbody", "figure", "svg", "p"] {
            let opened = html.matches(of: try Regex("<\(element)[ >]")).count
            let closed = html.components(separatedBy: "</\(element)>").count - 1
            #expect(opened == closed && opened > 0, "<\(element)>: \(opened) and \(closed)")
        }
        #expect(html.firstMatch(of: /(src|href|url)\s*[=(]\s*["']?(https?:|\/\/)/) == nil)
    }

    @Test("the page names every attack and every note, and writes no number as nan")
    func pageIsComplete() throws {
        let html = try EvaluationPage(MadeUp.findings()).html()
        for text in [
            "fgsm", "ddn (targeted) *", "Sizes are &lt;small&gt;.", "gred demo --seed 7",
            "epsilon 0.03137, steps 40",
        ] {
            #expect(html.contains(text), "\(text)")
        }
        #expect(html.firstMatch(of: /\bnan\b/.ignoresCase()) == nil)
        #expect(!html.contains("inf<"))
    }

    @Test("a report without any attack still makes a page")
    func pageWithoutAttacks() throws {
        var findings = try MadeUp.findings()
        findings.report.attacks = []
        findings.examples = []
        findings.curves = []
        findings.logNorms = []
        let html = try EvaluationPage(findings).html()
        #expect(html.contains("What this does not show"))
        #expect(!html.contains("See it work"))
    }

    @Test("a curve against the confidence needs three of them, of the guard itself")
    func confidences() throws {
        func hasCurve(_ rows: [EvaluationReport.Attack]) throws -> Bool {
            var findings = try MadeUp.findings()
            findings.report.attacks += rows
            return EvaluationPage(findings).confidences != nil
        }
        #expect(try hasCurve(MadeUp.atConfidences([0, 5, 10])))
        #expect(try !hasCurve(MadeUp.atConfidences([0, 5])))
        var others = MadeUp.atConfidences([0, 5, 10])
        others[1].trainedOnFamilies = ["far-past"]
        #expect(try !hasCurve(others))
    }

    @Test("cards tell the worst attack of each kind")
    func cardsTellTheWorst() throws {
        let cards = try EvaluationPage(MadeUp.findings()).cards
        #expect(cards.map(\.value) == ["98.7%", "0.6%", "93.1%", "88.9%", "90.0%"])
        #expect(cards[1].note == "12 of 2,000; 0.3–1.0%")
        #expect(cards[2].note == "ddn (targeted); 90.1–95.2%")
    }

    @Test("the page shows the interval of every share on changed images and of each way back")
    func intervalsAreShown() throws {
        var findings = try MadeUp.findings()
        #expect(try !EvaluationPage(findings).html().contains("Each way back alone"))
        findings.report.attacks[0].recoveredBy = ["runner_up": 0.5, "noisy_copies": 0.25]
        findings.report.attacks[0].recoveredByInterval = [
            "runner_up": [0.456, 0.544], "noisy_copies": [0.214, 0.29],
        ]
        findings.report.askedFalsePositiveRate = 0.01
        findings.report.unraisedFalsePositiveRate = 0.009
        findings.report.unraisedFalsePositiveRateInterval = [0.006, 0.014]
        let html = try EvaluationPage(findings).html()
        for text in [
            "0.970 (0.957–0.979)", "0.960 (0.946–0.970)", "Each way back alone",
            "0.500 (0.456–0.544)", "f on noisy copies (95%)", "0.250 (0.214–0.290)",
            "1.0% were asked for", "before, it called 0.9%", "0.009 (0.006–0.014)",
        ] {
            #expect(html.contains(text), "\(text)")
        }
        #expect(!html.contains("f on masked copies (95%)"))
        let json = try String(decoding: findings.report.json(), as: UTF8.self)
        for key in [
            "recovered_by_interval", "noisy_copies", "guarded_accuracy_interval",
            "unraised_false_positive_rate_interval",
        ] {
            #expect(json.contains("\"\(key)\""), "\(key)")
        }
    }

    @Test("the text below Fig. 2 says what was measured")
    func sidesFollowTheMedians() throws {
        let html = try EvaluationPage(MadeUp.findings()).html()
        #expect(html.contains("ddn (targeted) lies above and fgsm lies below clean images"))
    }

    // MARK: Images

    @Test("images on the page are PNG files of the tensors' size and values")
    func imagesDecode() throws {
        let example = try #require(MadeUp.findings().examples.last)
        let gallery = try ExampleGallery.gallery(of: [example])
        for item in gallery.rows[0].items {
            let image = try PNG.decode(#require(item).png)
            #expect((image.width, image.height) == (6, 4))
        }
        let image = try PNG.decode(#require(gallery.rows[0].items[0]).png)
        let values = try example.original.floats()
        for channel in 0..<3 {
            for pixel in 0..<24 {
                let byte = UInt8((values[channel * 24 + pixel] * 255).rounded())
                #expect(image.pixels[pixel * 3 + channel] == byte)
            }
        }
    }

    @Test("a tensor that is no image is refused", arguments: [[2, 4, 6], [2, 1, 4, 6], [4, 6]])
    func onlyImagesAreEncoded(shape: [Int]) throws {
        let tensor = try Tensor.zeros(shape)
        #expect(throws: PNGError.self) { try PNG.encode(tensor) }
    }

    @Test("the amplified difference is mid-grey where nothing changed and fills the range")
    func differenceIsAmplified() throws {
        let original = try Tensor([0.2, 0.5, 0.5, 0.5] as [Float], shape: [1, 2, 2])
        let changed = try Tensor([0.3, 0.5, 0.45, 0.5] as [Float], shape: [1, 2, 2])
        let difference = try AmplifiedDifference(from: original, to: changed)
        #expect(abs(try #require(difference.factor) - 5) < 1e-4)
        #expect(try PNG.decode(PNG.encode(difference.image)).pixels == [255, 128, 64, 128])

        let none = try AmplifiedDifference(from: original, to: original)
        #expect(none.factor == nil)
        #expect(try PNG.decode(PNG.encode(none.image)).pixels == [128, 128, 128, 128])
    }

    @Test("the colour ramp's lightness rises from end to end without a jump")
    func rampIsPerceptual() {
        let lightness = (0...40).map { Self.lightness(ColourRamp.colour(Float($0) / 40)) }
        let steps = zip(lightness.dropFirst(), lightness).map { $0 - $1 }
        #expect(abs(lightness[0] - 6) < 1 && abs(lightness[40] - 94) < 1)
        #expect(steps.allSatisfy { $0 > 0.5 && $0 < 4 }, "\(steps)")
        #expect(ColourRamp.colour(.nan) == ColourRamp.colour(0))
        #expect(ColourRamp.colour(7) == ColourRamp.colour(1))
    }

    /// CIE L* of an sRGB colour in 0…255.
    private static func lightness(_ colour: (red: Float, green: Float, blue: Float)) -> Double {
        let linear = [colour.red, colour.green, colour.blue].map { byte in
            let value = Double(byte) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        let y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        return y > 0.008856 ? 116 * cbrt(y) - 16 : 903.3 * y
    }

    // MARK: The table

    @Test("the table's cells are the report's figures")
    func tableMatchesReport() throws {
        let table = EvaluationTable.table(try MadeUp.findings().report)
        #expect(
            table.rows.map { $0.map(\.text) } == [
                [
                    "fgsm", "500", "0.984", "490", "5.43", "0.995 (0.988–0.998)", "0.997", "0.912",
                    "0.999", "0.980", "0.941", "0.966", "0.500",
                ],
                [
                    "ddn-T*", "300", "1.000", "298", "–", "0.931 (0.901–0.952)", "0.620", "0.930",
                    "0.965", "0.702", "0.889", "0.900", "0.500",
                ],
            ])
        #expect(table.rows[0][5].tint == .good)
        #expect(table.note?.contains("-T: targeted.") == true)
    }

    @Test("no line of the terminal's text is wider than 120 columns")
    func textFitsATerminal() throws {
        var report = try MadeUp.findings().report
        var attack = report.attacks[1]
        attack.name = "deepfool"
        attack.targeted = false
        (attack.attempted, attack.samples, attack.medianL2) = (10_000, 10_000, 12.34)
        report.attacks.append(attack)
        let lines = EvaluationTable.text(report).components(separatedBy: "\n")
        #expect(lines.allSatisfy { $0.count <= 120 }, "\(lines.map(\.count).max() ?? 0)")
        #expect(lines[0].contains("0.987 (0.981–0.991) of 2,000 clean images"))
        #expect(lines[1].hasPrefix("False positives: 12 of 2,000"))
    }

    // MARK: JSON

    /// Every key that readers rely on, by its full name.
    static let keys: Set = ["dataset", "base_accuracy", "false_positive_rate", "attacks"]
    static let attackKeys: Set = [
        "name", "targeted", "attempted", "attack_success", "samples", "median_l2",
        "detection_accuracy", "detection_accuracy_org", "detection_accuracy_sen", "auroc",
        "tpr_at_1_percent_fpr", "tpr_at_5_percent_fpr", "recovered_accuracy", "guarded_accuracy",
    ]

    @Test("report.json has the agreed keys, and null where there is no number")
    func jsonHasTheKeys() throws {
        let data = try MadeUp.findings().report.json()
        let json = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(Self.keys.isSubset(of: json.keys))
        let attacks = try #require(json["attacks"] as? [[String: Any]])
        for attack in attacks {
            #expect(Self.attackKeys.isSubset(of: attack.keys), "\(attack.keys.sorted())")
            #expect(attack.keys.allSatisfy { $0.wholeMatch(of: /[a-z0-9_]+/) != nil })
        }
        #expect(attacks[0]["tpr_at_1_percent_fpr"] as? Double == 0.98)
        #expect(attacks[1]["median_l2"] is NSNull)
        #expect(json["dataset"] as? String == "made-up \"test\"")
    }

    @Test(
        "numbers are words of their own in a key, unless they follow a capital",
        arguments: [
            ("tprAt1PercentFpr", "tpr_at_1_percent_fpr"), ("medianL2Rounded", "median_l2_rounded"),
            ("testImages", "test_images"), ("seed", "seed"),
        ])
    func keysInSnakeCase(name: String, key: String) {
        #expect(SnakeCaseKey(SnakeCaseKey(stringValue: name)).stringValue == key)
    }

    @Test("both files are written, and a folder that cannot be made is an error")
    func filesAreWritten() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(component: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let findings = try MadeUp.findings()
        let files = try ReportFiles.write(findings, to: folder.appending(component: "a/b"))
        #expect(try Data(contentsOf: files.json) == findings.report.json())
        #expect(
            try String(contentsOf: files.html, encoding: .utf8)
                == EvaluationPage(findings).html())
        #expect(throws: FileFault.self) {
            try ReportFiles.write(findings, to: files.json.appending(component: "below a file"))
        }
    }
}

/// Findings as an evaluation might make them.
private enum MadeUp {
    static func findings() throws -> GuardEvaluation.Findings {
        var stream = RandomStream(seed: 1, purpose: "reporting tests")
        return GuardEvaluation.Findings(
            report: report(),
            logNorms: [
                ("clean", stream.normals(50).map { $0 - 20 }),
                ("fgsm", stream.normals(40).map { $0 - 60 }),
                ("ddn (targeted)", stream.normals(40)),
            ],
            curves: [
                (
                    "fgsm",
                    ROC(clean: stream.normals(30), adversarial: stream.normals(30).map { $0 + 3 })
                ),
                ("ddn (targeted)", ROC(clean: stream.normals(30), adversarial: stream.normals(30))),
            ],
            examples: [
                try example("fgsm", channels: 1, isCaught: true, stream: &stream),
                try example("ddn (targeted)", channels: 3, isCaught: false, stream: &stream),
            ])
    }

    private static func example(
        _ attack: String, channels: Int, isCaught: Bool, stream: inout RandomStream
    ) throws -> Example {
        func image(_ channels: Int) throws -> Tensor {
            try Tensor(
                stream.uniforms(channels * 24, in: 0...1), shape: [1, channels, 4, 6])
        }
        let part = Verdict.Part(
            adversarialProbability: isCaught ? 0.9999 : 0.25, logOdds: isCaught ? 9 : -1.1,
            entropy: 0.1)
        return Example(
            attack: attack, trueLabel: 7, original: try image(channels),
            adversarial: try image(channels), sensitivity: try image(1),
            masked: try image(channels),
            verdict: Verdict(
                isAdversarial: isCaught, adversarialProbability: part.adversarialProbability,
                logOdds: part.logOdds, org: part, sen: part, label: 3, recoveredLabel: 7))
    }

    /// The same attack at several confidences.
    static func atConfidences(_ confidences: [Double]) -> [EvaluationReport.Attack] {
        confidences.map { confidence in
            var row = attack(
                "cw", targeted: false, tried: 100, success: 1, samples: 100, l2: 1,
                accuracy: 0.9, interval: [0.85, 0.95], org: 0.9, sen: 0.9, auroc: 0.9,
                tpr: 0.5, recovered: 0.8, guarded: 0.85)
            row.settings["confidence"] = confidence
            return row
        }
    }

    private static func report() -> EvaluationReport {
        let base = Proportion(successes: 1974, of: 2000)
        let alarms = Proportion(successes: 12, of: 2000)
        return EvaluationReport(
            dataset: "made-up \"test\"", baseAccuracy: base.value,
            baseAccuracyInterval: base.bounds, falsePositiveRate: alarms.value,
            falsePositiveRateInterval: alarms.bounds, falsePositiveRateCorrect: 0.004,
            falsePositiveRateCorrectInterval: [0.002, 0.008],
            falsePositiveRateSen: 0.011, cleanImages: 2000, guardedCleanAccuracy: 0.985,
            guardedCleanAccuracyInterval: [0.979, 0.989],
            cost: GuardCost(forwardSeconds: 0.001, unflagged: 11.2, flagged: 24.6),
            changed: [
                .init(
                    change: "JPEG quality 75", images: 1000, flagged: 0.012,
                    flaggedInterval: [0.007, 0.021], accuracy: 0.97,
                    accuracyInterval: [0.957, 0.979], guardedAccuracy: 0.96,
                    guardedAccuracyInterval: [0.946, 0.97])
            ],
            attacks: [
                attack(
                    "fgsm", targeted: false, tried: 500, success: 0.984, samples: 490, l2: 5.43,
                    accuracy: 0.995, interval: [0.988, 0.998], org: 0.997, sen: 0.912,
                    auroc: 0.999, tpr: 0.98, recovered: 0.941, guarded: 0.966),
                attack(
                    "ddn", targeted: true, tried: 300, success: 1, samples: 298, l2: .nan,
                    accuracy: 0.931, interval: [0.901, 0.952], org: 0.62, sen: 0.93,
                    auroc: 0.965, tpr: 0.702, recovered: 0.889, guarded: 0.9),
            ],
            provenance: .init(
                command: "gred demo --seed 7", seed: 7,
                classifier: "c0ffee", testImages: "f00d",
                libtorch: "2.13.0", threads: 2, device: "cpu", notes: ["Sizes are <small>."]))
    }

    private static func attack(
        _ name: String, targeted: Bool, tried: Int, success: Double, samples: Int, l2: Double,
        accuracy: Double, interval: [Double], org: Double, sen: Double, auroc: Double, tpr: Double,
        recovered: Double, guarded: Double
    ) -> EvaluationReport.Attack {
        let settings: [String: Double] = ["epsilon": 8.0 / 255, "steps": 40]
        let bounds: [Double] = [recovered - 0.02, recovered + 0.02]
        let higher: Double = min(1, tpr + 0.1)
        return EvaluationReport.Attack(
            name: name, variant: "", targeted: targeted, settings: settings,
            trainedOn: !targeted, attempted: tried, withoutGradient: 0, attackSuccess: success,
            attackSuccessInterval: [success - 0.01, success], attackSuccessRounded: success - 0.004,
            samples: samples, medianL2: l2, medianL2Rounded: l2, detectionAccuracy: accuracy,
            detectionAccuracyInterval: interval, detectionAccuracyOrg: org,
            detectionAccuracySen: sen, flagged: tpr, flaggedInterval: [tpr, tpr], auroc: auroc,
            aurocInterval: [auroc, auroc],
            tprAt1PercentFpr: tpr, tprAt1PercentFprInterval: [tpr, tpr], tprAt5PercentFpr: higher,
            tprAt5PercentFprInterval: [higher, higher], recoveredAccuracy: recovered,
            recoveredAccuracyInterval: bounds,
            guardedAccuracy: guarded, guardedAccuracyInterval: [guarded, guarded],
            unguardedAccuracy: 0.5,
            logScale: .init(
                auroc: 0.8, aurocInterval: [0.7, 0.9], tprAt1PercentFpr: 0.1,
                tprAt1PercentFprInterval: [0, 0.2], tprAt5PercentFpr: 0.3,
                tprAt5PercentFprInterval: [0.2, 0.4]))
    }
}
