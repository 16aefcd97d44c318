import Foundation
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GRED
@testable import GREDClassifiers

@Suite("The input sensitivity")
struct InputSensitivityTests {
    /// What Python computed, and the same network here.
    private struct Subject {
        let golden: Golden
        let classifier: Function
        let images: Tensor

        init() throws {
            let golden = try Golden("sensitivity")
            let (hidden, output) = (try golden["hidden"], try golden["output"])
            self.golden = golden
            images = try golden["images"]
            classifier = Function(ImageShape(channels: 2, height: 3, width: 4), classes: 4) {
                try $0.flattened(from: 1).linear(hidden).tanh().linear(output)
            }
        }
    }

    @Test("is that of cross entropy at the classifier's own labels")
    func agrees() throws {
        let subject = try Subject()
        let found = try subject.classifier.inputSensitivity(of: subject.images)
        #expect(try found.labels.ints() == subject.golden["labels"].ints())
        #expect(
            try found.labels.ints() == subject.classifier.predictions(for: subject.images).ints())
        #expect(Set(try found.labels.ints()).count > 1)
        try expect(found.margin, near: subject.golden["margin"], within: 1e-5, "margin")
        try expect(found.logNorms(), near: subject.golden["log norm"], within: 1e-5, "log norm")
        try expect(found.logMap(), near: subject.golden["log map"], within: 1e-3, "log map")

        // Image by image: one with a small sensitivity must be as near as one with a large.
        let raw = try found.raw()
        let expected = try subject.golden["raw"]
        let distances = try (raw.to(.float64) - expected).rowNorms().doubles()
        for (distance, size) in zip(distances, try expected.rowNorms().doubles()) {
            #expect(distance <= 1e-5 * size)
        }
    }

    @Test(
        "is the same where a constant is added to all logits, to what float32 keeps of them",
        arguments: [1e3, 1e4, -1e4])
    func shiftedLogits(constant: Double) throws {
        let subject = try Subject()
        let shifted = Function(subject.classifier.inputShape, classes: 4) {
            try subject.classifier.logits(of: $0) + constant
        }
        let expected = try subject.classifier.inputSensitivity(of: subject.images)
        let found = try shifted.inputSensitivity(of: subject.images)
        #expect(try found.labels.ints() == expected.labels.ints())
        // Image by image, of the map as a network reads it. Of a logit of 10,000 float32 keeps a
        // thousandth, which is as much of these probabilities.
        let tolerance: Float = abs(constant) < 1e4 ? 1e-3 : 3e-3
        let map = try expected.logMap()
        let distances = try (found.logMap() - map).rowNorms().floats()
        for (distance, size) in zip(distances, try map.rowNorms().floats()) {
            #expect(distance <= tolerance * size)
        }
    }

    @Test("raw is e^ℓ·|G|")
    func raw() throws {
        let subject = try Subject()
        let pair = try subject.classifier.marginGradient(of: subject.images)
        let found = try subject.classifier.inputSensitivity(of: subject.images)
        let size = subject.images.count / subject.images.shape[0]
        let scales = try pair.logScale().doubles()
        let expected = try pair.gradient.doubles().enumerated().map {
            exp(scales[$0.offset / size]) * abs($0.element)
        }
        try expect(
            found.raw(), near: Tensor(expected, shape: subject.images.shape), within: 1e-6)
        #expect(try found.map.bytes() == pair.gradient.abs().bytes())
        #expect(try found.logScale.bytes() == pair.logScale().bytes())
    }

    @Test("on the logarithmic scale lies in −16…0, and each image's largest pixel is exactly 0")
    func logMap() throws {
        try useOneThread()
        let values: [Float] = [
            1, 0.5, 1e-3, 0, 3e-20, 1e-30, 2e-20, 0, 4e30, 1, 1e25, -4e30, 0, 0, -7e-4, 0,
        ]
        let found = try sensitivity(map: Tensor(values, shape: [4, 1, 2, 2])).logMap()
        let expected: [Float] = [
            0, log(0.5), log(1e-3), -16, 0, -16, log(2) - log(3), -16, 0, -16, log(2.5e-6), 0,
            -16, -16, 0, -16,
        ]
        try expect(found, near: Tensor(expected, shape: [4, 1, 2, 2]), within: 1e-6)
        #expect(try found.rowMaxima().floats() == [0, 0, 0, 0])
        #expect(try found.rowMinima().floats().allSatisfy { $0 >= -16 })
    }

    @Test("of a classifier that ignores its images is nothing, and nothing of it is NaN")
    func zero() throws {
        try useOneThread()
        let shape = ImageShape(channels: 1, height: 2, width: 3)
        let indifferent = Function(shape, classes: 3) {
            try $0.flattened(from: 1).linear(.zeros([3, 6])) + Tensor([Float(1), 5, 2])
        }
        let found = try indifferent.inputSensitivity(of: randomImages(4, shape))
        #expect(try found.labels.ints() == [1, 1, 1, 1])
        #expect(try found.map.floats().allSatisfy { $0.isZero })
        #expect(try found.raw().floats().allSatisfy { $0.isZero })
        #expect(try found.logMap().floats().allSatisfy { $0 == -16 })
        #expect(try found.logNorms().isFinite().allTrue())
        for form in SensitivityForm.allCases {
            #expect(try form.planes(of: found).isFinite().allTrue())
        }
    }

    @Test("raw underflows where the classifier is confident, the pair does not")
    func confident() throws {
        let subject = try Subject()
        let (hidden, output) = (try subject.golden["hidden"], try subject.golden["output"] * 200)
        let confident = Function(subject.classifier.inputShape, classes: 4) {
            try $0.flattened(from: 1).linear(hidden).tanh().linear(output)
        }
        let found = try confident.inputSensitivity(of: subject.images)
        let sure = try found.margin.floats().enumerated().filter { $0.element > 120 }.map(\.offset)
        try #require(sure.count > 4)
        #expect(try found.rows(sure).raw().floats().allSatisfy { $0.isZero })
        #expect(try found.rows(sure).map.rowMaxima().floats().allSatisfy { $0 > 1e-3 })
        #expect(try found.rows(sure).logNorms().isFinite().allTrue())
    }

    @Test("of a pixel is the largest over its channels")
    func pixels() throws {
        try useOneThread()
        let map = try Tensor([Float(1), 2, 3, 4, 5, 1, 0, 4], shape: [1, 2, 2, 2])
        let found = try sensitivity(map: map).pixelMap()
        #expect(found.shape == [1, 2, 2])
        #expect(try found.floats() == [5, 2, 3, 4])
    }

    @Test("of many images is that of few at a time", arguments: [1, 3, 5, 16, 100])
    func many(_ batchSize: Int) throws {
        let subject = try Subject()
        let whole = try subject.classifier.inputSensitivity(of: subject.images)
        let parts = try subject.classifier.inputSensitivity(
            ofMany: subject.images, batchSize: batchSize)
        try expect(parts.map, near: whole.map, within: 1e-5)
        try expect(parts.logScale, near: whole.logScale, within: 1e-5)
        try expect(parts.margin, near: whole.margin, within: 1e-5)
        #expect(try parts.labels.ints() == whole.labels.ints())
        let few = try whole.rows([4, 0])
        #expect(try few.map.bytes() == whole.map.rows([4, 0]).bytes())
        #expect(try few.labels.ints() == whole.labels.rows([4, 0]).ints())
    }
}

