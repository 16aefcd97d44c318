import Foundation
import LibTorch
import TestSupport
import Testing

@testable import GRED

@Suite("Standardisation")
struct StandardisationTests {
    /// Planes of very different size and place, like S and its logarithm.
    private func planes() throws -> Tensor {
        try useOneThread()
        var stream = RandomStream(seed: 2, purpose: "planes")
        let values = (0..<6).flatMap { _ in
            [(0.0, 1.0), (-12, 3), (3e-9, 1e-9), (1e4, 0.5)].flatMap { mean, deviation in
                stream.normals(35).map { Float(mean + deviation * Double($0)) }
            }
        }
        return try Tensor(values, shape: [6, 4, 5, 7])
    }

    @Test("brings each plane to mean 0 and deviation 1")
    func applied() throws {
        let planes = try planes()
        let found = try Standardisation(measuring: planes).applied(to: planes).to(.float64)
        #expect(found.shape == planes.shape)
        for plane in 0..<4 {
            let values = try found.sliced(plane..<plane + 1, dimension: 1).doubles()
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 210
            // A plane around 1e4 has steps of 1e-3.
            #expect(abs(mean) < 2e-3 && abs(variance - 1) < 2e-3, "plane \(plane)")
        }
    }

    @Test("measures in float64 what float32 could not")
    func measures() throws {
        let planes = try planes()
        let found = try Standardisation(measuring: planes)
        for plane in 0..<4 {
            let values = try planes.sliced(plane..<plane + 1, dimension: 1).doubles()
            let mean = values.reduce(0, +) / 210
            let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 210)
                .squareRoot()
            #expect(abs(found.means[plane] - mean) < 1e-12 * max(abs(mean), 1e-9))
            #expect(abs(found.deviations[plane] - deviation) < 1e-9 * deviation)
        }
    }

    @Test("measures in batches, of unequal sizes too, what it measures at once")
    func batches() throws {
        let planes = try planes()
        let whole = try Standardisation(measuring: planes)
        let ranges = [0..<1, 1..<4, 4..<6]
        let found = try Standardisation(measuringBatches: ranges.count) {
            try planes.sliced(ranges[$0])
        }
        for plane in 0..<4 {
            #expect(
                abs(found.means[plane] - whole.means[plane])
                    < 1e-12 * max(abs(whole.means[plane]), 1e-9))
            #expect(
                abs(found.deviations[plane] - whole.deviations[plane])
                    < 1e-9 * whole.deviations[plane])
        }
    }

    @Test(
        "makes a plane that never changed 0, and does not blow up what it is shown later",
        arguments: [0, 0.1, -13.7, 1e-12, 3e7])
    func constant(_ value: Double) throws {
        try useOneThread()
        let planes = try Tensor.full([3, 1, 5, 7], value)
        let found = try Standardisation(measuring: planes)
        #expect(try found.applied(to: planes).floats().allSatisfy { abs($0) < 2e-5 })
        let changed = try found.applied(to: planes * 1.01 + 0.01)
        #expect(
            try changed.floats().allSatisfy { abs($0) < 2 * (0.01 + 0.01 * abs(Float(value))) })
    }

    @Test("may leave everything as it is")
    func identity() throws {
        let planes = try planes()
        #expect(
            try Standardisation.identity(planes: 4).applied(to: planes).bytes() == planes.bytes())
    }

    @Test("is the same after it was written and read as JSON")
    func coding() throws {
        let one = try Standardisation(measuring: planes())
        let data = try JSONEncoder().encode(one)
        #expect(try JSONDecoder().decode(Standardisation.self, from: data) == one)
    }
}
