import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GRED
@testable import GREDLaboratory

/// A universal guard of random networks, whose figures are counted once more, by other code.
@Suite("The figures of a universal guard")
struct UniversalEvaluationTests {
    private static let shape = ImageShape(channels: 1, height: 8, width: 8)
    private let classifier: NetworkClassifier
    /// 64 images, of which the classifier gets the first six wrong.
    private let set: ImageSet
    private let calibrate: ImageSet

    init() throws {
        try useOneThread()
        let images = try Self.images(64, seed: 3)
        let network = try Self.network(seed: 1)
        for _ in 0..<30 {
            _ = try network.network(images.tensor(), mode: .training(Generator(seed: 1)))
        }
        let right = try network.predictions(for: images.tensor()).ints()
        classifier = network
        set = try images.relabelled(
            right.enumerated().map { $0 < 6 ? ($1 + 1) % 3 : $1 }, classNames: images.classNames)
        calibrate = try Self.images(120, seed: 4)
    }

    private static func images(_ count: Int, seed: UInt64) throws -> ImageSet {
        var stream = RandomStream(seed: seed, purpose: "universal evaluation")
        let pixels = (0..<count * shape.count).map { _ in UInt8.random(in: 0...255, using: &stream)
        }
        return try ImageSet(
            name: "noise", shape: shape, classNames: ["a", "b", "c"], pixels: pixels,
            labels: Array(repeating: 0, count: count))
    }

