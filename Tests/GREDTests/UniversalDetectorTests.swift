import Foundation
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GRED
@testable import GREDClassifiers

@Suite("The universal detector")
struct UniversalDetectorTests {
    let small: SmallGuard
    var classifier: any Classifier { small.sentry.classifier }

    init() throws { small = try SmallGuard(imageCount: 12) }

    static let noise = NoisyCopies(strengths: [0.02, 0.01, 0.1], copies: 3)

    private func detector(readsMap: Bool = true, noise: NoisyCopies = noise) throws
        -> UniversalDetector
    {
        try UniversalDetector(
            .init(
                imageShape: SmallGuard.shape, readsMap: readsMap, noise: noise, width: 4,
                planes: .identity(planes: readsMap ? 2 : 1),
                numbers: .identity(planes: 5 + noise.numberCount)), seed: 5)
    }

    @Test("counts what noisy copies do as a plain loop over images does")
    func noisyCopies() throws {
        let sensitivity = try classifier.inputSensitivity(of: small.images)
        var streams = try GuardKey.published.streams(for: small.images, purpose: "noise")
        let untouched = streams
        let response = try Self.noise.response(
            of: small.images, sensitivity: sensitivity, in: classifier, streams: &streams)
        let found = response.numbers
        let runnersUp = try #require(response.labelling).runnerUp.ints()
        #expect(found.shape == [12, 15])
        let numbers = try found.doubles()
        for index in 0..<12 {
            var stream = untouched[index]
            let expected = try plainNumbers(of: small.images.rows([index]), stream: &stream)
            for (place, value) in expected.enumerated() {
                #expect(abs(numbers[index * 15 + place] - value) < 1e-4)
            }
            var again = untouched[index]
            #expect(try runnersUp[index] == plainRunnerUp(of: small.images.rows([index]), &again))
        }
    }

    /// The second choice by the summed logits of the copies with the two weaker noises.
    private func plainRunnerUp(of image: Tensor, _ stream: inout RandomStream) throws -> Int? {
        let own = try classifier.predictions(for: image).ints()[0]
        var sums = [0.0, 0, 0]
        for strength in Self.noise.strengths.prefix(2) {
            for _ in 0..<Self.noise.copies {
                let noise = try Tensor(stream.normals(image.count), shape: image.shape)
                let logits = try classifier.logits(
                    of: (image + noise * strength).clamped(min: 0, max: 1)
                ).doubles()
                for label in sums.indices { sums[label] += logits[label] }
            }
        }
        return sums.indices.filter { $0 != own }.max { sums[$0] < sums[$1] }
    }

    @Test("says how near the second choice is, as plain arithmetic does")
    func nearness() throws {
        let sensitivity = try classifier.inputSensitivity(of: small.images)
        let found = try sensitivity.nearness().doubles()
        let logits = try sensitivity.logits.doubles()
        let gradients = try sensitivity.gradient.flattened(from: 1).doubles()
        let size = gradients.count / 12
        for index in 0..<12 {
            let row = logits[index * 3..<index * 3 + 3].sorted()
            let lead = log(row[2] - row[1] + 1e-3)
            let square = gradients[index * size..<(index + 1) * size].reduce(0) { $0 + $1 * $1 }
            #expect(abs(found[2 * index] - lead) < 1e-3)
            #expect(abs(found[2 * index + 1] - (lead - log(square) / 2)) < 1e-3)
        }
    }

    /// As the definition reads, in Double.
    private func plainNumbers(of image: Tensor, stream: inout RandomStream) throws -> [Double] {
        func margin(_ logits: [Double], _ label: Int) -> Double {
            let others = logits.indices.filter { $0 != label }.map { exp(logits[$0]) }
            return logits[label] - log(others.reduce(0, +))
        }
        let before = try classifier.logits(of: image).doubles()
        let label = try classifier.predictions(for: image).ints()[0]
        var result: [Double] = []
        for strength in Self.noise.strengths {
            let copies = try (0..<Self.noise.copies).map { _ in
                let noise = try Tensor(stream.normals(image.count), shape: image.shape)
                return try classifier.logits(
                    of: (image + noise * strength).clamped(min: 0, max: 1)
                ).doubles()
            }
            let margins = copies.map { margin($0, label) }
            let mean = margins.reduce(0, +) / Double(copies.count)
            let flips = copies.count { logits in
                logits.indices.max { logits[$0] < logits[$1] } != label
            }
            let rises = before.indices.filter { $0 != label }.map { other in
                copies.map { ($0[other] - $0[label]) - (before[other] - before[label]) }
                    .reduce(0, +) / Double(copies.count)
            }
            result += [
                mean, margins.min() ?? .nan, Double(flips) / Double(copies.count),
                rises.max() ?? .nan, mean - margin(before, label),
            ]
        }
        return result
    }

    @Test(
        "says of an image what it says of it among others, and twice the same",
        arguments: [true, false])
    func alone(readsMap: Bool) throws {
        let detector = try detector(readsMap: readsMap)
        let sentry = Guard(
            classifier: classifier, detection: .universal(detector),
            rectifier: small.sentry.rectifier)
        let whole = try sentry.inspect(small.images).verdicts
        #expect(try sentry.inspect(small.images).verdicts == whole)
        #expect(whole.allSatisfy { $0.org == nil && $0.sen == nil && $0.logOdds.isFinite })
        for index in [0, 7] {
            let one = try sentry.inspect(small.images.rows([index])).verdicts[0]
            #expect(abs(one.logOdds - whole[index].logOdds) < 1e-3)
        }
        let other = Guard(
            classifier: classifier, detection: .universal(detector),
            rectifier: small.sentry.rectifier, key: GuardKey("a secret"))
        #expect(try other.inspect(small.images).verdicts.map(\.logOdds) != whole.map(\.logOdds))
    }

