import Foundation
import TestSupport
import Testing

@testable import GREDClassifiers

@Suite("CWnet is PyTorch's in names, shapes and logits")
struct CWnetTests {
    @Test(
        "for grey, colour and oblong images",
        arguments: ["cwnet, grey", "cwnet, colour", "cwnet, oblong"])
    func agrees(_ name: String) throws {
        try FilledNetwork(name).expectAgreement()
    }

    @Test("when it is read from a file")
    func file() throws {
        let filled = try FilledNetwork("cwnet, grey")
        let folder = try TemporaryFolder()
        try filled.write(to: folder.url)
        try filled.expectAgreement(of: NetworkClassifier(folder: folder.url))
    }
}
