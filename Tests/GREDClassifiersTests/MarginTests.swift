import Foundation
import LibTorch
import TestSupport
import Testing

@testable import GREDClassifiers

@Suite("The margin of a label")
struct MarginTests {
    /// Rows of logits: ordinary, tied, confident, hopeless, shifted far from 0.
    private static let rows: [[Double]] = [
        [1, 2, 3, -1], [0.5, 0.5, 0.5, 0.5], [400, 0, -7, 1], [-300, 20, 20, 0],
        [1000.25, 1001, 999.5, 1000],
    ]

    private func logits() throws -> Tensor {
        try useOneThread()
        return try Tensor(Self.rows.flatMap { $0.map(Float.init) }, shape: [5, 4])
    }

    @Test("is its logit less the logarithm of the others' sum", arguments: 0..<4)
    func margin(_ label: Int) throws {
        let labels = try Tensor([Int](repeating: label, count: 5))
        let found = try logits().margin(of: labels).doubles()
        for (row, margin) in zip(Self.rows, found) {
            let others = row.enumerated().filter { $0.offset != label }.map(\.element)
            let peak = try #require(others.max())
            let expected =
                row[label] - peak - log(others.reduce(0) { $0 + exp($1 - peak) })
            // The logits' own last place is 6e-5 at 1000.
            #expect(abs(margin - expected) < 2e-4, "\(row)")
        }
    }

    @Test("and its lead is its logit less the best other's, exactly", arguments: 0..<4)
    func lead(_ label: Int) throws {
        let labels = try Tensor([Int](repeating: label, count: 5))
        let found = try logits().lead(of: labels).doubles()
        for (row, lead) in zip(Self.rows, found) {
            let others = row.enumerated().filter { $0.offset != label }.map(\.element)
            #expect(lead == row[label] - (others.max() ?? 0))
        }
    }

    @Test("with two classes is the lead")
    func twoClasses() throws {
        try useOneThread()
        let logits = try Tensor([Float(3), 1, -2, 5], shape: [2, 2])
        let labels = try Tensor([0, 0])
        #expect(try logits.margin(of: labels).floats() == [2, -7])
        #expect(try logits.lead(of: labels).floats() == [2, -7])
    }

    @Test("gives the logarithm of the cross entropy's slope, whatever its size")
    func logScale() throws {
        try useOneThread()
        let margins: [Double] = [-300, -20.5, -1, 0, 1, 19.9, 20.1, 90, 400]
        let zeros = try Tensor.zeros([margins.count, 1, 1, 1])
        let pair = MarginGradient(
            gradient: zeros, margin: try Tensor(margins.map(Float.init)), logits: zeros)
        for (margin, found) in zip(margins, try pair.logScale().doubles()) {
            let expected = margin > 0 ? -margin - log1p(exp(-margin)) : -log1p(exp(margin))
            #expect(abs(found - expected) <= 1e-6 * max(1, abs(expected)), "margin \(margin)")
        }
    }
}
