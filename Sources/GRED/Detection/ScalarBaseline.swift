import Foundation
import LibTorch

/// A logistic regression on ℓ, ln ‖G‖₂ and the distance m/‖G‖₂ alone: what a detector with a network has to
/// beat before its network may be praised.
public struct ScalarBaseline: Sendable, Hashable, Codable {
    /// Of the three numbers.
    public var standardisation: Standardisation
    /// One for each of the three numbers.
    public var weights: [Double]
    /// Added to the weighted numbers; positive scores speak for an adversarial image.
    public var bias: Double

    /// How many numbers it reads: the first of what a detector reads.
    public static let count = InputSensitivity.scalarCount

    /// Fits the regression by Newton's method, with a little ridge so that separable classes have an
    /// optimum too.
    /// - Parameters:
    ///   - scalars: `[N, 3]`, as a detector reads them.
    ///   - isAdversarial: N flags; both classes weigh the same.
    public init(scalars: Tensor, isAdversarial: [Bool]) throws {
        let count = InputSensitivity.scalarCount
        standardisation = try Standardisation(
            measuring: scalars.reshaped([scalars.shape[0], count, 1, 1]))
        let rows = try Self.standardised(scalars, standardisation)
        let positives = Double(isAdversarial.count { $0 })
        let negatives = Double(isAdversarial.count) - positives
        var beta = [Double](repeating: 0, count: count + 1)
        for _ in 0..<30 {
            var gradient = beta.map { 1e-3 * $0 }
            var hessian = (0...count).map { row in
                (0...count).map { $0 == row ? 1e-3 : 0.0 }
            }
            for (row, flag) in zip(rows, isAdversarial) {
                let x = row + [1]
                let share = 1 / max(flag ? positives : negatives, 1)
                let p = 1 / (1 + exp(-zip(beta, x).reduce(0) { $0 + $1.0 * $1.1 }))
                for i in 0...count {
                    gradient[i] += share * (p - (flag ? 1 : 0)) * x[i]
                    for j in 0...count { hessian[i][j] += share * p * (1 - p) * x[i] * x[j] }
                }
            }
            let step = Self.solved(hessian, gradient)
            for i in 0...count { beta[i] -= step[i] }
        }
        weights = Array(beta.dropLast())
        bias = beta[count]
    }

    /// The log-odds of each image.
    public func scores(_ sensitivity: InputSensitivity) throws -> [Float] {
        try Self.standardised(sensitivity.scalars(), standardisation).map { row in
            Float(zip(weights, row).reduce(bias) { $0 + $1.0 * $1.1 })
        }
    }

    /// Within ±10 deviations, as the detector reads them.
    private static func standardised(
        _ scalars: Tensor, _ standardisation: Standardisation
    ) throws -> [[Double]] {
        let count = InputSensitivity.scalarCount
        let values = try standardisation.applied(
            to: scalars.reshaped([scalars.shape[0], count, 1, 1])
        ).clamped(min: -10, max: 10).doubles()
        return stride(from: 0, to: values.count, by: count).map {
            Array(values[$0..<$0 + count])
        }
    }

    /// Gauss's elimination; the ridge keeps the pivots away from 0.
    private static func solved(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
        var (a, b) = (matrix, right)
        for i in a.indices {
            for j in a.indices where j > i {
                let factor = a[j][i] / a[i][i]
                for k in a.indices { a[j][k] -= factor * a[i][k] }
                b[j] -= factor * b[i]
            }
        }
        var x = b
        for i in a.indices.reversed() {
            let rest = a.indices.filter { $0 > i }.reduce(0) { $0 + a[i][$1] * x[$1] }
            x[i] = (b[i] - rest) / a[i][i]
        }
        return x
    }
}
