import GREDCharts

extension ReproductionPage {
    /// Fig. 3.
    var curves: Section? {
        func chart(_ detector: PaperDetector) -> ROCChart? {
            let curves = PaperAttack.allCases.compactMap { attack -> ROCChart.Curve? in
                guard let scores = findings.scores[attack]?[.unrounded], scores.turned > 0,
                    let clean = detector.scores(scores.clean),
                    let adversarial = detector.scores(scores.adversarial)
                else { return nil }
                let roc = ROC(clean: clean, adversarial: adversarial)
                return ROCChart.Curve(
                    attack.rawValue,
                    points: roc.points.map {
                        Point(x: $0.falsePositiveRate, y: $0.truePositiveRate)
                    }, auroc: roc.auroc)
            }
            return curves.isEmpty
                ? nil : ROCChart(title: "Fig. 3: \(detector.rawValue)", curves: curves)
        }
        let charts = [PaperDetector.gred, .gredOurs].compactMap(chart)
        guard !charts.isEmpty else { return nil }
        return Section(
            "Fig. 3: detection over all thresholds",
            charts.map {
                .chart(
                    $0,
                    caption:
                        "The images that an attack turned against their clean originals, unrounded; the score is ln(p⁻/p⁺) of the network that Eq. 12 lets decide."
                )
            })
    }

    /// Fig. 2.
    var sensitivities: Section? {
        let insights = PaperInsights(findings.scores, .unrounded)
        guard !insights.groups.isEmpty else { return nil }
        return Section(
            "Fig. 2: how sensitive inputs are",
            [
                .chart(
                    insights.normChart,
                    caption: """
                        Unrounded images. Each row: density, quartiles, and the range from 5% to 95%. The \
                        paper's Insight II says that adversarial images are more sensitive, and its §4.3.2 \
                        that FGSM and PGD differ. \(insights.insightTwo)
                        """),
                .table(insights.normTable),
            ])
    }

    /// Insight I.
    var insightOne: Section? {
        let insights = PaperInsights(findings.scores, .unrounded)
        guard let found = report.insightOne, let chart = insights.scatter else { return nil }
        let names = insights.groups.map(\.name)
        var table = Table(
            title: "Spearman's ρ between distance and ‖S‖₂",
            columns: ["images", .number("ρ")],
            note: "−1: whatever is nearer is more sensitive, without exception.")
        for name in names {
            table.append([
                .init(name), .init(Figure.fixed(found.correlations[name] ?? .nan)),
            ])
        }
        table.append(["together", .init(Figure.fixed(found.together))])
        return Section(
            "Insight I: distance and sensitivity",
            [
                .chart(
                    chart,
                    caption: """
                        The paper argues (Eqs. 4 to 6) that inputs nearer to the hyperplane of the last \
                        layer are more sensitive, and shows no figure. The first 200 images of each kind, \
                        unrounded; the distance is that to the nearest of the hyperplanes.
                        """),
                .table(table),
            ])
    }

    /// Table 3.
    var blackBox: Section? {
        guard let accuracy = report.surrogateAccuracy, let wins = report.transferWins else {
            return nil
        }
        let words = """
            The attacker knows neither f nor a guard: the images are made on \(report.surrogate ?? "")\
            , whose accuracy on clean images is \(accuracy.formatted(digits: 4)), n = \
            \(Figure.count(accuracy.samples)); the paper's is \
            \(Figure.fixed(accuracy.paper ?? .nan, digits: 4)). The paper has one attack rate. For minimum-norm \
            attacks, where it is 1.000 nearly always, it reads as the rate on the surrogate, and for FGSM and \
            PGD as that on f: it stands beside that one. Its PGD rows for CIFAR-10 and ImageNet repeat MNIST's.
            """
        let tables = Rendition.allCases.flatMap { rendition in
            [false, true].map {
                Block.table(report.transferTable(rendition, whereFooled: $0))
            }
        }
        return Section(
            "Table 3: black-box detection",
            [.paragraph(words)] + tables + [
                .paragraph(
                    report.wins(wins, printed: "8, 9, 14 and 18", counted: "10, 11, 9 and 12"))
            ])
    }

    /// Table 1.
    var maskingStudy: Section? {
        report.maskingStudy.isEmpty
            ? nil
            : Section(
                "Table 1: without the most sensitive pixels",
                Rendition.allCases.map { .table(report.maskingStudyTable($0)) })
    }

    /// Table 7.
    var jointDefence: Section? {
        guard !report.jointDefence.isEmpty else { return nil }
        return Section(
            "Table 7: the rectifier and the joint defence",
            [
                .paragraph(
                    """
                    \(findings.setting.rectifierWords) α is chosen, for each attack, on guard images that \
                    no rectifier was tuned on.
                    """)
            ]
                + Rendition.allCases.flatMap { rendition in
                    [
                        Block.table(report.rectifierTable(rendition)),
                        .table(report.mixedTable(rendition)),
                    ]
                } + [report.quotedTable].compactMap { $0.map { .table($0) } })
    }

    /// Fig. 5.
    var maskingRate: Section? {
        let charts = report.maskingRateCharts
        let table = report.maskingRateTable.map { Block.table($0) }
        return charts.isEmpty
            ? nil : Section("Fig. 5: how much to mask", charts + (table.map { [$0] } ?? []))
    }
}

extension ReproductionReport {
    /// For each table every red figure, in words.
    var shortfalls: [(table: String, sentences: [String])] {
        func sentence(_ place: String, _ figure: ComparedFigure?) -> String? {
            guard let figure, figure.verdict == .red else { return nil }
            return place + ": \(Figure.fixed(figure.ours)) for"
                + " \(Figure.fixed(figure.target ?? figure.paper ?? .nan)). "
                + (figure.reason ?? "")
        }
        func sorted(_ figures: [String: ComparedFigure]) -> [(String, ComparedFigure)] {
            figures.sorted { $0.key < $1.key }
        }
        let accuracies = [
            sentence("f", accuracy), sentence("the surrogate", surrogateAccuracy),
        ]
        return [
            ("Accuracy on clean images", accuracies.compactMap { $0 }),
            (
                "Table 2",
                greyBox.flatMap { row in
                    sorted(row.detectors.mapValues(\.accuracy)).compactMap {
                        sentence("\(row.attack.rawValue), \(row.rendition.rawValue), \($0.0)", $0.1)
                    }
                }
            ),
            (
                "Table 3, all that fool the surrogate",
                transfer.flatMap { row in
                    sorted(row.detectors).compactMap {
                        sentence("\(row.attack.rawValue), \(row.rendition.rawValue), \($0.0)", $0.1)
                    }
                }
            ),
            (
                "Table 3, those that fool f",
                transfer.flatMap { row in
                    sorted(row.detectorsWhereFooled).compactMap {
                        sentence("\(row.attack.rawValue), \(row.rendition.rawValue), \($0.0)", $0.1)
                    }
                }
            ),
            (
                "Table 7",
                jointDefence.flatMap { row in
                    (sorted(row.recovered) + sorted(row.mixed)).compactMap {
                        sentence("\(row.attack.rawValue), \(row.rendition.rawValue), \($0.0)", $0.1)
                    }
                }
            ),
        ]
    }
}
