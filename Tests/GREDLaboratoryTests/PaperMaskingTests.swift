import GRED
import GREDCharts
import LibTorch
import Testing

@testable import GREDLaboratory

@Suite("Masking and joint defence")
struct PaperMaskingTests {
    private func streams(_ count: Int) -> [RandomStream] {
        (0..<count).map { RandomStream(seed: 4, purpose: "masks", index: $0) }
    }

    @Test("heights: 0 for the least sensitive pixel of an image, 1 for the most")
    func heights() throws {
        let classifier = try LinearClassifier(shape: Toys.shape)
        let images = try Toys.images(6, rightFor: classifier).tensor()
        let heights = try PixelHeights.of(images, in: classifier)
        #expect(heights.shape == [6, 1, 4, 4])
        let (least, most) = (try heights.rowMinima().floats(), try heights.rowMaxima().floats())
        #expect(least.allSatisfy { $0 == 0 } && most.allSatisfy { $0 == 1 })
        // Eq. 13 as the guard computes it.
        let sensitivity = try classifier.inputSensitivity(of: images)
        for alpha in [0.15, 0.5, 0.85] {
            let suspects = try SuspectPixels.above(alpha, in: sensitivity).bools()
            let above = try (heights .> alpha).bools()
            #expect(suspects == above)
        }
    }

    @Test("the control masks as many pixels of each image, elsewhere; none masks none")
    func control() throws {
        let heights = try Tensor(
            (0..<32).map { Float($0 % 16) / 15 }, shape: [2, 1, 4, 4])
        func count(_ choice: PixelChoice, _ streams: inout [RandomStream]) throws -> [Int] {
            try choice.pixels(heights, alphas: [0.5, 0.75], streams: &streams)
                .to(.float32).rowSums().ints()
        }
        var one = streams(2)
        #expect(try count(.sensitive, &one) == [8, 4])
        #expect(try count(.random, &one) == [8, 4])
        #expect(try count(.none, &one) == [0, 0])
        var (first, second) = (streams(2), streams(2))
        let a = try PixelChoice.random.pixels(heights, alphas: [0.5, 0.5], streams: &first)
        let b = try PixelChoice.random.pixels(heights, alphas: [0.5, 0.5], streams: &second)
        let c = try PixelChoice.random.pixels(heights, alphas: [0.5, 0.5], streams: &second)
        let (x, y, z) = (try a.bools(), try b.bools(), try c.bools())
        #expect(x == y && y != z)
    }

    @Test("the top pixels of the masking study are the largest by rank")
    func top() throws {
        let map = try Tensor([3, 9, 1, 7, 5, 2, 8, 4].map(Float.init), shape: [2, 1, 2, 2])
        let mask = try PaperSetting.top(2, of: map).bools()
        #expect(mask == [false, true, false, true, true, false, true, false])
        #expect(try PaperSetting.top(0, of: map).bools().allSatisfy { !$0 })
    }

    @Test("Table 7 by hand: two clean and two adversarial images")
    func jointDefence() throws {
        // DET_GRED says: clean, flagged; flagged, missed.
        let clean = ScoreColumns([.org: [-3, 2], .raw: [1, 1], .log: [1, 1]])
        let adversarial = ScoreColumns([.org: [4, -3], .raw: [1, 2], .log: [1, 2]])
        let scores = DetectorScores(
            attempted: 3, clean: clean, adversarial: adversarial, noise: clean, medianL2: 1)
        let ways = ["one an attack": [7, 8], "one for all": [0, 8]]
        let found = RecoveredLabels(
            alpha: 0.4, classifierAlpha: 0.6, labels: [7, 8],
            adversarial: ways.merging(["descent": [7, 0]]) { $1 },
            clean: ["one an attack": [0, 8], "one for all": [0, 0]])
        let row = JointDefenceRow(.ddnU, .unrounded, found, scores: scores, data: .mnist)
        let recovered = row.recovered.mapValues(\.ours)
        #expect(recovered == ["one an attack": 1, "one for all": 0.5, "descent": 0.5])
        #expect(row.alpha == 0.4 && row.classifierAlpha == 0.6)
        #expect(row.attempted == 3 && row.succeeded == 2)
        // One an attack: the flagged clean image is answered rightly, the missed one stays wrong.
        let mixed = row.mixed.mapValues(\.ours)
        #expect(mixed["DET_GRED, one an attack"] == 0.75)
        #expect(mixed["DET_GRED, one for all"] == 0.25)
        // Only rectifiers are judged by the paper's.
        #expect(row.recovered["descent"]?.verdict == nil)
        #expect(row.recovered["one an attack"]?.verdict == .green)
    }

    @Test("several networks see the same masked copies as each would alone")
    func sameCopies() throws {
        let one = try LinearClassifier(shape: Toys.shape)
        let images = try Toys.images(6, rightFor: one).tensor()
        let heights = try PixelHeights.of(images, in: one)
        let other = try LinearClassifier(shape: Toys.shape, seed: 2)
        for choice in [PixelChoice.sensitive, .random, .none] {
            let copies = MaskedCopies(alpha: 0.5, choice: choice, count: 3)
            let together = try copies.labels(ofEach: [one, other], images, heights: heights)
            let apart = try [one, other].map {
                try copies.labels(of: $0, images, heights: heights)
            }
            #expect(together == apart)
        }
    }

    @Test("a point of Fig. 5 has the intervals of its shares of images")
    func intervals() throws {
        let curve = MaskingRateCurve(
            attack: .ddnU, images: 40,
            points: [
                .init(
                    alpha: 0.5, suspected: 0.1, classifier: 0.25, rectifier: 1,
                    classifierRandom: 0, rectifierRandom: 0.5)
            ])
        let found = try #require(curve.withIntervals().points[0].intervals)
        #expect(found.classifier == Proportion(successes: 10, of: 40).bounds)
        #expect(found.rectifier[1] == 1 && found.classifierRandom[0] == 0)
        #expect(found.rectifierRandom == Proportion(successes: 20, of: 40).bounds)
    }

    @Test("the mean of curves is taken point by point")
    func meanCurve() {
        func curve(_ values: [Double]) -> MaskingRateCurve {
            MaskingRateCurve(
                attack: .ddnU, images: 5,
                points: values.map {
                    .init(
                        alpha: 0.5, suspected: $0, classifier: $0, rectifier: 2 * $0,
                        classifierRandom: 0, rectifierRandom: $0)
                })
        }
        let mean = ReproductionReport.mean([curve([0.1, 0.4]), curve([0.3, 0.2, 0.9])])
        let (classifier, rectifier) = (
            mean.points.map(\.classifier), mean.points.map(\.rectifier)
        )
        #expect(zip(classifier, [0.2, 0.3]).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(zip(rectifier, [0.4, 0.6]).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(mean.images == 10 && classifier.count == 2)
    }
}
