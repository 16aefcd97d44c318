import LibTorch
import Testing

@testable import GREDLaboratory

@Suite("ROC curves")
struct ROCTests {
    /// Counted pair by pair.
    private func counted(_ clean: [Float], _ adversarial: [Float]) -> Double {
        var sum = 0.0
        for c in clean {
            for a in adversarial { sum += a > c ? 1 : a == c ? 0.5 : 0 }
        }
        return sum / Double(clean.count * adversarial.count)
    }

    @Test("five scores worked out by hand")
    func byHand() {
        // Of the six pairs 0.8 wins two, 0.4 wins one and ties in one, 0.1 loses both.
        let roc = ROC(clean: [0.2, 0.4], adversarial: [0.8, 0.4, 0.1])
        #expect(abs(roc.auroc - 3.5 / 6) < 1e-12)
        let points = roc.points.map { [$0.falsePositiveRate, $0.truePositiveRate] }
        let corners: [[Double]] = [[0, 0], [0, 1.0 / 3], [0.5, 2.0 / 3], [1, 2.0 / 3], [1, 1]]
        #expect(points == corners)
    }

    @Test("the extremes: told apart, turned round, all equal, nothing to tell")
    func extremes() {
        #expect(ROC(clean: [1, 2], adversarial: [3, 4]).auroc == 1)
        #expect(ROC(clean: [3, 4], adversarial: [1, 2]).auroc == 0)
        #expect(ROC(clean: [7, 7, 7], adversarial: [7, 7]).auroc == 0.5)
        #expect(ROC(clean: [], adversarial: [1]).auroc.isNaN)
        #expect(ROC(clean: [1], adversarial: []).auroc.isNaN)
    }

    @Test(
        "the area is the share of pairs in the right order, ties and infinities too",
        arguments: 1...12)
    func areaCountsPairs(seed: Int) {
        var stream = RandomStream(seed: UInt64(seed), purpose: "roc")
        // Few values, so that ties abound.
        let levels = [3, 10, 1000][seed % 3]
        func scores(_ count: Int, shift: Int) -> [Float] {
            (0..<count).map { _ in Float(Int.random(in: 0..<levels, using: &stream) + shift) }
        }
        var clean = scores(1 + 13 * seed, shift: 0)
        let adversarial = scores(150 - 9 * seed, shift: levels / 3)
        if seed.isMultiple(of: 4) { clean[0] = -.infinity }
        let roc = ROC(clean: clean, adversarial: adversarial)
        #expect(abs(roc.auroc - counted(clean, adversarial)) < 1e-9)
        #expect(abs(roc.auroc - trapezoids(roc)) < 1e-9)
    }

    /// The area below the corners.
    private func trapezoids(_ roc: ROC) -> Double {
        zip(roc.points, roc.points.dropFirst()).reduce(0) { sum, pair in
            let (left, right) = pair
            let width = right.falsePositiveRate - left.falsePositiveRate
            return sum + width * (right.truePositiveRate + left.truePositiveRate) / 2
        }
    }

