import GREDClassifiers
import GREDImages
import LibTorch
import Testing

@testable import GRED
@testable import GREDLaboratory

@Suite("The picture of an inspected image")
struct InspectionPictureTests {
    /// A row of four pixels: the most sensitive one, one a tenth and one a ten-thousandth as sensitive, and one
    /// that was masked.
    @Test("shows image, sensitivity, both in one with what was masked, and the masked copy")
    func panels() throws {
        let image = try Tensor([0.4, 0.4, 0.4, 0.4] as [Float], shape: [1, 1, 1, 4])
        let masked = try Tensor([0.4, 0.4, 0.4, 0.8] as [Float], shape: [1, 1, 1, 4])
        let gradient = try Tensor([-2, 0.2, 0.0002, 0.02] as [Float], shape: [1, 1, 1, 4])
        let sensitivity = try InputSensitivity(
            MarginGradient(
                gradient: gradient, margin: .ones([1]),
                logits: Tensor([1, 0] as [Float], shape: [1, 2])))
        let inspection = Inspection(
            verdicts: [], sensitivity: sensitivity, masked: masked, moves: nil)
        let picture = try PNG.decode(InspectionPicture.png(of: image, inspection, at: 0))
        // 160 pixels for four.
        #expect((picture.width, picture.height, picture.channels) == (16 * 40, 40, 3))

        let grey = [102, 102, 102]
        // The ramp's ends and its middle, which stand in ColourRamp; two decades fill it.
        let (highest, middle, lowest) = ([255, 237, 179], [233, 0, 111], [0, 20, 44])
        let expected: [[Int]] = [
            grey, grey, grey, grey,
            highest, middle, lowest, lowest,
            // Half as bright; all of the colour, half of it, none of it.
            highest, [142, 25, 81], [51, 51, 51], [0, 255, 153],
            grey, grey, grey, [204, 204, 204],
        ]
        for (place, colour) in expected.enumerated() {
            for (x, y) in [(40 * place, 0), (40 * place + 39, 39)] {
                let found = picture.pixel(x, y)
                #expect(
                    zip(found, colour).allSatisfy { abs($0 - $1) <= 1 }, "\(place): \(found)")
            }
        }
    }

    @Test("is as large for colour images, in which a change of one channel counts")
    func colour() throws {
        let image = try Tensor.full([2, 3, 2, 2], 0.5)
        var values = try image.floats()
        // The second image's first pixel in its last channel.
        values[12 + 8] = 0.75
        let gradient = try Tensor.full([2, 3, 2, 2], 1)
        let inspection = Inspection(
            verdicts: [],
            sensitivity: try InputSensitivity(
                MarginGradient(
                    gradient: gradient, margin: .ones([2]),
                    logits: Tensor([1, 0, 1, 0] as [Float], shape: [2, 2]))),
            masked: try Tensor(values, shape: [2, 3, 2, 2]), moves: nil)
        let picture = try PNG.decode(InspectionPicture.png(of: image, inspection, at: 1))
        #expect((picture.width, picture.height, picture.channels) == (8 * 80, 2 * 80, 3))
        #expect(picture.pixel(4 * 80, 79) == [0, 255, 153])
        #expect(picture.pixel(5 * 80, 79) == [255, 237, 179])
        #expect(picture.pixel(6 * 80, 0)[2] == 191)
    }

    @Test(
        "small images are enlarged by a whole number, others stay",
        arguments: [(28, 6), (32, 5), (64, 3), (159, 2), (160, 1), (224, 1)])
    func enlargement(side: Int, factor: Int) throws {
        #expect(
            try InspectionPicture.enlargement(of: .zeros([1, 1, side / 2, side])) == factor)
    }
}

extension Picture {
    /// The channels of one pixel.
    fileprivate func pixel(_ x: Int, _ y: Int) -> [Int] {
        let first = (y * width + x) * channels
        return pixels[first..<first + channels].map(Int.init)
    }
}
