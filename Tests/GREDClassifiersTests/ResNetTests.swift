import Foundation
import TestSupport
import Testing

@testable import GREDClassifiers

@Suite("ResNet is torchvision's in names, shapes and logits")
struct ResNetTests {
    @Test(
        "at every depth",
        arguments: ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"])
    func depths(_ name: String) throws {
        try FilledNetwork(name).expectAgreement()
    }

    @Test(
        "on grey images with odd sides, for a few classes",
        arguments: ["resnet18, grey", "resnet50, grey"])
    func grey(_ name: String) throws {
        try FilledNetwork(name).expectAgreement()
    }

    @Test("when it is read from a file with torchvision's names")
    func file() throws {
        let filled = try FilledNetwork("resnet18")
        let folder = try TemporaryFolder()
        try filled.write(to: folder.url)
        try filled.expectAgreement(of: NetworkClassifier(folder: folder.url))
    }
}
