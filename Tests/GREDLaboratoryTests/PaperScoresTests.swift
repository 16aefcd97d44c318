import Foundation
import GRED
import GREDCharts
import GREDClassifiers
import GREDImages
import LibTorch
import Testing

@testable import GREDLaboratory

@Suite("Scores of the paper's detectors")
struct PaperScoresTests {
    @Test("Eq. 12 on log-odds takes the score of the lower entropy of Eq. 11")
    func fusion() {
        var stream = RandomStream(seed: 5, purpose: "fusion")
        let (org, sen) = (stream.normals(200).map { $0 * 3 }, stream.normals(200).map { $0 * 3 })
        func entropy(_ z: Float) -> Double {
            let p = 1 / (1 + exp(-Double(z)))
            return -(p * log2(p) + (1 - p) * log2(1 - p))
        }
        let expected = zip(org, sen).map { entropy($0) < entropy($1) ? $0 : $1 }
        #expect(PaperDetector.joined(org, sen) == expected)
        // A tie goes to CNN_sen.
        #expect(PaperDetector.joined([2], [-2]) == [-2])
        #expect(PaperDetector.joined(nil, sen) == nil)
    }

    @Test("the best threshold on one number leaves as many right as any", arguments: 1...8)
    func threshold(seed: Int) {
        var stream = RandomStream(seed: UInt64(seed), purpose: "threshold")
        let flags = (0..<40).map { _ in Bool.random(using: &stream) }
        let values = flags.map { flag in
            (stream.normals(1)[0] * 4 + (flag ? (seed.isMultiple(of: 2) ? 3 : -3) : 0)).rounded()
        }
        func right(_ threshold: Float, _ side: Float) -> Int {
            zip(values, flags).count { (side * ($0 - threshold) > 0) == $1 }
        }
        let (threshold, side) = PaperSetting.bestThreshold(values, isAdversarial: flags)
        let best =
            stride(from: Float(-20), through: 20, by: 0.5).flatMap {
                [right($0, 1), right($0, -1)]
            }.max() ?? 0
        #expect(right(threshold, side) == best)
    }

    @Test("scores have four digits, and their file gives a table's cell again")
    func file() throws {
        let columns: [ScoreColumn: [Float]] = [
            .org: [-1.234_56, 2.345_67, 0], .raw: [12_345.6, -0.000_123_456, 1e-30],
        ]
        let found = ScoreColumns(columns)
        #expect(found[.org] == [-1.235, 2.346, 0] && found[.raw]?[0] == 12_350)
        let scores = DetectorScores(
            attempted: 4, clean: found, adversarial: found, noise: found, medianL2: 1)
        let texts = ScoresFile.texts(
            [.unrounded: scores], attack: .ddnU, command: "gred reproduce")
        let text = try #require(texts.first)
        #expect(texts.count == 1)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines[0] == "# gred reproduce" && lines.count == 3 + 9)
        // The command that counts again takes the fourth and the sixth column.
        #expect(lines[2].hasPrefix("rendition,kind,image,det_org,det_sal,det_is,"))
        let row = try #require(lines.first { $0.hasPrefix("unrounded,adversarial,0,") })
        #expect(row.hasPrefix("unrounded,adversarial,0,-1.235,,1.235e+04,"))
    }

    @Test("no file of scores is above a megabyte, and none of them lacks its head")
    func largeFile() {
        let found = ScoreColumns([.org: (0..<9_000).map(Float.init)])
        let scores = DetectorScores(
            attempted: 9_000, clean: found, adversarial: found, noise: found, medianL2: 1)
        let texts = ScoresFile.texts(
            [.unrounded: scores, .rounded: scores], attack: .ddnU, command: "gred reproduce")
        #expect(texts.count > 1 && texts.allSatisfy { $0.utf8.count <= 1 << 20 })
        #expect(texts.allSatisfy { $0.hasPrefix("# gred reproduce\n# DDN-U\nrendition,") })
        let lines = texts.map { $0.split(separator: "\n").count - 3 }.reduce(0, +)
        #expect(lines == 6 * 9_000)
    }

    @Test("the paper's rule counts p⁺ ≥ p⁻ as benign, and no number as adversarial")
    func rule() {
        let share = GreyBoxRow.Detection.accuracy(
            clean: [0, -1, 2, .nan], adversarial: [0, 1, 3, .nan])
        // Right: two of the clean, three of the adversarial.
        #expect(share.successes == 5 && share.trials == 8)
    }

