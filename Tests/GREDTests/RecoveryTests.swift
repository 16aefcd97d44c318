import Foundation
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GRED
@testable import GREDClassifiers

@Suite("Ways back to a label")
struct RecoveryTests {
    let small: SmallGuard

    init() throws { small = try SmallGuard(imageCount: 10) }

    /// Goes by one of the numbers alone: the layers pass it on, lifted above what ReLU cuts off.
    private func chooser(going by: Int) throws -> RecoveryChooser {
        let count = RecoveryEvidence.count(strengths: 0)
        let chooser = try RecoveryChooser(.identity(planes: count), strengths: 0, seed: 1)
        for (name, value) in chooser.network.state {
            var numbers = [Float](repeating: 0, count: value.count)
            if name.hasSuffix("bias") {
                numbers[0] = 10
            } else {
                numbers[name.hasPrefix("0.") ? by : 0] = 1
            }
            try value.assign(Tensor(numbers, shape: value.shape))
        }
        return chooser
    }

    private func sentry(_ chooser: RecoveryChooser?) -> Guard {
        Guard(
            classifier: small.sentry.classifier, detection: small.sentry.detection,
            rectifier: small.sentry.rectifier, chooser: chooser)
    }

    @Test("give the label that each is defined to give")
    func moves() throws {
        let classifier = small.sentry.classifier
        let logits = try classifier.logits(of: small.images).doubles()
        let found = try sentry(nil).recoveryEvidence(of: small.images)
        #expect(found.labels.count == RecoveryMove.allCases.count)
        #expect(found.evidence.shape == [10, RecoveryEvidence.count(strengths: 0), 3, 1])
        let rectified = try small.sentry.inspect(small.images).verdicts.map(\.recoveredLabel)
        let sensitivity = try classifier.inputSensitivity(of: small.images)
        let descent = try RecoveryDescent.labels(
            of: small.images, sensitivity, in: classifier
        ).ints()
        #expect(zip(descent, try sensitivity.labels.ints()).allSatisfy { $0 != $1 })
        let stepped = try classifier.logits(
            of: RecoveryMove.steppedBack(small.images, sensitivity)
        ).doubles()
        for image in 0..<10 {
            func order(_ logits: [Double]) -> [Int] {
                (0..<3).sorted { logits[3 * image + $0] > logits[3 * image + $1] }
            }
            let ranked = order(logits)
            #expect(found.labels[RecoveryMove.keep.rawValue][image] == ranked[0])
            #expect(found.labels[RecoveryMove.runnerUp.rawValue][image] == ranked[1])
            let back = order(stepped).first { $0 != ranked[0] }
            #expect(found.labels[RecoveryMove.stepBack.rawValue][image] == back)
            #expect(found.labels[RecoveryMove.rectifier.rawValue][image] == rectified[image])
        }
    }

    /// Two classes divided by a plane: the distance is m/‖G‖, and three times it lies well behind.
    @Test("cross a straight boundary, where the first step is as long as the boundary is far")
    func straight() throws {
        let shape = ImageShape(channels: 1, height: 8, width: 8)
        let plane = Function(shape, classes: 2) { images in
            let sum = try (images - 0.5).rowSums()
            return try .stacked([sum, sum.zerosLike()], dimension: 1)
        }
        let images = try Tensor.full([3, 1, 8, 8], 0.501)
        let sensitivity = try plane.inputSensitivity(of: images)
        let stepped = try RecoveryMove.steppedBack(images, sensitivity)
        // m = 64 · 0.001 and ‖G‖² = 64, so each pixel moves by 3 · 0.364 / 64.
        let expected = 0.501 - 3 * (0.064 + 0.3) / 64
        #expect(try stepped.doubles().allSatisfy { abs($0 - expected) < 1e-5 })
        #expect(try plane.predictions(for: stepped).ints() == [1, 1, 1])
        let labels = try RecoveryDescent.labels(of: images, sensitivity, in: plane).ints()
        #expect(labels == [1, 1, 1])
    }

    @Test("are chosen between by evidence, whichever number speaks", arguments: 0..<3)
    func chosen(number: Int) throws {
        let classifier = small.sentry.classifier
        let sensitivity = try classifier.inputSensitivity(of: small.images)
        let said = try [
            sensitivity.logits,
            classifier.logits(of: RecoveryMove.steppedBack(small.images, sensitivity)),
            small.sentry.rectifier.probabilities(
                of: small.images, sensitivity: sensitivity,
                streams: GuardKey.published.streams(for: small.images)
            ).probabilities,
        ]
        let sentry = sentry(try chooser(going: number))
        let labels = try said[number].argmax(1).ints()
        #expect(try sentry.inspect(small.images).verdicts.map(\.recoveredLabel) == labels)
        // Alone or among others, an image is given the same label.
        let alone = try sentry.inspect(small.images.rows([6])).verdicts[0]
        #expect(alone.recoveredLabel == labels[6])
    }

    @Test("are weighed class by class")
    func evidence() throws {
        let found = try sentry(nil).recoveryEvidence(of: small.images).evidence.doubles()
        let logits = try small.sentry.classifier.logits(of: small.images).doubles()
        let count = RecoveryEvidence.count(strengths: 0)
        for image in 0..<10 {
            let mean = logits[3 * image..<3 * image + 3].reduce(0, +) / 3
            let own = (0..<3).max { logits[3 * image + $0] < logits[3 * image + $1] }
            for label in 0..<3 {
                let first = 3 * count * image + label
                #expect(abs(found[first] - (logits[3 * image + label] - mean)) < 1e-5)
                #expect(found[first + 3 * 3] == (label == own ? 1 : 0))
            }
        }
    }

    @Test("are kept by a bundle")
    func bundle() throws {
        let chooser = try RecoveryChooser(
            .identity(planes: RecoveryEvidence.count(strengths: 0)), strengths: 0, seed: 3)
        let folder = try TemporaryFolder()
        let place = folder.url.appending(component: "guard")
        try GuardBundle.write(sentry(chooser), training: [], madeBy: "test", to: place)
        #expect(try folder.contents.contains("guard/chooser.safetensors"))
        let read = try GuardBundle.read(place)
        #expect(
            try read.inspect(small.images).verdicts
                == sentry(chooser).inspect(small.images).verdicts)
        #expect(throws: DetectorFault.self) {
            try RecoveryChooser(.identity(planes: 2), strengths: 0, seed: 1)
        }

        // What another version weighed is other evidence, in this schema too.
        let file = place.appending(component: "guard.json")
        var fields = try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        #expect(fields["schema"] as? Int == 3)
        for (older, words) in [
            (["means": [0.0, 0], "deviations": [1.0, 1]], "numbers of evidence"),
            (["weights": [0.5, 0.5]], "'means' is missing"),
        ] as [([String: [Double]], String)] {
            fields["evidence"] = older
            try ManifestSeal.renewed(JSONSerialization.data(withJSONObject: fields))
                .write(to: file)
            let fault = #expect(throws: BundleFault.self) { try GuardBundle.read(place) }
            let sentence = "\(try #require(fault))"
            #expect(sentence.contains("`gred protect`") && sentence.contains(file.path))
            #expect(sentence.contains(words), "\(sentence)")
        }
    }
}
