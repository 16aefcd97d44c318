import GREDCharts
import Testing

@testable import GREDLaboratory

@Suite("What the report of a reproduction says")
struct PaperReportTests {
    private func scores(clean: ScoreColumns, adversarial: ScoreColumns) -> DetectorScores {
        DetectorScores(
            attempted: adversarial.count, clean: clean, adversarial: adversarial, noise: clean,
            medianL2: 1)
    }

    @Test("sizes are those that were used, whatever made them smaller")
    func sizes() throws {
        let profile = PaperProfile.laptop.limited(to: 200)
        var choices = profile.choices(for: .init(channels: 1, height: 28, width: 28))
        try choices.set("cw-iterations", to: 70)
        let text = profile.sentences(choices).joined(separator: " ")
        #expect(text.contains("at most 200 guard images for training and 100 test images"))
        #expect(text.contains("3 × 70 steps, in white-box attacks 2 × 70."))
        #expect(!text.contains("2,000"))
        #expect(profile.sizes.contains("guardImages: 200"))
        #expect(PaperProfile.paper.sizes.contains("fit: all"))
    }

    @Test("only the cheap attacks are tried on images of fit, and on no more than there are")
    func supplement() throws {
        let fit = try Toys.darkAndBright(60)
        #expect(PaperProfile.paper.fitCount(.fgsmU, of: fit) == 60)
        #expect(PaperProfile.laptop.limited(to: 10).fitCount(.pgdU, of: fit) == 10)
        let others = PaperAttack.allCases.filter { $0 != .fgsmU && $0 != .pgdU }
        #expect(others.allSatisfy { PaperProfile.paper.fitCount($0, of: fit) == 0 })
    }

    @Test("only the full profile needs published weights, and only for photographs of a folder")
    func weights() {
        let needy = PaperData.allCases.filter(PaperProfile.paper.needsWeights)
        #expect(needy == [.imageNet])
        #expect(!PaperProfile.laptop.needsWeights(for: .imageNet))
    }

    @Test("a plan counts passes forward and back")
    func passes() throws {
        var choices = PaperProfile.laptop.choices(
            for: .init(channels: 1, height: 28, width: 28))
        try choices.set("pgd-steps", to: 10)
        #expect(PaperAttack.fgsmU.passes(choices) == 2)
        #expect(PaperAttack.pgdT.passes(choices) == 22)
        #expect(PaperAttack.deepFoolU.passes(choices) == 25)
    }

    @Test("the few images of a folder are gone through oftener")
    func epochs() {
        let epochs = PaperData.allCases.map(PaperProfile.laptop.classifierEpochs)
        #expect(epochs == [4, 12, 40])
    }

    @Test("below a table each doubt of its numbers stands once")
    func asterisks() {
        let share = Proportion(successes: 1, of: 2)
        let (copied, sound) = (
            ComparedFigure(share, paper: .init(value: 1, doubt: "Copied.")),
            ComparedFigure(share, paper: .init(value: 1))
        )
        var table = Table(columns: ["a"], note: "Rows.")
        table.explainAsterisks(of: [sound, nil])
        #expect(table.note == "Rows.")
        table.explainAsterisks(of: [sound, copied, nil, copied])
        #expect(table.note == "Rows. Asterisks: Copied.")
    }

    @Test("a figure that falls short has its reason, another has none")
    func reasons() {
        let paper = PaperNumbers.Cell(value: 0.99)
        func figure(_ successes: Int) -> ComparedFigure {
            ComparedFigure(Proportion(successes: successes, of: 1_000), paper: paper)
                .explained("Small.")
        }
        #expect(figure(900).reason == "Small." && figure(990).reason == nil)
    }

    @Test("the paper's rate stands beside what it reads as; a red cell says how many fool f")
    func transfer() throws {
        // Ten images turn the surrogate, of which no detector sees one and two fool f.
        let calm = [Float](repeating: -1, count: 10)
        let columns = ScoreColumns([.org: calm, .raw: calm])
        let labels = [Int](repeating: 1, count: 10)
        let found = TransferScores(
            attempted: 20, fooling: 3, clean: columns, adversarial: columns, labels: labels,
            answers: [0, 0] + labels.dropFirst(2), recovered: labels)
        let pgd = TransferRow(.pgdU, .unrounded, found, data: .mnist)
        #expect(pgd.rateOnSurrogate.paper == nil && pgd.rateOnClassifier.paper == 0.114)
        var ddn = TransferRow(.ddnU, .unrounded, found, data: .mnist)
        #expect(ddn.rateOnSurrogate.paper == 1 && ddn.rateOnSurrogate.ours == 0.5)
        #expect(ddn.rateOnClassifier.paper == nil && ddn.rateOnClassifier.ours == 0.15)
        ddn.explain(nil)
        let reason = try #require(ddn.detectors["DET_org"]?.reason)
        #expect(reason.contains("of these 10 images 2 do."))
    }

    @Test("Insight II is told by the medians")
    func insightTwo() {
        let clean = ScoreColumns([.logNorm: [1, 2, 3]])
        func attack(_ norms: [Float]) -> [Rendition: DetectorScores] {
            [.unrounded: scores(clean: clean, adversarial: ScoreColumns([.logNorm: norms]))]
        }
        let insights = PaperInsights(
            [.ddnU: attack([5, 6, 7]), .cwU: attack([0, 3, 4]), .fgsmU: attack([0, 1, 9])],
            .unrounded)
        #expect(
            insights.insightTwo
                == "By the medians here, above clean images: CW-U and DDN-U; not above: FGSM-U.")
    }

    @Test("a guard for all attacks is explained by its own threshold; no number counts as flagged")
    func calibration() {
        let found = scores(
            clean: ScoreColumns([.universal: [-1, 1, -2, -3]]),
            adversarial: ScoreColumns([.universal: [1, .nan, -1, 2]]))
        #expect(
            found.calibration(falsePositiveRate: 0.01)
                == "one guard for all attacks, its threshold set for 1.0% false positives: it flags 25.0% of these clean images and 75.0% of the adversarial ones"
        )
    }
}
