import Foundation
import LibTorch
import Testing

/// The golden values of one subject, written by `Scripts/golden/libtorch.py`.
struct Golden {
    private let subject: String
    private let tensors: [String: Tensor]

    init(_ subject: String) throws {
        // Results must not depend on how many processors there are; the setting is a thread's own
        // from its first operation on, so it is made wherever a test begins.
        try Engine.setThreadCount(1)
        self.subject = subject
        tensors = try Safetensors.read(Self.url(subject)).tensors
    }

    static func url(_ subject: String) throws -> URL {
        try #require(
            Bundle.module.url(
                forResource: subject, withExtension: "safetensors", subdirectory: "Golden"))
    }

    var names: [String] { tensors.keys.sorted() }

    subscript(_ name: String) -> Tensor {
        get throws {
            try #require(tensors[name], "\(subject).safetensors holds no '\(name)'")
        }
    }

    /// Tensors whose names begin with `prefix`, by the rest of their names.
    func all(_ prefix: String) -> [String: Tensor] {
        Dictionary(
            uniqueKeysWithValues: tensors.filter { $0.key.hasPrefix(prefix) }
                .map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    }
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
