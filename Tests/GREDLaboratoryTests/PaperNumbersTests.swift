import GREDCharts
import Testing

@testable import GREDLaboratory

@Suite("The paper's numbers and ours beside them")
struct PaperNumbersTests {
    private func value(
        _ table: PaperNumbers.Table, _ data: PaperData, _ row: String, _ column: String
    ) -> Double? {
        PaperNumbers.cell(table, data, row: row, column: column)?.value
    }

    @Test("cells are those that the paper prints")
    func cells() {
        #expect(PaperNumbers.count == 390)
        #expect(value(.table2, .cifar10, "PGD-T", "DET_IS") == 0.519)
        #expect(value(.table2, .mnist, "FGSM-U", "attack_rate") == 0.351)
        #expect(value(.table3, .imageNet, "CW-U", "DET_GRED") == 0.929)
        #expect(value(.table7, .mnist, "DDN-T", "mixed") == 0.996)
        #expect(value(.table1, .mnist, "CW-U", "5%") == 0.665)
        #expect(value(.accuracy, .cifar10, "CWnet", "accuracy") == 0.8413)
        #expect(value(.table2, .mnist, "FGSM-T", "DET_IS") == nil)
    }

    @Test("what cannot be or was copied is marked: seven cells of Table 7, the PGD rows of Table 3")
    func doubts() {
        func doubtful(_ table: PaperNumbers.Table, _ data: PaperData, _ columns: [String])
            -> [String]
        {
            PaperAttack.allCases.map(\.rawValue).filter { row in
                columns.contains {
                    PaperNumbers.cell(table, data, row: row, column: $0)?.doubt != nil
                }
            }
        }
        #expect(doubtful(.table7, .mnist, ["mixed"]) == ["PGD-U"])
        #expect(
            doubtful(.table7, .cifar10, ["mixed"]) == [
                "FGSM-U", "DFool-U", "CW-U", "CW-T", "DDN-U", "DDN-T",
            ])
        #expect(doubtful(.table7, .imageNet, ["mixed"]).isEmpty)
        #expect(doubtful(.table3, .cifar10, ["DET_IS"]) == ["PGD-U", "PGD-T"])
        #expect(doubtful(.table3, .imageNet, ["DET_IS"]) == ["PGD-U", "PGD-T", "DDN-U"])
    }

    /// Counted by hand from the paper's pages, which themselves print other sums.
    @Test("the paper's own rows give other win counts than it prints")
    func winCounts() {
        func counts(_ table: PaperNumbers.Table) -> [Int] {
            let rows = PaperData.allCases.flatMap { data in
                PaperAttack.allCases.map { attack in
                    Dictionary(
                        uniqueKeysWithValues: PaperDetector.ofPaper.compactMap { detector in
                            value(table, data, attack.rawValue, detector.rawValue).map {
                                (detector, $0)
                            }
                        })
                }
            }
            let wins = WinCount(rows)
            #expect(wins.rows == 24)
            return PaperDetector.ofPaper.map { wins.wins[$0.rawValue] ?? 0 }
        }
        #expect(counts(.table2).last == 18)
        #expect(counts(.table3) == [10, 11, 9, 12])
    }

    @Test(
        "green within a hundredth, red where the interval ends below, amber between",
        arguments: [
            (990, 1_000, 1.0, ComparedFigure.Verdict.green),
            (1_000, 1_000, 0.5, .green),
            // The interval of 980 of 1,000 ends at 0.987.
            (980, 1_000, 0.995, .red),
            // That of 96 of 100 ends at 0.984, that of 97 of 100 at 0.990.
            (96, 100, 0.983, .amber), (96, 100, 0.99, .red), (0, 10, 0.2, .amber),
        ])
    func verdicts(right: Int, of count: Int, paper: Double, verdict: ComparedFigure.Verdict) {
        let figure = ComparedFigure(
            Proportion(successes: right, of: count), paper: .init(value: paper))
        #expect(figure.verdict == verdict)
    }

    @Test("ours is judged by what can be, where the paper's number is larger and in doubt")
    func limit() {
        let share = Proportion(successes: 960, of: 1_000)
        func figure(_ doubt: String?, limit: Double) -> ComparedFigure {
            ComparedFigure(share, paper: .init(value: 0.99, doubt: doubt), limit: limit)
        }
        let capped = figure("Cannot be.", limit: 0.965)
        #expect(capped.verdict == .green && capped.target == 0.965)
        #expect(capped.paper == 0.99 && abs((capped.difference ?? 0) + 0.03) < 1e-12)
        for other in [figure(nil, limit: 0.965), figure("Cannot be.", limit: 0.995)] {
            #expect(other.verdict == .red && other.target == nil)
        }
    }

    @Test("nothing is compared where nothing was counted, or the paper has no number")
    func nothing() {
        let none = Proportion(successes: 0, of: 0)
        #expect(ComparedFigure(none, paper: .init(value: 1)).verdict == nil)
        #expect(ComparedFigure(Proportion(successes: 1, of: 2), paper: nil).difference == nil)
        let unjudged = ComparedFigure(
            Proportion(successes: 1, of: 2), paper: .init(value: 1), isJudged: false)
        #expect(unjudged.verdict == nil && unjudged.difference == -0.5)
    }

    @Test("an accuracy halfway between two normal distributions implies an AUROC")
    func normal() {
        #expect(abs(Normal.quantile(0.975) - 1.959_963_985) < 1e-8)
        // Φ(1) = 0.841345, and Φ(√2) = 0.921350.
        #expect(abs(Normal.auroc(ofAccuracy: 0.841_344_746) - 0.921_350_396) < 1e-7)
        #expect(abs(Normal.auroc(ofAccuracy: 0.5) - 0.5) < 1e-9)
    }

    @Test("a choice is set by its name, and refused with those that there are")
    func choices() throws {
        var choices = PaperProfile.laptop.choices(
            for: .init(channels: 3, height: 32, width: 32))
        #expect(choices.epsilon == 8.0 / 255 && choices.cwIterations == 150)
        try choices.set("cw-iterations", to: 300)
        #expect(choices.cwIterations == 300)
        for (name, value) in [("cw-iterations", 1.5), ("alpha", 0.5), ("epsilon", -1)] {
            #expect(throws: PaperFault.self) { try choices.set(name, to: value) }
        }
        #expect(choices.alphas == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
    }
}