    @Test("ranks: equals share the mean of theirs, and ρ is what SciPy gives")
    func correlation() {
        #expect(RankCorrelation.ranks([5, 1, 1, 7]) == [3, 1.5, 1.5, 4])
        // scipy.stats.spearmanr([1, 2, 2, 4], [1, 3, 2, 4]).statistic
        #expect(abs(RankCorrelation.spearman([1, 2, 2, 4], [1, 3, 2, 4]) - 0.948_683_3) < 1e-6)
        #expect(RankCorrelation.spearman([1, 2, 3], [30, 20, 10]) == -1)
        #expect(RankCorrelation.spearman([1, 1], [1, 2]).isNaN)
    }

    @Test("the noise of the control has the norm of the attack, within 0…1")
    func noise() throws {
        var stream = RandomStream(seed: 1, purpose: "images")
        let images = try Tensor(
            (0..<4 * 64).map { _ in stream.uniform() < 0.5 ? 0 : stream.uniform() },
            shape: [4, 1, 8, 8])
        let norms: [Float] = [0.1, 0.5, 1, 2]
        let noisy = try PaperSetting.noisy(images, norms: norms, seed: 3)
        let found = try (noisy - images).rowNorms().floats()
        for (wanted, norm) in zip(norms, found) { #expect(abs(norm - wanted) < 0.05 * wanted) }
        let (least, most) = (
            try noisy.rowMinima().floats().min() ?? -1, try noisy.rowMaxima().floats().max() ?? 2
        )
        #expect(least >= 0 && most <= 1)
        let again = try PaperSetting.noisy(images, norms: norms, seed: 3).floats()
        #expect(try noisy.floats() == again)
    }

    private func network() throws -> NetworkClassifier {
        try NetworkClassifier(
            .init(
                architecture: Architecture(.vgg11, width: 0.0625),
                inputShape: ImageShape(channels: 1, height: 28, width: 28),
                classNames: ["a", "b", "c"]), seed: 7)
    }

    private func images(_ count: Int) throws -> Tensor {
        var stream = RandomStream(seed: 2, purpose: "pixels")
        return try Tensor(
            stream.uniforms(count * 784, in: 0...1), shape: [count, 1, 28, 28])
    }

    /// Of the last layer's weights, row by row.
    private func weights(_ classifier: NetworkClassifier) throws -> [[Float]] {
        let tensor = try #require(
            classifier.network.parameters.first { $0.name == "classifier.weight" }?.value)
        let width = tensor.shape[1]
        let values = try tensor.floats()
        return (0..<3).map { Array(values[$0 * width..<($0 + 1) * width]) }
    }

    @Test(
        "Eq. 5: the lead over each other class by the distance of their weights, the least of them")
    func distance() throws {
        let classifier = try network()
        let logits = try classifier.logits(of: images(5))
        let found = try #require(try GeneralisedDistance(classifier)).of(logits: logits).floats()
        let (rows, all) = (try weights(classifier), try logits.floats())
        for image in 0..<5 {
            let a = Array(all[image * 3..<image * 3 + 3])
            let m = a.indices.max { a[$0] < a[$1] } ?? 0
            let distances = a.indices.filter { $0 != m }.map { n in
                let span = zip(rows[m], rows[n]).reduce(Float(0)) {
                    $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
                }
                return (a[m] - a[n]) / span.squareRoot()
            }
            let least = distances.min() ?? -1
            #expect(abs(found[image] - least) < 1e-5 * max(least, 1))
        }
    }

    @Test("DET_sal reads a map a middle layer; of the last it is known what it must be")
    func saliency() throws {
        let classifier = try network()
        let layered = try #require(classifier.network as? any LayeredNetwork)
        #expect(layered.middleLayerCount == 4)
        let images = try images(3)
        let maps = try layered.middleSaliency(of: images)
        #expect(maps.shape == [3, 4, 28, 28])
        // The last pooled output is one pixel, from which the logits are a matrix away.
        let rows = try weights(classifier)
        let labels = try classifier.predictions(for: images).ints()
        let last = try maps.sliced(3..<4, dimension: 1).flattened(from: 1)
        let (least, most) = (try last.rowMinima().floats(), try last.rowMaxima().floats())
        for image in 0..<3 {
            let expected = rows[labels[image]].map(abs).max() ?? -1
            #expect(abs(least[image] - expected) < 1e-6 && abs(most[image] - expected) < 1e-6)
        }
        let logits = try layered.middleLayers(of: images).logits.floats()
        #expect(try logits == classifier.logits(of: images).floats())
    }

    @Test("a detector of saliency maps is refused where nobody makes them")
    func noSaliency() throws {
        let reading = try #require(Detector.Reading(rawValue: "4 saliency maps"))
        #expect(reading == .saliency(maps: 4) && reading.rawValue == "4 saliency maps")
        let classifier = try network()
        let images = try images(1)
        let sensitivity = try classifier.inputSensitivity(of: images)
        #expect(throws: DetectorFault.noSaliency) {
            try reading.planes(images: images, sensitivity: sensitivity)
        }
    }
}
