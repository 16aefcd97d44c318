import Foundation
import GRED
import GREDCharts
import GREDImages
import LibTorch

/// Attacked images and what the guard made of each.
enum ExampleGallery {
    static func gallery(of examples: [Example]) throws -> Gallery {
        Gallery(
            columns: ["original", "adversarial", "difference", "sensitivity", "masked copy"],
            rows: try examples.map(row), caption: caption)
    }

    private static let caption = """
        Below the images: f's label of the original; f's label of the adversarial copy; how many \
        times the difference is amplified (grey: no change); the guard's verdict with p⁻; the label \
        that the guard gives back. Sensitivity: the most sensitive pixel is pale yellow, one that is \
        a hundred times less sensitive or more is dark blue. In the masked copy, suspect pixels are \
        replaced at random.
        """

    private static func row(_ example: Example) throws -> Gallery.Row {
        Gallery.Row(
            "\(example.attack) · true label \(example.trueLabel)",
            items: [
                try original(example), try adversarial(example), try difference(example),
                try sensitivity(example), try masked(example),
            ])
    }

    private static func original(_ example: Example) throws -> Gallery.Item {
        // By the definition of A, f is right on the original.
        Gallery.Item(
            png: try PNG.encode(example.original),
            description: "the original image, label \(example.trueLabel)",
            verdict: "f: \(example.trueLabel)", tint: .good)
    }

    private static func adversarial(_ example: Example) throws -> Gallery.Item {
        let label = example.verdict.label
        return Gallery.Item(
            png: try PNG.encode(example.adversarial),
            description: "the copy changed by \(example.attack), which f labels \(label)",
            verdict: "f: \(label)", tint: label == example.trueLabel ? .good : .poor)
    }

    private static func difference(_ example: Example) throws -> Gallery.Item {
        let difference = try AmplifiedDifference(from: example.original, to: example.adversarial)
        return Gallery.Item(
            png: try PNG.encode(difference.image), description: "the amplified difference",
            verdict: difference.factor.map { "×\(Figure.fixed($0, digits: $0 < 10 ? 1 : 0))" }
                ?? "no change")
    }

    private static func sensitivity(_ example: Example) throws -> Gallery.Item {
        let verdict = example.verdict
        return Gallery.Item(
            png: try PNG.encode(
                ColourRamp.image(of: ColourRamp.twoDecades(of: example.sensitivity))),
            description: "the sensitivity map of the adversarial copy",
            verdict: (verdict.isAdversarial ? "adversarial, " : "benign, ")
                + probability(verdict.adversarialProbability),
            tint: verdict.isAdversarial ? .good : .poor)
    }

    private static func masked(_ example: Example) throws -> Gallery.Item {
        let verdict = example.verdict
        let label = verdict.recoveredLabel.map(String.init) ?? Figure.missing
        let isRight = verdict.recoveredLabel == example.trueLabel
        // What passes for benign is answered by f.
        return Gallery.Item(
            png: try PNG.encode(example.masked),
            description: "the copy with suspect pixels replaced",
            verdict: verdict.isAdversarial ? "recovered: \(label)" : "not asked (\(label))",
            tint: verdict.isAdversarial ? (isRight ? .good : .poor) : .neutral)
    }

    /// p⁻ with three decimals, never rounded to certainty.
    private static func probability(_ value: Float) -> String {
        switch value {
        case ..<0.0005: "p⁻ < 0.001"
        case 0.9995...: "p⁻ > 0.999"
        default: "p⁻ \(Figure.fixed(Double(value)))"
        }
    }
}
