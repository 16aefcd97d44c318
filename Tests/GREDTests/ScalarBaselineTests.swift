import Foundation
import LibTorch
import Testing

@testable import GRED

@Suite("A regression on three numbers")
struct ScalarBaselineTests {
    /// At the optimum of a logistic regression the weighted residuals are orthogonal to every input, up to
    /// the ridge; a wrong Newton step would not get there.
    @Test("lies at the optimum of its loss")
    func optimum() throws {
        var stream = RandomStream(seed: 3, purpose: "scalars")
        let count = 300
        let flags = (0..<count).map { $0 % 3 == 0 }
        let values = flags.flatMap { flag in
            let noise = stream.normals(3)
            return [
                noise[0] + (flag ? 1 : 0), 5 * noise[1] + noise[0], noise[2] - (flag ? 0.5 : 0),
            ]
        }
        let scalars = try Tensor(values, shape: [count, 3])
        let baseline = try ScalarBaseline(scalars: scalars, isAdversarial: flags)
        var residuals = [Double](repeating: 0, count: 4)
        for index in 0..<count {
            let row = (0..<3).map { place in
                (Double(values[3 * index + place]) - baseline.standardisation.means[place])
                    / baseline.standardisation.deviations[place]
            }
            let z = zip(baseline.weights, row).reduce(baseline.bias) { $0 + $1.0 * $1.1 }
            let share = 1 / Double(flags[index] ? 100 : 200)
            let error = share * (1 / (1 + exp(-z)) - (flags[index] ? 1 : 0))
            for (place, x) in (row + [1]).enumerated() { residuals[place] += error * x }
        }
        for (place, weight) in (baseline.weights + [baseline.bias]).enumerated() {
            #expect(abs(residuals[place] + 1e-3 * weight) < 1e-4)
        }
        #expect(baseline.weights[0] > 0.5 && baseline.weights[2] < -0.2)
    }

    @Test("is finite where the classes are apart, and where a number never changes")
    func separable() throws {
        let values = (0..<40).flatMap { place -> [Float] in
            [place < 20 ? -1 : 1, 0, Float(place)]
        }
        let scalars = try Tensor(values, shape: [40, 3])
        let baseline = try ScalarBaseline(
            scalars: scalars, isAdversarial: (0..<40).map { $0 >= 20 })
        let isFinite = (baseline.weights + [baseline.bias]).allSatisfy(\.isFinite)
        #expect(isFinite)
        #expect(baseline.weights[0] > 1)
    }
}
