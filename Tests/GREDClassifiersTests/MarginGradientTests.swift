import Foundation
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDClassifiers

@Suite("The margin's gradient agrees with float64 however confident the classifier is")
struct MarginGradientTests {
    static let margins = [1, 20, 90, 120, 400]

    /// A classifier whose middle margin is as asked for, its images, and what float64 says.
    private struct Subject {
        let classifier: NetworkClassifier
        let images: Tensor
        /// S/‖S‖₂ of each image.
        let maps: [[Double]]
        /// ln ‖S‖₂ of each image.
        let logNorms: [Double]
        let margins: [Double]

        init(margin: Int) throws {
            let golden = try Golden("sensitivity")
            images = try golden.images("pixels")
            maps = try rows(of: golden["\(margin): map"])
            logNorms = try golden["\(margin): log norm"].doubles()
            margins = try golden["\(margin): margin"].doubles()
            var weights = try Golden("weights").tensors
            let scale = try golden["\(margin): scale"].item()
            for name in ["classifier.weight", "classifier.bias"] {
                weights[name] = try #require(weights[name]) * scale
            }
            classifier = try NetworkClassifier(
                .init(
                    architecture: .init(.vgg11, width: 1 / 16),
                    inputShape: ImageShape(channels: 1, height: 12, width: 12),
                    classNames: (0..<6).map { "class \($0)" }),
                seed: 1)
            try classifier.network.load(weights)
        }
    }

    /// How far a map is from float64's, image by image.
    private struct Errors {
        /// ‖found − expected‖₂ of maps of length 1.
        var maps: [Double]
        /// |Δ ln ‖S‖₂|.
        var logNorms: [Double]

        /// - Parameter logScales: ℓ of each image, where the map is |G| and not S.
        init(_ gradient: Tensor, logScales: [Double], _ subject: Subject) throws {
            let found = try rows(of: gradient.abs())
            let lengths = found.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
            maps = zip(zip(found, lengths), subject.maps).map { found, expected in
                zip(found.0, expected).reduce(0) { sum, pair in
                    let difference = found.1 > 0 ? pair.0 / found.1 - pair.1 : pair.1
                    return sum + difference * difference
                }.squareRoot()
            }
            logNorms = lengths.indices.map {
                abs(logScales[$0] + log(lengths[$0]) - subject.logNorms[$0])
            }
        }
    }

    @Test("in shape and in size", arguments: margins)
    func agrees(_ margin: Int) throws {
        let subject = try Subject(margin: margin)
        let pair = try subject.classifier.marginGradient(of: subject.images)
        let errors = try Errors(
            pair.gradient, logScales: pair.logScale().doubles(), subject)
        let largestSize = try #require(errors.logNorms.max())
        let good = errors.maps.count { $0 < 1e-3 }
        print(
            "The margin's gradient at a margin of \(margin): relative L2 of the map, median",
            String(format: "%.1e", median(errors.maps)), "and largest",
            String(format: "%.1e;", errors.maps.max() ?? .nan),
            "\(good) of \(errors.maps.count) images below 1e-3; |Δ ln‖S‖₂| at most",
            String(format: "%.1e", largestSize))
        #expect(errors.maps.count == 64)
        #expect(median(errors.maps) <= 3e-4)
        #expect(Double(good) >= 0.9 * Double(errors.maps.count))
        #expect(largestSize <= 1e-3)
        #expect(abs(median(subject.margins) - Double(margin)) < 0.02 * Double(margin))
        for (found, expected) in zip(try pair.margin.doubles(), subject.margins) {
            #expect(abs(found - expected) < 1e-3)
        }
    }

    @Test(
        "where cross entropy in float32 does not: its map is wrong, and then empty",
        arguments: margins)
    func naive(_ margin: Int) throws {
        let subject = try Subject(margin: margin)
        let labels = try subject.classifier.predictions(for: subject.images)
        let (_, gradient) = try Gradient.valueAndGradient(at: subject.images) { images in
            try subject.classifier.logits(of: images).crossEntropy(labels) * 64
        }
        let errors = try Errors(
            gradient, logScales: [Double](repeating: 0, count: 64), subject)
        let empty = try gradient.abs().rowMaxima().floats().count(where: \.isZero)
        print(
            "Cross entropy in float32 at a margin of \(margin): relative L2 of the map, median",
            String(format: "%.1e;", median(errors.maps)), "\(empty) of 64 maps are empty")
        switch margin {
        case 1: #expect(median(errors.maps) < 3e-4)
        case 20: #expect(median(errors.maps) > 1e-2)
        case 90: #expect(median(errors.maps) > 0.1)
        default: #expect(empty > 32)
        }
    }

    @Test("and is taken at the labels that it is asked for, the classifier's own by default")
    func labels() throws {
        let subject = try Subject(margin: 1)
        let own = try subject.classifier.marginGradient(of: subject.images)
        let predicted = try subject.classifier.predictions(for: subject.images)
        #expect(try own.logits.argmax(1).ints() == predicted.ints())
        let same = try subject.classifier.marginGradient(of: subject.images, at: predicted)
        #expect(try same.gradient.bytes() == own.gradient.bytes())

        let other = try Tensor(predicted.ints().map { ($0 + 1) % 6 })
        let elsewhere = try subject.classifier.marginGradient(of: subject.images, at: other)
        #expect(try elsewhere.margin.bytes() == elsewhere.logits.margin(of: other).bytes())
        // Finite differences along the gradient itself: m(x + h·G) − m(x − h·G) = 2h·‖G‖².
        let length = try elsewhere.gradient.rowNorms().doubles()
        let step = try elsewhere.gradient * 1e-3
        let ahead = try subject.classifier.logits(of: subject.images + step).margin(of: other)
        let behind = try subject.classifier.logits(of: subject.images - step).margin(of: other)
        let rise = try (ahead - behind).doubles()
        let ratios = zip(rise, length).map { $0 / (2e-3 * $1 * $1) }
        #expect(abs(median(ratios) - 1) < 0.02)
    }
}

private func rows(of maps: Tensor) throws -> [[Double]] {
    let all = try maps.doubles()
    let size = maps.count / maps.shape[0]
    return stride(from: 0, to: all.count, by: size).map { Array(all[$0..<$0 + size]) }
}

private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
