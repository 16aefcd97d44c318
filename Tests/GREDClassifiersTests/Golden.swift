import Foundation
import LibTorch
import TestSupport
import Testing

extension Golden {
    /// The values of one subject, written by `classifiers.py` or `networks.py` in `Scripts/golden`.
    init(_ subject: String) throws { try self.init(subject, in: .module) }

    /// Images in 0…1 from their 8-bit pixels.
    func images(_ name: String) throws -> Tensor { try self[name].to(.float32) / 255 }
}

/// Expects the same shape and, within a share of the largest number expected, the same numbers.
func expect(
    _ found: Tensor, near expected: Tensor, within tolerance: Double, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    try #require(found.shape == expected.shape, "\(what)", sourceLocation: sourceLocation)
    let wanted = try expected.doubles()
    let largest = wanted.map(abs).max() ?? 0
    // A NaN is near nothing.
    let distances = zip(try found.doubles(), wanted).map { abs($0 - $1) / largest }
    let worst = distances.contains(where: \.isNaN) ? .nan : distances.max() ?? 0
    #expect(worst <= tolerance, "\(what)", sourceLocation: sourceLocation)
}
