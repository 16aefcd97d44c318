import Foundation
import GRED
import GREDCharts
import GREDClassifiers
import LibTorch

/// The labels that each way back gives to one attack's images, one an image.
struct RecoveredLabels: Codable {
    /// A way back.
    enum Way: String, Codable, CaseIterable {
        /// f_rec of this attack alone.
        case forOne = "one an attack"
        /// f_rec of all attacks.
        case forAll = "one for all"
        /// Control: fine-tuned on and asked about images that are not masked.
        case unmasked = "control: not masked"
        /// Control: as many pixels masked, anywhere.
        case random = "control: random pixels"
        /// f's second choice.
        case runnerUp = "runner-up of f"
        /// One long step against the margin's gradient.
        case stepBack = "one step back"
        /// The first other label on a descent of the margin.
        case descent = "descent"
        /// f itself on masked copies.
        case maskedCopies = "f on masked copies"
        /// f itself on copies with noise of σ 0.05.
        case noisyCopies = "f on noisy copies"
    }

    /// α of Eq. 13 for rectifiers, chosen on `guard`.
    var alpha: Double
    /// The same for f itself on masked copies.
    var classifierAlpha: Double
    /// The true labels.
    var labels: [Int]
    /// Of the adversarial copies, by ``Way``.
    var adversarial: [String: [Int]]
    /// Of their clean originals, for the two rectifiers: what they answer where a clean image is flagged.
    var clean: [String: [Int]]
}

extension PaperSetting {
    private struct RecoveryConfiguration: Encodable {
        var version = 2
        var test: Scope
        var rectifier: RectifierConfiguration
        var rendition: Rendition
        var choices: PaperChoices
        var controls: Bool
    }

    private static let recovery = "paper-recovery"

    private func recoveryConfiguration(
        _ attack: PaperAttack, _ rendition: Rendition
    ) throws -> RecoveryConfiguration {
        RecoveryConfiguration(
            test: try scope(attack, isTest: true), rectifier: try rectifierConfiguration(.forAll),
            rendition: rendition, choices: choices,
            controls: profile.rectifierControls.contains(attack))
    }

    /// Whether ``recovered(_:_:)`` needs no rectifier any more.
    func hasRecovered(_ attack: PaperAttack, _ rendition: Rendition) throws -> Bool {
        try bench.store.has(Self.recovery, recoveryConfiguration(attack, rendition))
    }

    /// What all ways back make of an attack's test images.
    func recovered(_ attack: PaperAttack, _ rendition: Rendition) throws -> RecoveredLabels {
        let configuration = try recoveryConfiguration(attack, rendition)
        let hasControls = configuration.controls
        return try bench.figures(of: Self.recovery, configuration) {
            let turned = try TurnedImages(testRecord(attack), rendition)
            let (alpha, classifierAlpha) = (try alpha(attack), try alpha(attack, for: nil))
            func images(_ tensor: Tensor) throws -> (Tensor, heights: Tensor) {
                let images = try tensor.toUnit().to(classifier.device)
                return (images, try PixelHeights.of(images, in: classifier))
            }
            var found = RecoveredLabels(
                alpha: alpha, classifierAlpha: classifierAlpha, labels: turned.labels,
                adversarial: [:], clean: [:])
            guard turned.count > 0 else { return found }
            let (adversarial, clean) = (
                try images(turned.adversarial), try images(turned.originals)
            )
            let rectifiers: [any Classifier] = [
                try rectifier(.forOne(attack, alpha: alpha, .sensitive)), try rectifier(.forAll),
            ]
            func given(_ images: Tensor, heights: Tensor) throws -> [String: [Int]] {
                let labels = try MaskedCopies(
                    alpha: alpha, choice: .sensitive, count: Int(choices.copies)
                ).labels(ofEach: rectifiers, images, heights: heights)
                return [
                    RecoveredLabels.Way.forOne.rawValue: labels[0],
                    RecoveredLabels.Way.forAll.rawValue: labels[1],
                ]
            }
            found.adversarial = try given(adversarial.0, heights: adversarial.heights)
            found.clean = try given(clean.0, heights: clean.heights)
            var others: [(RecoveredLabels.Way, any Classifier, PixelChoice)] = [
                (.maskedCopies, classifier, .sensitive)
            ]
            if hasControls {
                others += [
                    (.unmasked, try rectifier(.forOne(attack, alpha: alpha, .none)), .none),
                    (.random, try rectifier(.forOne(attack, alpha: alpha, .random)), .random),
                ]
            }
            for (way, network, choice) in others {
                let copies = MaskedCopies(
                    alpha: way == .maskedCopies ? classifierAlpha : alpha, choice: choice,
                    count: Int(choices.copies))
                found.adversarial[way.rawValue] = try copies.labels(
                    of: network, adversarial.0, heights: adversarial.heights)
            }
            for (way, labels) in try withoutTraining(adversarial.0) {
                found.adversarial[way.rawValue] = labels
            }
            return found
        }
    }

    /// The ways back that need no training.
    private func withoutTraining(_ images: Tensor) throws -> [RecoveredLabels.Way: [Int]] {
        var found: [RecoveredLabels.Way: [Int]] = [:]
        for start in stride(from: 0, to: images.shape[0], by: 256) {
            let batch = try images.sliced(start..<min(start + 256, images.shape[0]))
            let sensitivity = try classifier.inputSensitivity(of: batch)
            let own = sensitivity.labels
            func other(_ logits: Tensor) throws -> [Int] {
                try logits.replacing(own, with: -.infinity).argmax(1).ints()
            }
            found[.runnerUp, default: []] += try other(sensitivity.logits)
            found[.stepBack, default: []] += try other(
                classifier.logits(of: RecoveryMove.steppedBack(batch, sensitivity)))
            found[.descent, default: []] += try RecoveryDescent.labels(
                of: batch, sensitivity, in: classifier
            ).ints()
            found[.noisyCopies, default: []] += try noisyLabels(batch)
        }
        return found
    }

    /// What f says of 8 copies with noise of σ 0.05.
    private func noisyLabels(_ images: Tensor) throws -> [Int] {
        var streams = try GuardKey.published.streams(for: images, purpose: "noise")
        let size = images.count / max(streams.count, 1)
        var total: Tensor?
        for _ in 0..<8 {
            let noise = streams.indices.flatMap { streams[$0].normals(size) }
            let copies = try (images + Tensor(noise, shape: images.shape).to(images.device) * 0.05)
                .clamped(min: 0, max: 1)
            let said = try classifier.logits(of: copies).softmax(1)
            total = try total.map { try $0 + said } ?? said
        }
        return try total?.argmax(1).ints() ?? []
    }
}
