import LibTorch
import Testing

@testable import GRED

@Suite("A calibrated threshold")
struct ThresholdTests {
    @Test("flags no more of the images that set it than was asked for")
    func share() throws {
        var stream = RandomStream(seed: 1, purpose: "scores")
        for count in [99, 100, 101, 250, 2_000] {
            let scores = stream.normals(count)
            for rate in [0.01, 0.05, 0.2, 0.5] {
                let threshold = try Threshold(falsePositiveRate: rate, over: scores)
                let flagged = scores.count { threshold.isExceeded(by: $0) }
                #expect(Double(flagged) <= rate * Double(count + 1))
                // One more would have been too many.
                #expect(Double(flagged + 2) > rate * Double(count + 1))
            }
        }
    }

    /// The rate of a split-conformal threshold over n scores is a Beta(k, n + 1 − k) variable whose mean
    /// is k/(n + 1) ≤ r (Vovk et al. 2005).
    @Test("flags as many further images as was asked for, on average over calibrations")
    func further() throws {
        var stream = RandomStream(seed: 2, purpose: "scores")
        let (rate, calibrations) = (0.05, 400)
        var flagged = 0
        for _ in 0..<calibrations {
            let threshold = try Threshold(falsePositiveRate: rate, over: stream.normals(200))
            flagged += stream.normals(200).count { threshold.isExceeded(by: $0) }
        }
        let found = Double(flagged) / Double(calibrations * 200)
        // 10 of 201 are asked for; the deviation of the mean is below 0.001.
        #expect(abs(found - 10.0 / 201) < 0.004)
    }

    /// A score is that of the image, and of the noise that was drawn for it.
    @Test("is surer over several renditions of each image, and as large")
    func renditions() throws {
        var stream = RandomStream(seed: 3, purpose: "scores")
        func scores(of images: [Float]) -> [Float] {
            zip(images, stream.normals(images.count)).map { $0 + $1 }
        }
        let (rate, calibrations) = (0.05, 200)
        let others = scores(of: stream.normals(20_000))
        func rates(_ count: Int) throws -> [Double] {
            try (0..<calibrations).map { _ in
                let images = stream.normals(200)
                let threshold = try Threshold(
                    falsePositiveRate: rate,
                    overRenditions: (0..<count).map { _ in scores(of: images) })
                return Double(others.count { threshold.isExceeded(by: $0) }) / 20_000
            }
        }
        func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
            let mean = values.reduce(0, +) / Double(values.count)
            let squares = values.map { ($0 - mean) * ($0 - mean) }
            return (mean, squares.reduce(0, +) / Double(values.count))
        }
        let (once, often) = try (moments(rates(1)), moments(rates(8)))
        #expect(abs(once.mean - rate) < 0.006 && abs(often.mean - rate) < 0.006)
        #expect(often.variance < 0.7 * once.variance)
        let scores = stream.normals(100)
        #expect(
            try Threshold(falsePositiveRate: rate, overRenditions: [scores, scores, scores])
                == Threshold(falsePositiveRate: rate, over: scores))
        #expect(throws: CalibrationFault.tooFine(rate: 0.005, images: 100)) {
            try Threshold(falsePositiveRate: 0.005, overRenditions: [scores, scores, scores])
        }
    }

    @Test("flags at most twice the share of images that were changed harmlessly")
    func changed() throws {
        var stream = RandomStream(seed: 4, purpose: "scores")
        let clean = stream.normals(1_000)
        let (little, much, most) = (
            clean.map { $0 - 3 }, clean.map { $0 + 0.45 }, clean.map { $0 + 2 }
        )
        func threshold(_ changed: [[Float]]) throws -> Threshold {
            try Threshold(falsePositiveRate: 0.05, overRenditions: [clean], changed: changed)
        }
        // A change that lowers scores changes nothing; one that raises them raises the threshold.
        #expect(try threshold([little]) == threshold([]))
        let raised = try threshold([little, much])
        let flagged = much.count { raised.isExceeded(by: $0) }
        #expect(flagged <= 100 && flagged >= 98)
        #expect((36..<50).contains(clean.count { raised.isExceeded(by: $0) }))
        #expect(raised.falsePositiveRate == 0.05 && raised.images == 1_000)
        // What it was is kept.
        let plain = try threshold([])
        #expect(raised.logOdds > plain.logOdds && raised.unraised == plain.logOdds)
        #expect(plain.unraised == nil)
        // It is raised only as long as three quarters of what is asked for stay.
        let highest = try threshold([most])
        #expect((36...38).contains(clean.count { highest.isExceeded(by: $0) }))
        // Twice a half is everything: nothing is asked of the changed ones.
        #expect(
            try Threshold(falsePositiveRate: 0.5, overRenditions: [clean], changed: [much])
                == Threshold(falsePositiveRate: 0.5, over: clean))
    }

    @Test("is refused where so few images cannot resolve the rate, and where it is no rate")
    func refused() throws {
        let scores = [Float](repeating: 0, count: 98)
        #expect(throws: CalibrationFault.tooFine(rate: 0.01, images: 98)) {
            try Threshold(falsePositiveRate: 0.01, over: scores)
        }
        #expect("\(CalibrationFault.tooFine(rate: 0.01, images: 98))".contains("0.010"))
        _ = try Threshold(falsePositiveRate: 0.01, over: scores + [0])
        for rate in [0, 1, -0.1, 2, Double.nan] {
            #expect(throws: CalibrationFault.self) {
                try Threshold(falsePositiveRate: rate, over: scores)
            }
        }
    }

    @Test("lets no score pass that is no number")
    func notANumber() throws {
        #expect(Threshold.evenOdds.isExceeded(by: .nan))
        #expect(!Threshold.evenOdds.isExceeded(by: 0))
        // Such scores count as the highest, so that they do not lower the threshold.
        let scores = [Float](repeating: 1, count: 90) + [Float](repeating: .nan, count: 10)
        #expect(try Threshold(falsePositiveRate: 0.5, over: scores).logOdds == 1)
        let high = try Threshold(falsePositiveRate: 0.02, over: scores)
        #expect(high.logOdds.isFinite && high.isExceeded(by: .nan))
    }
}
