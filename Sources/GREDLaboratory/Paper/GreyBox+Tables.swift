import GREDCharts

extension ReproductionReport {
    /// Table 2 for a terminal: without bounds.
    public var greyBoxSummary: Table {
        var table = Table(
            title: "Table 2, grey-box detection: ours · the paper's · difference",
            columns: ["attack", .number("rate"), .number("n")]
                + compared.map { .number($0.rawValue) }
                + [.number("ℓ alone"), .number("3 numbers")])
        for row in greyBox where row.rendition == .unrounded {
            table.append(
                [
                    .init(row.attack.rawValue), row.attackRate.shortCell,
                    .init(Figure.count(row.succeeded)),
                ]
                    + compared.map { row[$0]?.accuracy.shortCell ?? .init(Figure.missing) }
                    + Self.baselines.map { .init(Figure.fixed(row[$0]?.accuracy.ours ?? .nan)) })
        }
        return table
    }

    /// The detectors that are compared with the paper's; the guard for all attacks where there is one.
    var compared: [PaperDetector] {
        let hasGuard = greyBox.contains { $0[.universal] != nil }
        return PaperDetector.ofPaper + [.sensitivityOurs, .gredOurs]
            + (hasGuard ? [.universal] : [])
    }

    static let baselines: [PaperDetector] = [.scale, .scalars]

    /// Table 2 in one rendition.
    func greyBoxTable(_ rendition: Rendition) -> Table {
        var table = Table(
            title: "Table 2, \(rendition.rawValue) images",
            columns: [
                "attack", .number("attempted"), .number("succeeded"), .number("attack rate"),
                .number("median L2"), .number("n"),
            ] + (compared + Self.baselines).map { .number($0.rawValue) },
            note: """
                n: verdicts, half of them on the clean originals of the images that the attack turned. \
                Accuracy by the paper's rule (benign where p⁺ ≥ p⁻). ℓ alone: the logarithm of f's loss \
                at its own label, with the threshold that fits the training images best. Three numbers: \
                a logistic regression on ℓ, ln ‖G‖ and m/‖G‖.
                """)
        var shown: [ComparedFigure?] = []
        for row in greyBox where row.rendition == rendition {
            let figures = (compared + Self.baselines).map { row[$0]?.accuracy }
            shown.append(row.attackRate)
            shown += figures
            table.append(
                [
                    .init(row.attack.rawValue), .init(Figure.count(row.attempted)),
                    .init(Figure.count(row.succeeded)), row.attackRate.cell,
                    .init(Figure.fixed(row.medianL2)), .init(Figure.count(2 * row.succeeded)),
                ] + figures.map { $0.cell })
        }
        table.explainAsterisks(of: shown)
        return table
    }

    /// The same detectors over all thresholds, and what they make of noise.
    func greyBoxCurves(_ rendition: Rendition) -> Table {
        let detectors = compared + Self.baselines
        var table = Table(
            title: "AUROC, and the noise control, \(rendition.rawValue) images",
            columns: ["attack", .number("implied by the paper's DET_GRED")]
                + detectors.map { .number($0.rawValue) },
            note: """
                AUROC with its 95% bounds (Hanley and McNeil) · TPR at 1% and at 5% false positives · the \
                AUROC of clean images against clean ones with Gaussian noise of the attack's own L2 norm: \
                near 0.5 for a detector that reads the attack, above for one that reads noise.
                """)
        for row in greyBox where row.rendition == rendition {
            table.append(
                [
                    .init(row.attack.rawValue),
                    .init(Figure.fixed(row[.gred]?.aurocImplied ?? .nan)),
                ]
                    + detectors.map { detector in
                        guard let found = row[detector] else { return .init(Figure.missing) }
                        let area = Estimate(
                            value: found.auroc, lower: found.aurocInterval[0],
                            upper: found.aurocInterval[1])
                        return .init(
                            area.formatted()
                                + " · \(Figure.fixed(found.tprAt1PercentFpr, digits: 2))"
                                + " · \(Figure.fixed(found.tprAt5PercentFpr, digits: 2))"
                                + " · \(Figure.fixed(found.noiseAUROC, digits: 2))")
                    })
        }
        return table
    }

