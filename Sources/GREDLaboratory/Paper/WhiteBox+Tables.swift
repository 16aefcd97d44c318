import GREDCharts

extension ReproductionReport {
    /// Table 4 or 5, with what Table 6 adds, in one rendition.
    func whiteBoxTable(isTargeted: Bool, _ rendition: Rendition) -> Table {
        var table = Table(
            title:
                "Table \(isTargeted ? "5: targeted" : "4: untargeted") white-box attacks, \(rendition.rawValue) images",
            columns: [
                "attack", "against", .number("n"), .number("success"), .number("mean L2"),
                .number("the paper's L2"), .number("median L2"), .number("recovered"),
                .number("passes"), .number("passes ÷ undefended"), .number("s an image"),
                .number("time ÷ undefended"),
            ],
            note: """
                Success: f says what the attacker wants, and by Eq. 12 the image is benign; ours with its 95% \
                interval, the paper's, the difference. No rate is a target: an attack that does better than \
                the paper's is a stronger attack; one that fails on more than 1% with nothing in its way, or \
                whatever is in its way where no radius bounds it, is too weak. L2: of those that succeed; \
                Table 6 has the mean. Recovered: true labels that the rectifier for all attacks gives to those \
                that succeed. Detectors were trained on unrounded images, in both renditions. Passes, of the \
                search, an image: of f and of its smooth copy, forward or back; a step takes two, against \
                detectors seven. Undefended: the same attack with no detector. The paper has 40 hours for \
                DDN-T with detectors against one without. Against detectors CW starts within half a level of \
                8 bits of 0 and 1, at learning rate 0.1.
                """)
        let rows = whiteBox.filter {
            $0.rendition == rendition && $0.attack.isTargeted == isTargeted
        }
        for row in rows {
            let undefended = rows.first { $0.attack == row.attack && $0.defence == .none }
            let cost = (
                passes: row.passes / (undefended?.passes ?? .nan),
                time: row.seconds / (undefended?.seconds ?? .nan)
            )
            table.append([
                .init(row.attack.rawValue),
                .init(row.defence.rawValue + (row.isTooWeak ? ", attack too weak" : "")),
                .init(Figure.count(row.attempted)), row.success.cell,
                .init(Figure.fixed(row.meanL2 ?? .nan)),
                .init(Figure.fixed(row.paperL2 ?? .nan)),
                .init(Figure.fixed(row.medianL2 ?? .nan)),
                row.recovered.cell,
                .init(Figure.fixed(row.passes, digits: 0)),
                .init(Figure.fixed(cost.passes, digits: 1)),
                .init(Figure.fixed(row.seconds, digits: 2)),
                .init(Figure.fixed(cost.time, digits: 1)),
            ])
        }
        table.explainAsterisks(of: rows.map(\.success))
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
                    The way back from the sensitivity leads through a smooth copy of f, ever closer to it as \
                    the search goes on, without which its gradient is next to nothing and the detectors only \
                    seem to hold.
                    """)
            ]
                + Rendition.allCases.flatMap { rendition in
                    [false, true].map {
                        Block.table(report.whiteBoxTable(isTargeted: $0, rendition))
                    }
                } + (figureFour.map { [Block.gallery($0)] } ?? []))
    }

    /// Figure 4: a row an attack, for each defence an image and what became of it.
    private var figureFour: Gallery? {
        guard !findings.pictures.isEmpty else { return nil }
        let defences = WhiteBoxRow.Defence.allCases
        return Gallery(
            columns: defences.flatMap { ["original", $0.rawValue] },
            rows: PaperAttack.allCases.compactMap { attack in
                let row = findings.pictures.filter { $0.attack == attack }
                guard !row.isEmpty else { return nil }
                return Gallery.Row(
                    attack.rawValue,
                    items: defences.flatMap { defence in
                        items(of: row.first { $0.defence == defence })
                    })
            },
            caption: """
                Figure 4: the first test image on which an attack succeeded that knows what stands in its \
                way; the first of all where it succeeded on none.
                """
        )
    }

    private func items(of picture: WhiteBoxPicture?) -> [Gallery.Item?] {
        guard let picture else { return [nil, nil] }
        return [
            Gallery.Item(png: picture.original, description: "the original image"),
            Gallery.Item(
                png: picture.adversarial,
                description:
                    "the image changed by \(picture.attack.rawValue) against \(picture.defence.rawValue)",
                caption: "L2 \(Figure.fixed(Double(picture.norm), digits: 2))",
                verdict: picture.succeeded ? "passes" : "does not pass",
                tint: picture.succeeded ? .poor : .good),
        ]
    }
}