    @Test("the curve rises from (0, 0) to (1, 1) without turning back", arguments: 1...6)
    func curveIsMonotone(seed: Int) throws {
        var stream = RandomStream(seed: UInt64(seed), purpose: "curve")
        let roc = ROC(
            clean: stream.normals(40 * seed).map { ($0 * 4).rounded() },
            adversarial: stream.normals(31).map { ($0 * 4 + 2).rounded() })
        let points = roc.points
        let (first, last) = (try #require(points.first), try #require(points.last))
        #expect(first.falsePositiveRate == 0 && first.truePositiveRate == 0)
        #expect(last.falsePositiveRate == 1 && last.truePositiveRate == 1)
        for (left, right) in zip(points, points.dropFirst()) {
            #expect(left.falsePositiveRate <= right.falsePositiveRate)
            #expect(left.truePositiveRate <= right.truePositiveRate)
        }
    }

    @Test(
        "at most the asked share lies above a threshold, and the next score below would be too low",
        arguments: [0, 0.01, 0.05, 0.5, 0.999, 1], [1, 7, 100, 250])
    func thresholdHoldsTheRate(rate: Double, count: Int) {
        var stream = RandomStream(seed: UInt64(count), purpose: "threshold")
        for scale: Float in [1000, 4] {
            let scores = stream.normals(count).map { ($0 * scale).rounded() }
            let threshold = ROC.threshold(falsePositiveRate: rate, over: scores)
            func share(above limit: Float) -> Double {
                Double(scores.filter { $0 > limit }.count) / Double(count)
            }
            #expect(share(above: threshold) <= rate)
            // The least such threshold: any lower one lets through too many.
            if threshold > -.infinity { #expect(share(above: threshold.nextDown) > rate) }
        }
    }

    /// Scores of two normal distributions a deviation apart: the area is Φ(1/√2) = 0.7602.
    @Test("the interval of the area holds it about as often as it says")
    func interval() {
        var stream = RandomStream(seed: 6, purpose: "areas")
        let covered = (0..<200).count { _ in
            let roc = ROC(
                clean: stream.normals(80), adversarial: stream.normals(60).map { $0 + 1 })
            let bounds = roc.aurocInterval
            return bounds[0] <= 0.7602 && 0.7602 <= bounds[1]
        }
        #expect((180...198).contains(covered))
    }

    /// Four deviations apart, where many samples have every pair in order: Φ(4/√2) = 0.99766.
    @Test("the interval of an area near 1 is no point, and holds it as well")
    func perfect() throws {
        var stream = RandomStream(seed: 7, purpose: "areas")
        var inOrder = 0
        let covered = (0..<200).count { _ in
            let roc = ROC(
                clean: stream.normals(40), adversarial: stream.normals(40).map { $0 + 4 })
            let bounds = roc.aurocInterval
            if roc.auroc == 1 { inOrder += 1 }
            return bounds[0] <= 0.99766 && 0.99766 <= bounds[1]
        }
        #expect(covered >= 186 && inOrder > 40)

        // By hand, for two of each: Hanley and McNeil's variance at the bound is ((1 − bound)/1.96)².
        let bounds = ROC(clean: [0, 1], adversarial: [2, 3]).aurocInterval
        #expect(bounds[1] == 1)
        let (low, gap) = (bounds[0], (1 - bounds[0]) / 1.959964)
        let (first, second) = (low / (2 - low), 2 * low * low / (1 + low))
        let variance = (low * (1 - low) + first - low * low + second - low * low) / 4
        #expect(abs(variance - gap * gap) < 1e-6 && abs(low - 0.3856) < 1e-4)
        // Turned round it is the same; less than perfect is no surer.
        #expect(ROC(clean: [2, 3], adversarial: [0, 1]).aurocInterval == [0, 1 - low])
        func lower(_ misplaced: Int) -> Double {
            let adversarial = (0..<400).map { Float($0 < misplaced ? 399 : 1_000) }
            return ROC(clean: (0..<400).map(Float.init), adversarial: adversarial).aurocInterval[0]
        }
        #expect(lower(0) > 0.995 && lower(0) < 0.996)
        #expect(lower(1) < lower(0) && lower(20) < lower(1))
        #expect(ROC(clean: [], adversarial: [1]).aurocInterval.filter { !$0.isNaN }.isEmpty)
    }

    @Test("statistics: shares and medians, also of nothing")
    func statistics() {
        #expect(Statistics.share([true, false, true, true]) == 0.75)
        #expect(Statistics.share([false]) == 0)
        #expect(Statistics.share([]).isNaN)
        #expect(Statistics.median([3, 1, 2]) == 2)
        #expect(Statistics.median([4, 1, 3, 2]) == 2.5)
        #expect(Statistics.median([5]) == 5)
        #expect(Statistics.median([]) == nil)
    }
}
