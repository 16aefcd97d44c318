import LibTorch
import Testing

@Suite("Inception v3 is torchvision's in names, shapes and logits")
struct InceptionV3Tests {
    @Test(
        "at its own size, at the least, and on grey oblong images",
        arguments: ["inception_v3", "inception_v3, least", "inception_v3, grey"])
    func agrees(_ name: String) throws {
        try FilledNetwork(name).expectAgreement()
    }

    @Test("when the weights hold an auxiliary classifier as well")
    func auxiliary() throws {
        try FilledNetwork("inception_v3, least").expectAgreement(ignoring: [
            "AuxLogits.fc.weight": .ones([100, 768]), "AuxLogits.fc.bias": .ones([100]),
        ])
    }
}
