import Foundation
import GREDCharts

extension EvaluationPage {
    /// What a reader must not conclude from the figures.
    var limits: Section {
        var blocks: [Block] = [
            .paragraph(
                """
                All attacks here are grey-box: the attacker knows f and its weights, but not that a \
                guard stands in front of it. An attacker who knows the guard and aims at both is not \
                measured here and may do far better.
                """),
            .paragraph(
                """
                Rates are over images that f classifies rightly and that an attack turns. The \
                intervals (95%, Wilson) tell what another sample of images would change; another \
                training run, another classifier or other data may change more.
                """),
        ]
        if !report.provenance.notes.isEmpty {
            blocks.append(
                .paragraph(
                    "Made smaller, left out, or otherwise to be known of this run:\n"
                        + report.provenance.notes.map { "•\u{2002}\($0)" }.joined(separator: "\n")))
        }
        return Section("What this does not show", blocks)
    }

    /// Where the figures come from and what the terms mean.
    var details: Section {
        Section(
            "Details",
            [
                .details(title: "Provenance", text: provenance),
                .details(title: "Settings of the attacks", text: settings),
                .details(title: "Definitions", text: Self.definitions),
            ])
    }

    private var provenance: String {
        let source = report.provenance
        let lines = [
            ("command", source.command), ("seed", String(source.seed)),
            ("classifier", "SHA-256 \(source.classifier)"),
            ("test images", "\(report.dataset), \(Figure.count(report.cleanImages))"),
            ("", "SHA-256 \(source.testImages)"),
            ("libtorch", source.libtorch),
            ("device", "\(source.device), \(source.threads) threads"),
        ]
        let samples = report.attacks.map {
            (
                $0.title,
                "\(Figure.count($0.attempted)) images tried, \(Figure.count($0.samples)) in A"
            )
        }
        return aligned(lines + samples)
    }

    private var settings: String {
        aligned(
            report.attacks.map { attack in
                let settings = attack.settings.sorted { $0.key < $1.key }
                    .map { "\($0.key) \(Self.short($0.value))" }
                return (attack.title, settings.joined(separator: ", "))
            })
    }

    /// A line a pair, the names in a column of their own.
    private func aligned(_ pairs: [(name: String, value: String)]) -> String {
        let width = pairs.map(\.name.count).max() ?? 0
        return pairs.map { name, value in
            name + String(repeating: " ", count: width + 2 - name.count) + value
        }.joined(separator: "\n")
    }

    /// As few decimals as the value needs, at most 5.
    private static func short(_ value: Double) -> String {
        let digits = (0..<5).first { places in
            let scale = pow(10, Double(places))
            return abs(value * scale - (value * scale).rounded()) < 1e-9 * scale
        }
        return Figure.fixed(value, digits: digits ?? 5)
    }

    private static let definitions = """
        f               the classifier that is guarded; never changed
        A               of an attack: the images that f classifies rightly and whose adversarial
                        copy, at 8 bits, succeeds
        S               |∂L(x, ŷ)/∂x|, the input sensitivity at f's own label ŷ (Definition 3, Eq. 1)
        ℓ               the part of ln S that is the same for all pixels: −softplus(m), where m is
                        the margin of ŷ
        org, sen        the detectors CNN_org and CNN_sen, which read x and S
        p⁺, p⁻          a detector's probabilities of benign and adversarial; adversarial is p⁺ < p⁻
        joint verdict   that of the detector with the lower entropy (Eq. 12)
        accuracy        of detection: (true-negative rate + true-positive rate) / 2 over A
        false positive  a clean test image called adversarial, whether f classifies it rightly or not
        TPR at 1%       the true-positive rate with the threshold that 1% of clean images set aside
                        for it exceed
        AUROC           the probability that an adversarial copy scores above a clean one
        recovered       how often the label given back to an adversarial copy of A is right, detected
                        or not
        """
}