@Suite("The planes that CNN_sen reads")
struct SensitivityFormTests {
    @Test("are S itself in the paper's form")
    func raw() throws {
        try useOneThread()
        let map = try randomImages(2, ImageShape(channels: 3, height: 2, width: 2))
        let found = try sensitivity(map: map)
        #expect(SensitivityForm.raw.planes(channels: 3) == 3)
        #expect(try SensitivityForm.raw.planes(of: found).bytes() == found.raw().bytes())
    }

    @Test("are the logarithmic map, ℓ and ln‖G‖₂ in ours, the last two constant over an image")
    func logarithmic() throws {
        try useOneThread()
        let map = try randomImages(2, ImageShape(channels: 3, height: 2, width: 5))
        let found = try sensitivity(map: map)
        let planes = try SensitivityForm.logarithmic.planes(of: found)
        #expect(planes.shape == [2, 5, 2, 5])
        #expect(SensitivityForm.logarithmic.planes(channels: 3) == 5)
        #expect(try planes.sliced(0..<3, dimension: 1).bytes() == found.logMap().bytes())
        let norms = try map.rowNorms().doubles()
        for image in 0..<2 {
            let values = try planes.rows([image]).sliced(3..<5, dimension: 1).doubles()
            #expect(values.prefix(10).allSatisfy { abs($0 + log1p(exp(1.0))) < 1e-6 })
            #expect(values.suffix(10).allSatisfy { abs($0 - log(norms[image])) < 1e-5 })
        }
    }
}
