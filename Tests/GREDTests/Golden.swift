import Foundation
import LibTorch
import TestSupport
import Testing

extension Golden {
    /// The values of one subject, written by `Scripts/golden/guard.py` and `universal.py`.
    init(_ subject: String) throws { try self.init(subject, in: .module) }
}

/// Expects the same shape and, within |found − expected| ≤ `tolerance` · max(1, |expected|), the
/// same numbers.
func expect(
    _ found: Tensor, near expected: Tensor, within tolerance: Double, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    try #require(found.shape == expected.shape, "\(what)", sourceLocation: sourceLocation)
    let wrong = zip(try found.doubles(), try expected.doubles()).enumerated().first { _, pair in
        // A NaN is near nothing.
        !(abs(pair.0 - pair.1) <= tolerance * max(1, abs(pair.1)))
    }
    if let wrong {
        Issue.record(
            "\(what) element \(wrong.offset): \(wrong.element.0) is not \(wrong.element.1)",
            sourceLocation: sourceLocation)
    }
}
