import Foundation
import GREDCharts

/// The comparison for people.
enum VariantTable {
    static func markdown(_ table: DetectorVariants.Table) -> String {
        """
        # Variants of the universal detector

        Made by `\(table.command)` (classifier \(table.classifier.prefix(12)), guard images \
        \(table.guardImages.prefix(12)), libtorch \(table.libtorch), \(table.threads) threads, seed \
        \(table.seed)).

        The first row reads the image, five numbers and what two noisy copies at each of four strengths say, \
        has tiles of one sign among its adversarial examples and an alarm of nearness with a fiftieth of the \
        network's false positives; each other one differs from it in one thing. All train on the same images (up to \
        \(table.adversarialImages) adversarial ones of each family, their originals and a harmlessly \
        changed copy of each, and forged ones), \(table.epochs) epochs, \(table.width) channels: less than a guard, so \
        compare the rows with each other and not with a report. They are measured on images of `guard` that no variant trains on: whoever \
        chooses by this table has not looked at the test images. *Least* is over the cells; the columns \
        of a family left out are of a detector that never saw it; DeepFool, FAB and Square are attacks that \
        none is trained on. Thresholds come from \
        \(table.cleanImages) separate clean images, so 1% of them is ten images, and a difference below \
        about 0.05 in TPR or 0.01 in AUROC says little. Passes: forward passes of f for a verdict, a \
        backward pass counted as two.

        \(markdown(table.rows))

        ## Attack by attack

        AUROC / TPR at 1% / TPR at 5% false positives.

        \(cells(of: table.rows) { $0.cells.merging($0.unseen) { $1 } })

        ## Attack by attack, its family left out

        \(cells(of: table.rows, \.leftOut))
        """
    }

    /// A column an attack.
    private static func cells(
        of rows: [DetectorVariants.Row],
        _ cells: (DetectorVariants.Row) -> [String: DetectorVariants.Cell]
    ) -> String {
        // κ 8 before κ 14.
        let names = Set(rows.flatMap { cells($0).keys })
            .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
        var table = Table(columns: ["variant"] + names.map { .number($0) })
        for row in rows {
            let found = cells(row)
            table.append(
                texts: [row.name]
                    + names.map { name in
                        found[name].map { cell in
                            Figure.fixed(cell.auroc) + " / "
                                + Figure.fixed(cell.tprAt1PercentFpr, digits: 2) + " / "
                                + Figure.fixed(cell.tprAt5PercentFpr, digits: 2)
                        } ?? Figure.missing
                    })
        }
        return MarkdownTable(table).render()
    }

    static func markdown(_ rows: [DetectorVariants.Row]) -> String {
        var table = Table(columns: [
            "variant", .number("passes"), .number("AUROC, least"), .number("TPR@1%, least"),
            .number("mean"), .number("TPR@5%, least"), .number("left out: AUROC, least"),
            .number("TPR@1%, mean"), .number("TPR@5%, least"),
            .number("never trained on: AUROC, least"),
            .number("TPR@1%, least"), .number("clean flagged"),
            .number("changed, most"),
        ])
        for row in rows {
            let (cells, leftOut) = (Array(row.cells.values), Array(row.leftOut.values))
            let unseen = Array(row.unseen.values)
            let changed = row.flagged.filter { $0.key != "clean" }.max { $0.value < $1.value }
            table.append([
                .init(row.name), .init(String(row.passes)),
                .init(Figure.fixed(least(cells, \.auroc))),
                .init(Figure.fixed(least(cells, \.tprAt1PercentFpr))),
                .init(Figure.fixed(mean(cells, \.tprAt1PercentFpr))),
                .init(Figure.fixed(least(cells, \.tprAt5PercentFpr))),
                .init(Figure.fixed(least(leftOut, \.auroc))),
                .init(Figure.fixed(mean(leftOut, \.tprAt1PercentFpr))),
                .init(Figure.fixed(least(leftOut, \.tprAt5PercentFpr))),
                .init(Figure.fixed(least(unseen, \.auroc))),
                .init(Figure.fixed(least(unseen, \.tprAt1PercentFpr))),
                .init(Figure.fixed(row.flagged["clean"] ?? .nan)),
                .init(changed.map { "\(Figure.fixed($0.value)) (\($0.key))" } ?? ""),
            ])
        }
        return MarkdownTable(table).render()
    }

    private static func least(
        _ cells: [DetectorVariants.Cell], _ figure: (DetectorVariants.Cell) -> Double
    ) -> Double { cells.map(figure).min() ?? .nan }

    private static func mean(
        _ cells: [DetectorVariants.Cell], _ figure: (DetectorVariants.Cell) -> Double
    ) -> Double { cells.map(figure).reduce(0, +) / Double(max(cells.count, 1)) }
}
