import GREDCharts

/// Table 7: the true labels that an attack's images are given back, and the accuracy of detector and
/// rectifier together.
public struct JointDefenceRow: Sendable, Codable {
    /// Which attack.
    public var attack: PaperAttack
    /// Whether images are as the attack left them, or at 8 bits.
    public var rendition: Rendition
    /// Images that were attacked.
    public var attempted: Int
    /// Those that the attack turned.
    public var succeeded: Int
    /// α of Eq. 13 for rectifiers, chosen on `guard`.
    public var alpha: Double
    /// The same for f itself on masked copies.
    public var classifierAlpha: Double
    /// Upper half: every adversarial image goes to the rectifier. By the way back.
    public var recovered: [String: ComparedFigure]
    /// Lower half: as many clean images as adversarial ones; what the detector calls benign is answered by
    /// f, the rest by the rectifier. By detector and rectifier, such as `DET_GRED, one an attack`.
    public var mixed: [String: ComparedFigure]

    init(
        _ attack: PaperAttack, _ rendition: Rendition, _ found: RecoveredLabels,
        scores: DetectorScores, data: PaperData
    ) {
        self.attack = attack
        self.rendition = rendition
        attempted = scores.attempted
        succeeded = found.labels.count
        alpha = found.alpha
        classifierAlpha = found.classifierAlpha
        func paper(_ half: String) -> PaperNumbers.Cell? {
            PaperNumbers.cell(.table7, data, row: attack.rawValue, column: half)
        }
        recovered = [:]
        for (way, labels) in found.adversarial {
            // Controls and ways without training are set beside the paper's rectifier, not judged by it.
            let isRectifier = found.clean[way] != nil
            recovered[way] = ComparedFigure(
                Proportion(
                    successes: zip(labels, found.labels).count { $0 == $1 }, of: labels.count),
                paper: paper("adversarial_only"), isJudged: isRectifier)
        }
        mixed = [:]
        for detector in [PaperDetector.gred, .gredOurs] {
            for way in [RecoveredLabels.Way.forOne, .forAll] {
                guard let clean = detector.scores(scores.clean),
                    let adversarial = detector.scores(scores.adversarial),
                    let onClean = found.clean[way.rawValue],
                    let onAdversarial = found.adversarial[way.rawValue]
                else { continue }
                // f is right on every clean image here, and wrong on every adversarial one.
                let right =
                    clean.indices.count { clean[$0] <= 0 || onClean[$0] == found.labels[$0] }
                    + adversarial.indices.count {
                        !(adversarial[$0] <= 0) && onAdversarial[$0] == found.labels[$0]
                    }
                // What the best of detectors makes of this rectifier.
                let limit = recovered[way.rawValue].map { (1 + $0.ours) / 2 }
                mixed["\(detector.rawValue), \(way.rawValue)"] = ComparedFigure(
                    Proportion(successes: right, of: clean.count + adversarial.count),
                    paper: paper("mixed"), limit: limit)
            }
        }
        explain()
    }

    /// Says of each red figure what was measured that may explain it.
    private mutating func explain() {
        // Of equals the first by name, so that the sentence does not hang on a hash.
        let best = recovered.max { ($0.value.ours, $1.key) < ($1.value.ours, $0.key) }
        for (name, figure) in recovered where figure.verdict == .red {
            recovered[name]?.reason =
                "α \(Figure.fixed(alpha, digits: 1)); the best way back here is \(best?.key ?? "none") with \(Figure.fixed(best?.value.ours ?? .nan))."
        }
        for (name, figure) in mixed where figure.verdict == .red {
            let way = RecoveredLabels.Way.allCases.first { name.hasSuffix($0.rawValue) }
            let upper = way.flatMap { recovered[$0.rawValue]?.ours } ?? .nan
            mixed[name]?.reason =
                "The rectifier's \(Figure.fixed(upper)) on adversarial images allows at most \(Figure.fixed((1 + upper) / 2)) here; the rest is the detector's."
        }
    }
}

