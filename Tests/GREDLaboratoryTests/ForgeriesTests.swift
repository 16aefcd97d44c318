import GREDImages
import LibTorch
import Testing

@testable import GREDLaboratory

@Suite("Forged perturbations")
struct ForgeriesTests {
    private let forgeries = Forgeries(around: 16.0 / 255)

    private func images(_ count: Int) throws -> Tensor { try .full([count, 3, 16, 24], 0.5) }

    @Test("are of every third image, within their radius, at 8 bits")
    func sizes() throws {
        let forged = try #require(try forgeries.copies(of: images(10), seed: 1, first: 0))
        #expect(forged.shape == [4, 3, 16, 24])
        let levels = try (forged * 255).floats()
        #expect(levels.allSatisfy { abs($0 - $0.rounded()) < 1e-3 })
        // A half lies between two levels, which rounding adds to a radius.
        for strength in try (forged - 0.5).abs().rowMaxima().floats() {
            #expect((7.5 / 255...28.5 / 255).contains(Double(strength)))
        }
    }

    @Test("have one strength, and coarse tiles among them")
    func tiles() throws {
        let forged = try #require(try forgeries.copies(of: images(90), seed: 2, first: 0))
        var coarse = 0
        for image in 0..<forged.shape[0] {
            let values = try forged.sliced(image..<image + 1).floats()
            #expect(Set(values).count <= 2)
            let changes = (1..<values.count).count { values[$0] != values[$0 - 1] }
            // Signs of single pixels change at half of the places.
            if changes < values.count / 4 { coarse += 1 }
        }
        #expect(coarse > 10)
    }

    @Test("follow from the seed and an image's place, not from its batch")
    func places() throws {
        let together = try #require(try forgeries.copies(of: images(9), seed: 3, first: 0))
        let later = try #require(try forgeries.copies(of: images(3), seed: 3, first: 6))
        #expect(try together.sliced(2..<3).floats() == later.floats())
        let other = try #require(try forgeries.copies(of: images(9), seed: 4, first: 0))
        #expect(try together.floats() != other.floats())
        #expect(try forgeries.copies(of: images(9).sliced(0..<0), seed: 3, first: 0) == nil)
    }
}
