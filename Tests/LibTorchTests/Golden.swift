import Foundation
import LibTorch
import TestSupport
import Testing

extension Golden {
    /// The values of one subject, written by `Scripts/golden/libtorch.py`.
    init(_ subject: String) throws { try self.init(subject, in: .module) }

    static func url(_ subject: String) throws -> URL { try url(subject, in: .module) }
}

/// Expects the same shape and, within |found − expected| ≤ `tolerance` · max(1, |expected|), the
/// same numbers; infinities and NaN must stand in the same places.
func expect(
    _ found: Tensor, near expected: Tensor, within tolerance: Double = 1e-12,
    _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(found.shape == expected.shape, "\(what)", sourceLocation: sourceLocation)
    guard found.shape == expected.shape else { return }
    let pairs = zip(try found.doubles(), try expected.doubles())
    let wrong = pairs.enumerated().first { _, pair in
        !isNear(pair.0, pair.1, within: tolerance)
    }
    if let wrong {
        Issue.record(
            "\(what) element \(wrong.offset): \(wrong.element.0) is not \(wrong.element.1)",
            sourceLocation: sourceLocation)
    }
}

private func isNear(_ found: Double, _ expected: Double, within tolerance: Double) -> Bool {
    if expected.isNaN { return found.isNaN }
    if expected.isInfinite { return found == expected }
    return abs(found - expected) <= tolerance * max(1, abs(expected))
}