    /// Rows of Table 2 beside the same on resampled photographs, in one rendition.
    func resampledTable(_ rendition: Rendition) -> Table {
        let detectors = compared + Self.baselines
        var table = Table(
            title: "Photographs as they are · resampled, \(rendition.rawValue) images",
            columns: ["attack", .number("n")] + detectors.map { .number($0.rawValue) },
            note: """
                Accuracy by the paper's rule. Photographs were JPEG files, which leave a grid. Resampled: made \
                smaller by an eighth and brought back to their size before they were attacked, detectors \
                trained anew. A detector that reads the format instead of the attack is worse there.
                """)
        for row in resampled where row.rendition == rendition {
            let before = greyBox.first { $0.attack == row.attack && $0.rendition == rendition }
            table.append(
                [
                    .init(row.attack.rawValue),
                    .init(
                        "\(Figure.count(2 * (before?.succeeded ?? 0))) · \(Figure.count(2 * row.succeeded))"
                    ),
                ]
                    + detectors.map { detector in
                        func figure(_ row: GreyBoxRow?) -> String {
                            row?[detector].map { Figure.fixed($0.accuracy.ours) } ?? Figure.missing
                        }
                        return .init("\(figure(before)) · \(figure(row))")
                    })
        }
        return table
    }

    /// Win counts of the paper's four detectors in words.
    func wins(_ count: WinCount, printed: String, counted: String) -> String {
        let ours = PaperDetector.ofPaper.map {
            "\($0.rawValue) \(count.wins[$0.rawValue] ?? 0)"
        }.joined(separator: ", ")
        return
            "Wins in \(count.rows) rows, equals counted for all: \(ours). The paper prints, over all"
            + " three data sets, \(printed); its own rows give \(counted)."
    }

    /// Whether the paper's finding holds that DET_org and DET_sal fail on minimum-norm attacks on
    /// natural images.
    var blindness: String {
        let rows = greyBox.filter { $0.rendition == .unrounded && $0.attack.isMinimumNorm }
        func sentence(_ detector: PaperDetector) -> String? {
            let found = rows.compactMap { row in row[detector].map { (row.attack, $0) } }
            guard !found.isEmpty else { return nil }
            let seeing = found.filter { $0.1.accuracy.interval[0] > 0.55 }
            guard !seeing.isEmpty else {
                return "\(detector.rawValue) is nowhere above 0.55 for certain"
                    + (paper == .mnist ? "." : ": it fails here too.")
            }
            let noisy = seeing.filter { $0.1.noiseAUROC > 0.6 }
            let control =
                noisy.isEmpty
                ? "the noise control stays below 0.6, so it is not mere noise that it reads"
                : "the noise control says that it reads noise at \(noisy.map(\.0.rawValue).listed)"
            return
                "\(detector.rawValue) is above 0.55 for certain at \(seeing.map(\.0.rawValue).listed); \(control)."
        }
        let found = [PaperDetector.org, .sal].compactMap(sentence).joined(separator: " ")
        return paper == .mnist
            ? "On digits the paper's DET_org and DET_sal see minimum-norm attacks. Here: \(found)"
            : "The paper finds that DET_org and DET_sal fail (about 0.5) on minimum-norm attacks on natural images. Here: \(found)"
    }
}

extension ReproductionPage {
    /// Table 2.
    var greyBox: Section? {
        guard !report.greyBox.isEmpty else { return nil }
        return Section(
            "Table 2: grey-box detection",
            [
                .paragraph(report.blindness),
                .table(report.greyBoxTable(.unrounded)), .table(report.greyBoxTable(.rounded)),
                .paragraph(
                    report.wins(
                        report.greyBoxWins, printed: "8, 8, 11 and 19",
                        counted: "18 for DET_GRED")),
                .table(report.greyBoxCurves(.unrounded)), .table(report.greyBoxCurves(.rounded)),
            ]
                + (report.resampled.isEmpty
                    ? [] : Rendition.allCases.map { .table(report.resampledTable($0)) }))
    }
}
