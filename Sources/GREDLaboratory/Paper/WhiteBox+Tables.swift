import GREDCharts

extension ReproductionReport {
    /// Table 4 or 5, with what Table 6 adds, in one rendition.
    func whiteBoxTable(isTargeted: Bool, _ rendition: Rendition) -> Table {
        var table = Table(
            title:
                "Table \(isTargeted ? "5: targeted" : "4: untargeted") white-box attacks, \(rendition.rawValue) images",
            columns: [
                "attack", "against", .number("n"), .number("success"), .number("median L2"),
                .number("the paper's L2"), .number("recovered"), .number("passes"),
                .number("s an image"),
            ],
            note: """
                Success: f says what the attacker wants, and by Eq. 12 the image is benign; ours with its 95% \
                interval, the paper's, the difference. No rate is a target: an attack that does better than \
                the paper's is a stronger attack. L2: of those that succeed (Table 6). Recovered: true labels \
                that the rectifier for all attacks gives to those that succeed. Passes: forward, of f and its \
                detectors together.
                """)
        for row in whiteBox
        where row.rendition == rendition && row.attack.isTargeted == isTargeted {
            table.append([
                .init(row.attack.rawValue), .init(row.defence.rawValue),
                .init(Figure.count(row.attempted)), row.success.cell,
                .init(Figure.fixed(row.medianL2 ?? .nan)),
                .init(Figure.fixed(row.paperL2 ?? .nan)),
                row.recovered?.cell ?? .init(Figure.missing),
                .init(Figure.fixed(row.passes, digits: 0)),
                .init(Figure.fixed(row.seconds, digits: 2)),
            ])
        }
        return table
    }
}

extension ReproductionPage {
    /// Tables 4, 5 and 6.
    var whiteBox: Section? {
        guard !report.whiteBox.isEmpty else { return nil }
        return Section(
            "Tables 4, 5 and 6: the attacker knows the detectors",
            [
                .paragraph(
                    """
                    Targeted: f and its detectors are attacked as one classifier of L + 1 classes. Untargeted: \
                    first f is fooled, then the label that it was led to is the target of that classifier. \
                    The way back from the sensitivity leads through a smooth copy of f, without which its \
                    gradient is next to nothing and the detectors only seem to hold.
                    """)
            ]
                + Rendition.allCases.flatMap { rendition in
                    [false, true].map {
                        Block.table(report.whiteBoxTable(isTargeted: $0, rendition))
                    }
                } + (figureFour.map { [Block.gallery($0)] } ?? []))
    }

    /// Figure 4: a row an attack, a column a defence.
    private var figureFour: Gallery? {
        guard !findings.pictures.isEmpty else { return nil }
        let defences = WhiteBoxRow.Defence.allCases
        return Gallery(
            columns: ["original"] + defences.map(\.rawValue),
            rows: PaperAttack.allCases.compactMap { attack in
                let row = findings.pictures.filter { $0.attack == attack }
                guard let first = row.first else { return nil }
                return Gallery.Row(
                    attack.rawValue,
                    items: [Gallery.Item(png: first.original, description: "the original image")]
                        + defences.map { defence in
                            row.first { $0.defence == defence }.map { picture in
                                Gallery.Item(
                                    png: picture.adversarial,
                                    description:
                                        "the image changed by \(attack.rawValue) against \(defence.rawValue)",
                                    caption: "L2 \(Figure.fixed(Double(picture.norm), digits: 2))",
                                    verdict: picture.succeeded ? "passes" : "does not pass",
                                    tint: picture.succeeded ? .poor : .good)
                            }
                        })
            },
            caption:
                "Figure 4: the first test image, attacked by somebody who knows what stands in the way."
        )
    }
}
