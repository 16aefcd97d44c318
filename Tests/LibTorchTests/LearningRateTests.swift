import Foundation
import LibTorch
import TestSupport
import Testing

@Suite("Learning rates")
struct LearningRateTests {
    private func expectRates(_ rate: LearningRate, _ name: String) throws {
        let expected = try Golden("learning-rates")[name].doubles()
        let found = expected.indices.map { rate.value(step: $0, of: expected.count) }
        for (step, pair) in zip(found, expected).enumerated() {
            // PyTorch multiplies its cosine along from step to step, and rounds each time.
            #expect(abs(pair.0 - pair.1) <= 1e-12, "step \(step)")
        }
    }

    @Test(
        "of one cycle are PyTorch's OneCycleLR",
        arguments: [(10, 0.3), (17, 0.25), (100, 0.1), (8, 0.5)])
    func oneCycle(_ steps: Int, _ warmUp: Double) throws {
        try expectRates(
            .oneCycle(peak: 0.3, warmUp: warmUp), "one cycle \(warmUp) of \(steps)")
    }

    @Test("of half a cosine are PyTorch's CosineAnnealingLR", arguments: [1, 10, 33])
    func cosine(_ steps: Int) throws {
        try expectRates(.cosine(start: 0.3), "cosine of \(steps)")
    }

    @Test("stay finite and within their peak for odd lengths", arguments: [0.0, 0.01, 0.5, 1.0])
    func edges(_ warmUp: Double) {
        for total in 1...12 {
            for step in 0..<total {
                let rate = LearningRate.oneCycle(peak: 0.3, warmUp: warmUp)
                    .value(step: step, of: total)
                #expect(rate.isFinite && rate > 0 && rate <= 0.3 + 1e-12, "\(step) of \(total)")
            }
        }
        #expect(LearningRate.cosine(start: 1).value(step: 0, of: 0) == 1)
        #expect(LearningRate.constant(0.1).value(step: 5, of: 3) == 0.1)
    }

    @Test(
        "survive being written down",
        arguments: [
            LearningRate.constant(0.1), .cosine(start: 0.2), .oneCycle(peak: 0.3, warmUp: 0.25),
        ])
    func codable(_ rate: LearningRate) throws {
        let text = try JSONEncoder().encode(rate)
        #expect(try JSONDecoder().decode(LearningRate.self, from: text) == rate)
    }
}