    private static func network(seed: UInt64) throws -> NetworkClassifier {
        try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: 1 / 32), inputShape: shape,
                classNames: ["a", "b", "c"]), seed: seed)
    }

    /// Its threshold was raised for a change of clean images.
    private func sentry() throws -> Guard {
        let noise = NoisyCopies(strengths: [0.05], copies: 2)
        let images = try set.tensor()
        let sensitivity = try classifier.inputSensitivity(of: images)
        let reading = try UniversalDetector.Reading(
            images, sensitivity: sensitivity, in: classifier, readsMap: false, noise: noise,
            streams: GuardKey.published.streams(for: images, purpose: "noise"))
        let count = reading.numbers.shape[1]
        let description = UniversalDetector.Description(
            imageShape: Self.shape, readsMap: false, noise: noise, width: 4,
            planes: try Standardisation(measuring: images),
            numbers: try Standardisation(
                measuring: reading.numbers.reshaped([set.count, count, 1, 1])),
            scalarsAlone: try ScalarBaseline(
                scalars: sensitivity.scalars(), isAdversarial: (0..<set.count).map { $0 % 3 == 0 }))
        let plain = Guard(
            classifier: classifier,
            detection: .universal(try UniversalDetector(description, seed: 2)),
            rectifier: Rectifier(
                network: try Self.network(seed: 5), masking: RandomisedMasking(alpha: 0.2),
                copies: 3),
            chooser: try RecoveryChooser(
                .identity(planes: RecoveryEvidence.count(strengths: 1)), strengths: 1, seed: 6))
        let scores = try plain.inspect(calibrate.tensor(), recovery: .ofNone).verdicts
            .map(\.logOdds)
        let sorted = scores.sorted()
        let change = scores.map { $0 + sorted[110] - sorted[72] }
        return plain.with(
            .published,
            try Threshold(
                falsePositiveRate: 0.2, overRenditions: [scores], changed: [change]))
    }

    // MARK: Counting

    private func share(_ flags: [Bool]) -> Double {
        Double(flags.count { $0 }) / Double(flags.count)
    }

    /// AUROC pair by pair, and the shares above the least score that 1% and 5% of others exceed.
    private func figures(_ benign: [Float], _ adversarial: [Float], calibrate: [Float]) -> [Double]
    {
        var pairs = 0.0
        for score in adversarial {
            for other in benign { pairs += score > other ? 1 : score == other ? 0.5 : 0 }
        }
        let shares = [0.01, 0.05].map { rate -> Double in
            let limit =
                calibrate.filter { score in
                    Double(calibrate.count { $0 > score }) <= rate * Double(calibrate.count)
                }.min() ?? .infinity
            return share(adversarial.map { $0 > limit })
        }
        return [pairs / Double(benign.count * adversarial.count)] + shares
    }

    private func expect(
        _ found: [Double], _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(
            zip(found, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(found), \(expected)",
            sourceLocation: sourceLocation)
    }

    private func figures(_ row: EvaluationReport.Baseline) -> [Double] {
        [row.auroc, row.tprAt1PercentFpr, row.tprAt5PercentFpr]
    }

    @Test("in full is refused before anything is attacked where its guards could not be calibrated")
    func rateTooFine() throws {
        var recipe = UniversalRecipe.smoke
        recipe.falsePositiveRate = 0.001
        let folder = try TemporaryFolder()
        let observer = RecordingObserver()
        let data = DataSet(
            sets: try FourSets(train: calibrate, test: set, fit: 1, guard: 19, calibrate: 100))
        #expect(throws: CalibrationFault.self) {
            try recipe.evaluateFully(
                sentry(), of: classifier, on: data, bench: .inside(folder, observer: observer))
        }
        #expect(try observer.lines.isEmpty && folder.names.isEmpty)
    }

    @Test("are those of an independent count: AUROC, rates, baselines, labels given back")
    func counted() throws {
        let sentry = try sentry()
        let bench = try Workbench.inside(TemporaryFolder(), seed: 4)
        let plan = try AttackPlan(DDN(steps: 50), count: 64)
        let report = try GuardEvaluation(sentry, classifier: classifier).run(
            attacks: [plan], trainedOn: [plan.title], test: set, calibrate: calibrate, notes: [],
            bench: bench
        ).report
        let row = try #require(report.attacks.first)

        let record = try AttackExperiment(
            classifier: classifier, classifierHash: try classifier.contentHash(), bench: bench
        ).run(plan, on: set.subset(Array(6..<64)))
        let survivors = record.survivors
        try #require(survivors.count > 20 && row.samples == survivors.count && row.trainedOn)
        let images = try record.rounded.rows(survivors)
        let labels = survivors.map { record.labels[$0] }
        let adversarial = try sentry.inspect(images)
        let originals = try sentry.inspect(record.originals, recovery: .ofFlagged)
        func benign(_ scores: [Float]) -> [Float] { survivors.map { scores[$0] } }

        // The guard itself; a threshold counts each image under four keys.
        let clean = try ["", "calibration 1", "calibration 2", "calibration 3"].flatMap {
            key -> [Float] in
            let other = sentry.with(key.isEmpty ? .published : GuardKey(key), sentry.threshold)
            return try other.inspect(calibrate.tensor(), recovery: .ofNone).verdicts
                .map(\.logOdds)
        }
        expect(
            [row.auroc, row.tprAt1PercentFpr, row.tprAt5PercentFpr],
            figures(
                benign(originals.verdicts.map(\.logOdds)), adversarial.verdicts.map(\.logOdds),
                calibrate: clean))
        #expect(row.flagged == share(adversarial.verdicts.map(\.isAdversarial)))

        // ℓ, and the regression.
        let calibration = try classifier.inputSensitivity(of: calibrate.tensor())
        expect(
            figures(row.logScale),
            figures(
                benign(try originals.sensitivity.logScale.floats()),
                try adversarial.sensitivity.logScale.floats(),
                calibrate: try calibration.logScale.floats()))
        guard case .universal(let detector) = sentry.detection else { return }
        let regression = try #require(detector.description.scalarsAlone)
        expect(
            figures(try #require(row.scalars)),
            figures(
                benign(try regression.scores(originals.sensitivity)),
                try regression.scores(adversarial.sensitivity),
                calibrate: try regression.scores(calibration)))

        // False positives, at the threshold and as it was before it was raised.
        let verdicts = try sentry.inspect(set.tensor(), recovery: .ofFlagged).verdicts
        let unraised = try #require(sentry.threshold.unraised)
        #expect(report.falsePositiveRate == share(verdicts.map(\.isAdversarial)))
        #expect(
            report.unraisedFalsePositiveRate == share(verdicts.map { $0.logOdds > unraised }))
        #expect(report.falsePositiveRate <= report.unraisedFalsePositiveRate ?? 0)

        // The way back.
        #expect(
            row.recoveredAccuracy
                == share(zip(adversarial.verdicts, labels).map { $0.recoveredLabel == $1 }))
        let ways = try #require(row.recoveredBy)
        let expected = try waysBack(images, sentry)
        #expect(Set(ways.keys) == Set(expected.keys).union(["noisy_runner_up"]))
        for (name, given) in expected {
            let right = zip(given, labels).count { $0 == $1 }
            #expect(ways[name] == Double(right) / Double(labels.count), "\(name)")
            #expect(
                row.recoveredByInterval?[name]
                    == Proportion(successes: right, of: labels.count).bounds)
        }
    }

    /// The label that each way back gives, in plain code but for the descent.
    private func waysBack(_ images: Tensor, _ sentry: Guard) throws -> [String: [Int]] {
        let count = images.shape[0]
        let sensitivity = try classifier.inputSensitivity(of: images)
        let own = try sensitivity.labels.ints()
        func best(_ logits: [Double], isOther: Bool) -> [Int?] {
            (0..<count).map { image in
                (0..<3).filter { !isOther || $0 != own[image] }
                    .max { logits[3 * image + $0] < logits[3 * image + $1] }
            }
        }
        func sums(of copies: [Tensor], _ answer: (Tensor) throws -> Tensor) throws -> [Double] {
            var sums = [Double](repeating: 0, count: 3 * count)
            for copy in copies {
                for (place, value) in try answer(copy).doubles().enumerated() {
                    sums[place] += value
                }
            }
            return sums
        }
        var masks = try GuardKey.published.streams(for: images)
        let masked = try (0..<3).map { _ in
            try sentry.rectifier.masking.copies(
                of: images, sensitivity: sensitivity, streams: &masks)
        }
        var streams = try GuardKey.published.streams(for: images, purpose: "noise")
        let noisy = try (0..<8).map { _ in
            let noise = streams.indices.flatMap { streams[$0].normals(64) }
            return try (images + Tensor(noise, shape: images.shape) * 0.05).clamped(min: 0, max: 1)
        }
        let back = try classifier.logits(of: RecoveryMove.steppedBack(images, sensitivity))
        let ways: [String: [Int?]] = [
            "runner_up": best(try sensitivity.logits.doubles(), isOther: true),
            "step_back": best(try back.doubles(), isOther: true),
            "rectifier": best(
                try sums(of: masked) { try sentry.rectifier.network.logits(of: $0).softmax(1) },
                isOther: false),
            "masked_copies": best(
                try sums(of: masked) { try classifier.logits(of: $0).softmax(1) }, isOther: false),
            "noisy_copies": best(
                try sums(of: noisy) { try classifier.logits(of: $0) }, isOther: false),
            "descent": try RecoveryDescent.labels(of: images, sensitivity, in: classifier).ints(),
        ]
        return ways.mapValues { $0.compactMap { $0 } }
    }
}
