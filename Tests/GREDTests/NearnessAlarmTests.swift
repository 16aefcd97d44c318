import Foundation
import LibTorch
import TestSupport
import Testing

@testable import GRED

@Suite("The alarm of nearness")
struct NearnessAlarmTests {
    let small: SmallGuard

    init() throws { small = try SmallGuard(imageCount: 12) }

    /// Scores whose share above x is exp(−(x − start)/mean), evenly spread and out of order.
    private func exponential(_ count: Int, start: Double, mean: Double) -> [Float] {
        (0..<count).map { index in
            let place = index * 7 % count
            return Float(start - mean * log((Double(place) + 0.5) / Double(count)))
        }
    }

    @Test("a tail knows how rare a score is, also one that no image had")
    func tail() throws {
        let tail = try #require(ExponentialTail(over: exponential(2_001, start: 3, mean: 0.5)))
        for share in [0.05, 0.01, 1e-3, 1e-6] {
            let score = Float(3 - 0.5 * log(share))
            #expect(abs(Double(tail.surprise(score)) + log(share)) < 0.01 * -log(share))
        }
    }

    @Test(
        "gives a nearness the log-odds that are as rare, less what it is trusted less",
        arguments: [1, 0.1, 0.02])
    func fitted(share: Double) throws {
        let alarm = try #require(
            NearnessAlarm(
                logOdds: exponential(2_001, start: -4, mean: 1.5),
                logDistances: exponential(2_001, start: 2, mean: 0.25).map { -$0 }, share: share))
        for rarity in [0.01, 1e-4] {
            let logDistance = Float(-(2 - 0.25 * log(rarity)))
            let found = try alarm.logOdds(logDistance: Tensor([logDistance])).item()
            #expect(abs(found - (-4 - 1.5 * log(rarity / share))) < 0.05)
        }
    }

    @Test("needs enough clean images, and some that differ")
    func tooFew() {
        let scores = exponential(200, start: 0, mean: 1)
        #expect(NearnessAlarm(logOdds: scores, logDistances: scores) != nil)
        let (fewer, alike) = (Array(scores.dropLast()), [Float](repeating: 1, count: 200))
        #expect(NearnessAlarm(logOdds: fewer, logDistances: fewer) == nil)
        #expect(NearnessAlarm(logOdds: scores, logDistances: alike) == nil)
        #expect(NearnessAlarm(logOdds: alike, logDistances: scores) == nil)
        // What is no number is no score.
        #expect(NearnessAlarm(logOdds: scores + [.nan], logDistances: scores + [.infinity]) != nil)
    }

    @Test("the higher of network and alarm decides, and a bundle keeps both")
    func decides() throws {
        let classifier = small.sentry.classifier
        let sensitivity = try classifier.inputSensitivity(of: small.images)
        let plain = try UniversalDetector(
            .init(
                imageShape: SmallGuard.shape, readsMap: false, noise: .none, width: 4,
                planes: .identity(planes: 1), numbers: .identity(planes: 5)), seed: 5)
        let reading = try plain.read(
            small.images, sensitivity: sensitivity, in: classifier, key: .published)
        let logDistances = try reading.logDistance().floats()
        #expect(
            try logDistances
                == sensitivity.nearness().sliced(1..<2, dimension: 1).squeezed(1).floats())
        let network = try plain.judge(reading).logit.floats()

        // Above what the network says of the nearer half.
        let middle = logDistances.sorted()[6]
        let level = try #require(network.max())
        let alarm = NearnessAlarm(offset: level + 50 * middle, slope: 50)
        var description = plain.description
        description.alarm = alarm
        let detector = UniversalDetector(description, network: plain.network)
        let found = try detector.judge(reading).logit.floats()
        for index in found.indices {
            let own = alarm.offset - alarm.slope * logDistances[index]
            #expect(abs(found[index] - max(network[index], own)) < 1e-3)
        }
        // The middle one and those that are nearer, but for what the network is as sure of.
        #expect((6...7).contains(zip(found, network).count { $0 > $1 + 1e-3 }))

        let sentry = Guard(
            classifier: classifier, detection: .universal(detector),
            threshold: try Threshold(falsePositiveRate: 0.2, over: network),
            rectifier: small.sentry.rectifier)
        let folder = try TemporaryFolder().url.appending(component: "guard")
        try GuardBundle.write(sentry, training: [], madeBy: "gred 0.0.1", to: folder)
        #expect(try GuardBundle.manifest(of: folder).detector?.alarm == alarm)
        #expect(
            try GuardBundle.read(folder).inspect(small.images).verdicts
                == sentry.inspect(small.images).verdicts)
    }

    @Test("an image of which the network says nothing sensible does not pass for benign")
    func noNumber() throws {
        let detector = try UniversalDetector(
            .init(
                imageShape: SmallGuard.shape, readsMap: false, noise: .none, width: 4,
                planes: .identity(planes: 1), numbers: .identity(planes: 5),
                alarm: NearnessAlarm(offset: -100, slope: 1)), seed: 5)
        for (name, value) in detector.network.state where name == "output.bias" {
            try value.assign(.full(value.shape, .nan))
        }
        let sentry = Guard(
            classifier: small.sentry.classifier, detection: .universal(detector),
            threshold: try Threshold(falsePositiveRate: 0.5, over: [0, 1, 2]),
            rectifier: small.sentry.rectifier)
        let verdicts = try sentry.inspect(small.images).verdicts
        #expect(verdicts.map(\.isAdversarial).allSatisfy { $0 })
    }
}
