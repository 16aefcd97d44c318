import Foundation
import GREDClassifiers
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDAttacks

/// Where Linux says what the process holds; elsewhere there is no such file.
private let statistics = "/proc/self/statm"

/// oneDNN keeps a primitive for every shape that it meets, and a graph that is held keeps its
/// tensors: memory would climb with every batch size and every batch.
@Suite(
    "The memory of an attack",
    .enabled(
        if: ProcessInfo.processInfo.environment["GRED_SLOW_TESTS"] != nil,
        "takes a minute: set GRED_SLOW_TESTS"),
    .enabled(if: FileManager.default.fileExists(atPath: statistics), "Linux alone"),
    .serialized)
struct MemoryTests {
    /// What the process holds now, in bytes.
    private func resident() throws -> Int {
        let fields = try String(contentsOfFile: statistics, encoding: .utf8)
            .split(separator: " ")
        return try #require(Int(fields[1])) * 4_096
    }

    @Test("does not grow with the number of images, whose finished ones leave the batch")
    func finishedImages() throws {
        try useOneThread()
        let shape = ImageShape(channels: 3, height: 32, width: 32)
        let classifier = try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: 1 / 8), inputShape: shape,
                classNames: (0..<10).map(String.init)), seed: 1)
        var stream = RandomStream(seed: 1, purpose: "memory")
        func attack(_ batches: Int) throws {
            for _ in 0..<batches {
                let images = try Tensor(
                    stream.uniforms(64 * shape.count, in: 0...1), shape: [64, 3, 32, 32])
                let labels = try Labels(classifier.predictions(for: images))
                for attack in [DeepFool() as any Attack, CW(searchSteps: 2, iterations: 20)] {
                    _ = try attack.perturb(
                        images, towards: .untargeted(labels), against: classifier,
                        seeds: ImageSeeds(seed: 1, range: 0..<64))
                }
            }
        }
        try attack(4)
        let after256 = try resident()
        try attack(16)
        let after1280 = try resident()
        let growth = Double(after1280 - after256) / Double(after256)
        #expect(growth < 0.1, "\(after256 >> 20) MB, then \(after1280 >> 20) MB")
    }
}
