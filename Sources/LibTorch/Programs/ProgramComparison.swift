import Foundation

/// How far a replayed program is from what Python said of the same model.
///
/// Python's side is a safetensors file: `input`, `output`, and, where they are known, `cotangent` and
/// `gradient`, the gradient by the input of Σ output · cotangent (a cotangent of ones where there is
/// none).
public struct ProgramComparison: Codable, Sendable {
    /// max |found − expected| / max(1, |expected|) over the outputs.
    public var output: Double
    /// ‖found − expected‖₂ / ‖expected‖₂ of the input gradient; nil where Python gives none.
    public var gradient: Double?

    /// Runs the program on Python's input.
    /// - Parameter index: which of the program's outputs is meant.
    public init(of replay: Replay, output index: Int = 0, with file: SafetensorsFile) throws {
        let input = try file.tensor("input")
        let expected = try file.tensor("output")
        let cotangent =
            try file.names.contains("cotangent")
            ? file.tensor("cotangent") : expected.onesLike()
        let (_, found, gradient) = try Gradient.valueAndGradient(at: input) { input in
            let output = try replay([input])[index]
            return (try (output * cotangent).sum(), output)
        }
        guard found.shape == expected.shape else {
            throw TorchError.wrongShape(expected: "\(expected.shape)", found: "\(found.shape)")
        }
        output =
            try zip(found.detached().doubles(), expected.doubles())
            .map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
        if file.names.contains("gradient") {
            let wanted = try file.tensor("gradient").to(.float64)
            let difference = try (gradient.to(.float64) - wanted).square().sum().item().squareRoot()
            let length = try wanted.square().sum().item().squareRoot()
            self.gradient = difference / max(length, .leastNormalMagnitude)
        }
    }
}
