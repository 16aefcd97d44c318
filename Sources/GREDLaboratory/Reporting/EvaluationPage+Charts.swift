import Foundation
import GREDCharts

extension EvaluationPage {
    /// Examples of every attack; nil without any.
    var examples: Section? {
        get throws {
            guard !findings.examples.isEmpty else { return nil }
            return Section(
                "See it work",
                [
                    .paragraph(
                        """
                        The first images on which each attack succeeds, not a selection. f is right on \
                        the original and wrong on the adversarial copy; the guard should call the copy \
                        adversarial and give the right label back.
                        """),
                    .gallery(try ExampleGallery.gallery(of: findings.examples)),
                ])
        }
    }

    /// Fig. 2: the distributions of ‖S‖₂.
    var sensitivities: Section? {
        guard !findings.logNorms.isEmpty else { return nil }
        let chart = DistributionChart(
            title: "Input sensitivity of clean and adversarial images", axisLabel: "‖S‖₂",
            groups: findings.logNorms.map { name, values in
                .init(name, log10Values: values.map { Double($0) / log(10) })
            })
        return Section(
            "How sensitive inputs are",
            [
                .paragraph(
                    """
                    The sensitivity S of an input is the size of the loss's gradient at the label \
                    that f gives: small where f is sure, large near the boundary to another label. An \
                    attack that looks for the smallest change stops just past the boundary, above \
                    clean images; one that spends a whole budget can go far past it, where f is sure \
                    again, and end below them.

                    \(sides)
                    """),
                .chart(
                    chart,
                    caption: """
                        Clean: all test images. Attacks: the adversarial copies, at 8 bits, that fool f. \
                        Each row: density, quartiles, and the range from 5% to 95%.
                        """),
            ])
    }

    /// Which attacks' medians lie above the clean one and which below, as measured.
    private var sides: String {
        let medians = findings.logNorms.map { ($0.name, Statistics.median($0.values) ?? .nan) }
        guard let (_, clean) = medians.first, clean.isFinite, medians.count > 1 else { return "" }
        let above = medians.dropFirst().filter { $0.1 > clean }.map(\.0)
        let below = medians.dropFirst().filter { $0.1 < clean }.map(\.0)
        let parts = [(above, "above"), (below, "below")].filter { !$0.0.isEmpty }
            .map { names, side in "\(names.listed) \(names.count == 1 ? "lies" : "lie") \(side)" }
        return parts.isEmpty ? "" : "By the medians here, \(parts.listed) clean images."
    }

    /// Fig. 3: the curves, for the section on detection; nil without any.
    var curves: Block? {
        guard !findings.curves.isEmpty else { return nil }
        let chart = ROCChart(
            title: "Detection over all thresholds",
            curves: findings.curves.map { name, roc in
                .init(
                    name,
                    points: roc.points.map {
                        Point(x: $0.falsePositiveRate, y: $0.truePositiveRate)
                    }, auroc: roc.auroc)
            })
        return .chart(
            chart,
            caption: """
                The clean images of A against their adversarial copies. A: the images that f classifies \
                rightly and whose copy, at 8 bits, fools it. The score is ln(p⁻/p⁺) of the detector\
                \(report.hasParts ? " that decides, the one with the lower entropy (Eq. 12)" : "").
                """)
    }

    /// How detection and recovery fare the further past the boundary an attack goes; nil where no
    /// attack was tried at three confidences or more.
    var confidences: Block? {
        let rows = report.attacks.filter {
            $0.trainedOnFamilies == nil && $0.samples > 0 && !$0.targeted
        }
        let series = ["ddn", "cw", "deepfool"].flatMap { name -> [LineChart.Series] in
            let steps = rows.filter { $0.name == name }
                .compactMap { row in row.settings["confidence"].map { ($0, row) } }
                .sorted { $0.0 < $1.0 }
            guard steps.count >= 3 else { return [] }
            return [
                LineChart.Series(
                    "\(name), detected at 1% false positives",
                    points: steps.map { Point(x: $0, y: $1.tprAt1PercentFpr) }),
                LineChart.Series(
                    "\(name), label recovered",
                    points: steps.map { Point(x: $0, y: $1.recoveredAccuracy) }),
            ]
        }
        guard !series.isEmpty else { return nil }
        return .chart(
            LineChart(
                title: "Detection and recovery against the attack's confidence",
                x: Axis("κ: nats past the boundary, at least"),
                y: Axis("share of adversarial images", range: 0...1, format: .percent),
                series: series),
            caption: """
                An attacker who knows of no guard can still go on past the boundary. A detector that was \
                trained at one confidence fails at another.
                """)
    }
}

extension [String] {
    /// `a`, `a and b`, `a, b and c`.
    var listed: String {
        count < 2
            ? joined() : dropLast().joined(separator: ", ") + " and " + self[count - 1]
    }
}
