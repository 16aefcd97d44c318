import Foundation
import LibTorch
import Testing

/// The values of one subject, written by `classifiers.py` or `networks.py` in `Scripts/golden`.
struct Golden {
    private let subject: String
    let tensors: [String: Tensor]
    let metadata: [String: String]

    init(_ subject: String) throws {
        try useOneThread()
        self.subject = subject
        let url = try #require(
            Bundle.module.url(
                forResource: subject, withExtension: "safetensors", subdirectory: "Golden"))
        let contents = try Safetensors.read(url)
        (tensors, metadata) = (contents.tensors, contents.metadata)
    }

    subscript(_ name: String) -> Tensor {
        get throws { try #require(tensors[name], "\(subject).safetensors holds no '\(name)'") }
    }

    /// Images in 0…1 from their 8-bit pixels.
    func images(_ name: String) throws -> Tensor { try self[name].to(.float32) / 255 }
}

/// Sums must not depend on how many processors there are; the setting is a thread's own from its
/// first operation on, so it is made wherever a test begins.
func useOneThread() throws { try Engine.setThreadCount(1) }

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

/// A folder that lasts as long as the value.
final class TemporaryFolder {
    let url = FileManager.default.temporaryDirectory
        .appending(component: "gred-tests-\(UUID().uuidString)", directoryHint: .isDirectory)

    init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Every file and folder inside, however deep.
    var contents: [String] {
        get throws { try FileManager.default.subpathsOfDirectory(atPath: url.path).sorted() }
    }
}
