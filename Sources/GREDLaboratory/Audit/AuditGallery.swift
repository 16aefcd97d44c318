import GREDCharts
import GREDImages
import LibTorch

extension Audit.Findings.Example {
    /// Of each image that is shown, whatever passes under most keys.
    static func all(
        of results: [Audit.Result], within budget: AttackBudget, set: ImageSet, threshold: Float
    ) throws -> [Self] {
        let passes = results.map { $0.passes(threshold, under: .reporting) }
        let chosen = Audit.Result.best(
            results.map { $0.passes(threshold, under: .choosing) })
        let count = results.compactMap { $0.shown?.found.shape[0] }.min() ?? 0
        return try (0..<count).compactMap { image in
            let best = chosen[image]
            guard let shown = results[best].shown else { return nil }
            return Self(
                image: image, budget: budget, attack: results[best].name,
                label: set.classNames[set.labels[image]], isFooled: results[best].fooled[image],
                passes: passes[best][image],
                original: try shown.originals.rows([image]).squeezed(0),
                adversarial: try shown.found.rows([image]).squeezed(0))
        }
    }
}

/// Images of an audit: a row an image, a column a radius.
enum AuditGallery {
    /// Nil for images that no picture can hold.
    static func gallery(of examples: [Audit.Findings.Example]) throws -> Gallery? {
        guard let first = examples.first, [1, 3].contains(first.original.shape[0]) else {
            return nil
        }
        var titles: [String] = []
        for example in examples where !titles.contains(example.budget.title) {
            titles.append(example.budget.title)
        }
        let images = Set(examples.map(\.image)).sorted()
        return Gallery(
            columns: ["original"] + titles,
            rows: try images.map { image in
                let row = examples.filter { $0.image == image }
                return Gallery.Row(
                    row.first?.label ?? "",
                    items: try [row.first.map(original)]
                        + titles.map { title in
                            try row.first { $0.budget.title == title }.map(attacked)
                        })
            },
            caption: """
                Within each radius the image of whichever attack passes under most keys of the guard. Below: \
                the attack, and under how many keys f is wrong and the guard silent at 1% false positives.
                """)
    }

    private static func original(_ example: Audit.Findings.Example) throws -> Gallery.Item {
        Gallery.Item(
            png: try PNG.encode(example.original),
            description: "the original image, \(example.label)")
    }

    private static func attacked(_ example: Audit.Findings.Example) throws -> Gallery.Item {
        Gallery.Item(
            png: try PNG.encode(example.adversarial),
            description: "the image changed within \(example.budget.title)",
            caption: example.attack,
            verdict: example.isFooled
                ? "passes under \(Figure.percent(example.passes))" : "f is right",
            tint: example.passes > 0.5 ? .poor : .good)
    }
}