extension ReproductionReport {
    /// The upper half of Table 7 in one rendition.
    func rectifierTable(_ rendition: Rendition) -> Table {
        let ways = RecoveredLabels.Way.allCases
        let rows = jointDefence.filter { $0.rendition == rendition }
        let controlled = rows.filter { $0.recovered[RecoveredLabels.Way.unmasked.rawValue] != nil }
            .map(\.attack.rawValue)
        var table = Table(
            title: "Table 7, adversarial images only, \(rendition.rawValue)",
            columns: [
                "attack", .number("attempted"), .number("succeeded"), .number("n"), .number("α"),
                .number("α of f"),
            ] + ways.map { .number($0.rawValue) },
            note: """
                n: the images that the attack turned. True labels given back, of all images that the attack turned, detected or not. One an \
                attack, one for all: f fine-tuned on masked copies of this attack's images, or of all \
                attacks' with α drawn uniformly. Controls were tuned for \
                \(controlled.isEmpty ? "no attack here" : controlled.listed). The last five columns need \
                no training. f on masked copies has an α of its own, chosen as the rectifiers' is.
                """)
        var shown: [ComparedFigure?] = []
        for row in rows {
            let figures = ways.map { row.recovered[$0.rawValue] }
            shown += figures
            table.append(
                [
                    .init(row.attack.rawValue), .init(Figure.count(row.attempted)),
                    .init(Figure.count(row.succeeded)),
                    .init(Figure.count(row.recovered.values.first?.samples ?? 0)),
                    .init(Figure.fixed(row.alpha, digits: 1)),
                    .init(Figure.fixed(row.classifierAlpha, digits: 1)),
                ] + figures.map { $0.cell })
        }
        table.explainAsterisks(of: shown)
        return table
    }

    /// What the paper quotes of adversarially trained models (§4.5), for this data; nil where nothing.
    var quotedTable: Table? {
        let quoted: [(model: String, data: PaperData, accuracy: String)] = [
            ("Wide ResNet, Madry et al. 2018, under PGD", .cifar10, "about 0.45"),
            ("Inception v3, Rony et al. 2019, under DDN", .mnist, "0.87"),
            ("Inception v3, Rony et al. 2019, under DDN", .cifar10, "0.67"),
        ]
        let rows = quoted.filter { $0.data == paper }
        guard !rows.isEmpty else { return nil }
        return Table(
            title: "Adversarially trained models, as the paper quotes them; not measured here",
            columns: ["model", "data", .number("accuracy under attack")],
            rows: rows.map { [.init($0.model), .init($0.data.rawValue), .init($0.accuracy)] })
    }

    /// The lower half of Table 7 in one rendition.
    func mixedTable(_ rendition: Rendition) -> Table {
        let pairs = [PaperDetector.gred, .gredOurs].flatMap { detector in
            [RecoveredLabels.Way.forOne, .forAll].map { "\(detector.rawValue), \($0.rawValue)" }
        }
        var table = Table(
            title: "Table 7, adversarial and benign images mixed, \(rendition.rawValue)",
            columns: ["attack", .number("attempted"), .number("succeeded"), .number("n")]
                + pairs.map { .number($0) },
            note: """
                n: as many clean images as adversarial ones, all of them classified rightly by f before the \
                attack, so f alone has 0.500. Where the paper's number cannot follow from its own upper half, \
                ours is coloured by the most that our upper half allows, (1 + ours) / 2, if that is less.
                """)
        var shown: [ComparedFigure?] = []
        for row in jointDefence where row.rendition == rendition {
            let figures = pairs.map { row.mixed[$0] }
            shown += figures
            table.append(
                [
                    .init(row.attack.rawValue), .init(Figure.count(row.attempted)),
                    .init(Figure.count(row.succeeded)),
                    .init(Figure.count(row.mixed.values.first?.samples ?? 0)),
                ] + figures.map { $0.cell })
        }
        table.explainAsterisks(of: shown)
        return table
    }
}