    @Test("flags what exceeds the guard's threshold, which a bundle keeps")
    func threshold() throws {
        let plain = Guard(
            classifier: classifier, detection: .universal(try detector()),
            rectifier: small.sentry.rectifier)
        let scores = try plain.inspect(small.images).verdicts.map(\.logOdds)
        let threshold = try Threshold(falsePositiveRate: 0.25, over: scores)
        let sentry = Guard(
            classifier: classifier, detection: plain.detection, threshold: threshold,
            rectifier: small.sentry.rectifier)
        let verdicts = try sentry.inspect(small.images).verdicts
        #expect(verdicts.map(\.isAdversarial) == scores.map { $0 > threshold.logOdds })
        #expect(verdicts.count(where: \.isAdversarial) == 2)

        let folder = try TemporaryFolder().url.appending(component: "guard")
        try GuardBundle.write(sentry, training: ["at once"], madeBy: "gred 0.0.1", to: folder)
        let manifest = try GuardBundle.manifest(of: folder)
        #expect(manifest.threshold == threshold && manifest.org == nil && manifest.sen == nil)
        let read = try GuardBundle.read(folder)
        #expect(read.threshold == threshold)
        #expect(try read.inspect(small.images).verdicts == verdicts)

        // Strengths at which no copies are made would leave numbers that the network waits for.
        let file = folder.appending(component: "guard.json")
        let changed = try String(contentsOf: file, encoding: .utf8)
            .replacing(/("noise" : \{\s*"copies" : )3/) { "\($0.1)0" }
        try ManifestSeal.renewed(Data(changed.utf8)).write(to: file)
        let fault = #expect(throws: BundleFault.self) { try GuardBundle.read(folder) }
        #expect("\(try #require(fault))".contains("0 noisy copies at each of 3 strengths"))
    }

    @Test(
        "is refused in a bundle where it or what chooses beside it is damaged or missing",
        arguments: ["detector.safetensors", "chooser.safetensors"])
    func damagedPart(_ name: String) throws {
        let sentry = Guard(
            classifier: classifier, detection: .universal(try detector()),
            rectifier: small.sentry.rectifier,
            chooser: try RecoveryChooser(
                .identity(planes: RecoveryEvidence.count(strengths: 3)), strengths: 3, seed: 1))
        let outer = try TemporaryFolder()
        let folder = outer.url.appending(component: "guard")
        try GuardBundle.write(sentry, training: [], madeBy: "gred 0.0.1", to: folder)
        let read = try GuardBundle.read(folder)
        #expect(
            try read.inspect(small.images).verdicts == sentry.inspect(small.images).verdicts)

        let part = folder.appending(component: name)
        let sound = try Data(contentsOf: part)
        func expectRefusal(_ words: String) throws {
            let fault = #expect(throws: BundleFault.self) { try GuardBundle.read(folder) }
            let sentence = "\(try #require(fault))"
            #expect(sentence.contains(part.path) && sentence.contains(words), "\(sentence)")
            #expect(sentence.contains("`gred protect`"))
        }
        var damaged = sound
        damaged[sound.count / 2] ^= 1
        try damaged.write(to: part)
        try expectRefusal("its SHA-256 is not the one in guard.json")
        try sound.dropLast().write(to: part)
        try expectRefusal("it has \(sound.count - 1) bytes")
        try FileManager.default.removeItem(at: part)
        try expectRefusal("it is missing")
    }

    @Test("guards a classifier of two classes")
    func twoClasses() throws {
        let two = try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: 1 / 16), inputShape: SmallGuard.shape,
                classNames: ["a", "b"]), seed: 1)
        let sentry = Guard(
            classifier: two, detection: .universal(try detector()),
            rectifier: Rectifier(
                network: try two.copied(), masking: RandomisedMasking(alpha: 0.2), copies: 2),
            chooser: try RecoveryChooser(
                .identity(planes: RecoveryEvidence.count(strengths: 3)), strengths: 3, seed: 1))
        let inspection = try sentry.inspect(small.images)
        for verdict in inspection.verdicts {
            #expect(verdict.logOdds.isFinite)
            #expect([0, 1].contains(verdict.label) && [0, 1].contains(verdict.recoveredLabel))
        }
        let moves = try #require(inspection.moves)
        for move in [RecoveryMove.runnerUp, .noisyRunnerUp, .stepBack] {
            #expect(moves[move.rawValue] == inspection.verdicts.map { 1 - $0.label })
        }
        let folder = try TemporaryFolder()
        let place = folder.url.appending(component: "guard")
        try GuardBundle.write(sentry, training: [], madeBy: "gred 0.0.1", to: place)
        #expect(
            try GuardBundle.read(place).inspect(small.images).verdicts == inspection.verdicts)
    }

    @Test("is refused where its description does not fit, in a sentence")
    func refused() throws {
        var description = try detector().description
        description.width = 0
        #expect(throws: DetectorFault.width(0)) {
            try UniversalDetector(description, seed: 1)
        }
        description.width = 4
        description.numbers = .identity(planes: 2)
        let fault = #expect(throws: DetectorFault.self) {
            try UniversalDetector(description, seed: 1)
        }
        #expect("\(try #require(fault))".contains("20 numbers"))
        description.numbers = .identity(planes: 20)
        description.imageShape = ImageShape(channels: 1, height: 4, width: 8)
        #expect(throws: DetectorFault.imageTooSmall(description.imageShape)) {
            try UniversalDetector(description, seed: 1)
        }
    }
}
