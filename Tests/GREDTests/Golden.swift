import Foundation
import LibTorch
import Testing

/// The values of one subject, written by `Scripts/golden/guard.py`.
struct Golden {
    private let subject: String
    private let tensors: [String: Tensor]

    init(_ subject: String) throws {
        try useOneThread()
        self.subject = subject
        let url = try #require(
            Bundle.module.url(
                forResource: subject, withExtension: "safetensors", subdirectory: "Golden"))
        tensors = try Safetensors.read(url).tensors
    }

    subscript(_ name: String) -> Tensor {
        get throws { try #require(tensors[name], "\(subject).safetensors holds no '\(name)'") }
    }
}

/// Sums must not depend on how many processors there are; the setting is a thread's own from its
/// first operation on, so it is made wherever a test begins.
func useOneThread() throws { try Engine.setThreadCount(1) }

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
