import Foundation
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDClassifiers

/// A classifier's folder as the first version wrote it, with PyTorch's weights and logits. It stays
/// as it is when the format goes on.
@Suite("A classifier's folder of an older version")
struct OlderClassifierTests {
    private static let description = """
        {
          "architecture" : { "family" : "vgg11", "width" : 0.0625 },
          "classNames" : [ "a", "b", "c", "d", "e", "f" ],
          "inputShape" : { "channels" : 1, "height" : 28, "width" : 28 }
        }
        """

    @Test("is read, and gives PyTorch's logits")
    func read() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(
            at: Golden.url("weights", in: .module),
            to: folder.url.appending(component: "classifier.safetensors"))
        try Data(Self.description.utf8)
            .write(to: folder.url.appending(component: "classifier.json"))
        let classifier = try NetworkClassifier(folder: folder.url)
        #expect(classifier.inputShape == ImageShape(channels: 1, height: 28, width: 28))
        #expect(classifier.classNames == ["a", "b", "c", "d", "e", "f"])
        let golden = try Golden("vgg11")
        let images = try golden["1x28x28: pixels"].to(.float32) / 255
        try expect(
            classifier.logits(of: images), near: golden["1x28x28, evaluation: logits"],
            within: 1e-4)
    }
}
