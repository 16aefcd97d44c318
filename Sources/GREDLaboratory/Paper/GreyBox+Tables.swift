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
        for attack in unturned {
            table.append(texts: [attack.rawValue, "turned no guard image: no detectors"])
        }
        table.explainAsterisks(of: shown)
        return table
    }

    /// The same detectors over all thresholds.
    func greyBoxCurves(_ rendition: Rendition) -> Table {
        detectionTable(
            rendition, title: "AUROC",
            first: (
                title: "implied by the paper's DET_GRED",
                value: { (row: GreyBoxRow) in row[.gred]?.aurocImplied }
            ),
            note: "With its 95% bounds (Newcombe)."
        ) {
            [($0.auroc, $0.aurocInterval)]
        }
    }

    /// The same detectors at thresholds of few false positives.
    func greyBoxRates(_ rendition: Rendition) -> Table {
        detectionTable(
            rendition, title: "True positives at 1% · at 5% false positives",
            note: """
                The share of adversarial images above what so many of these clean images exceed, with its \
                95% bounds (Wilson), the threshold taken as it is.
                """
        ) {
            [
                ($0.tprAt1PercentFpr, $0.tprAt1PercentFprInterval),
                ($0.tprAt5PercentFpr, $0.tprAt5PercentFprInterval),
            ]
        }
    }

    /// What the same detectors make of noise.
    func noiseTable(_ rendition: Rendition) -> Table {
        detectionTable(
            rendition, title: "The noise control, accuracy · AUROC",
            note: """
                Clean images against clean ones with Gaussian noise of the attack's own L2 norm: near 0.5 for \
                a detector that reads the attack, above for one that reads noise. With 95% bounds (Wilson; \
                Newcombe).
                """
        ) {
            [
                ($0.noiseAccuracy, $0.noiseAccuracyInterval),
                ($0.noiseAUROC, $0.noiseAUROCInterval),
            ]
        }
    }

    /// Figures of each detector in one rendition, a row an attack.
    /// - Parameter first: a column before those of the detectors.
    private func detectionTable(
        _ rendition: Rendition, title: String,
        first: (title: String, value: (GreyBoxRow) -> Double?)? = nil, note: String,
        figures: (GreyBoxRow.Detection) -> [(value: Double, bounds: [Double])]
    ) -> Table {
        let detectors = compared + Self.baselines
        var columns: [Table.Column] = ["attack", .number("succeeded")]
        if let first { columns.append(.number(first.title)) }
        columns += detectors.map { Table.Column.number($0.rawValue) }
        var table = Table(
            title: "\(title), \(rendition.rawValue) images", columns: columns, note: note)
        for row in greyBox where row.rendition == rendition {
            var cells: [Table.Cell] = [
                .init(row.attack.rawValue), .init(Figure.count(row.succeeded)),
            ]
            if let first { cells.append(.init(Figure.fixed(first.value(row) ?? .nan))) }
            for detector in detectors {
                let found = row[detector].map(figures) ?? []
                let texts = found.map {
                    Estimate(value: $0.value, lower: $0.bounds[0], upper: $0.bounds[1]).formatted()
                }
                cells.append(
                    .init(texts.isEmpty ? Figure.missing : texts.joined(separator: " · ")))
            }
            table.append(cells)
        }
        return table
    }

    /// Rows of Table 2 beside the same on resampled photographs, in one rendition.
    func resampledTable(_ rendition: Rendition) -> Table {
        let detectors = compared + Self.baselines
        var table = Table(
            title: "Photographs as they are · resampled, \(rendition.rawValue) images",
            columns: ["attack", .number("attempted"), .number("succeeded"), .number("n")]
                + detectors.map { .number($0.rawValue) },
            note: """
                Accuracy by the paper's rule, with its 95% interval. Photographs were JPEG files, which leave a grid. Resampled: made \
                smaller by an eighth and brought back to their size before they were attacked, detectors \
                trained anew. A detector that reads the format instead of the attack is worse there.
                """)
        for row in resampled where row.rendition == rendition {
            let before = greyBox.first { $0.attack == row.attack && $0.rendition == rendition }
            func both(_ text: (GreyBoxRow) -> String?) -> Table.Cell {
                let texts = [before, row].map { $0.flatMap(text) ?? Figure.missing }
                return .init(texts.joined(separator: " · "))
            }
            table.append(
                [
                    .init(row.attack.rawValue), both { Figure.count($0.attempted) },
                    both { Figure.count($0.succeeded) }, both { Figure.count(2 * $0.succeeded) },
                ] + detectors.map { detector in both { $0[detector]?.accuracy.formatted() } })
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
        var blocks: [Block] = [
            .paragraph(report.blindness),
            .table(report.greyBoxTable(.unrounded)), .table(report.greyBoxTable(.rounded)),
            .paragraph(
                report.wins(
                    report.greyBoxWins, printed: "8, 8, 11 and 19", counted: "18 for DET_GRED")),
        ]
        for rendition in Rendition.allCases {
            blocks += [
                .table(report.greyBoxCurves(rendition)), .table(report.greyBoxRates(rendition)),
                .table(report.noiseTable(rendition)),
            ]
        }
        if !report.resampled.isEmpty {
            blocks += Rendition.allCases.map { .table(report.resampledTable($0)) }
        }
        return Section("Table 2: grey-box detection", blocks)
    }
}
