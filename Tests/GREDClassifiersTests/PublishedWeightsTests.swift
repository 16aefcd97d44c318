import Foundation
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDClassifiers

@Suite("Weights that somebody else published")
struct PublishedWeightsTests {
    private let folder: TemporaryFolder
    private let file: URL
    private let shape = ImageShape(channels: 3, height: 32, width: 32)
    private let network: any Layer
    private let images: Tensor

    init() throws {
        try Engine.setThreadCount(1)
        folder = try TemporaryFolder()
        file = folder.url.appending(component: "resnet18.safetensors")
        network = try Architecture(.resnet18, width: 1).network(shape: shape, classes: 6, seed: 3)
        try Safetensors.write(network.state, to: file)
        var stream = RandomStream(seed: 1, purpose: "published weights")
        images = try Tensor(stream.uniforms(2 * shape.count, in: 0...1), shape: [2, 3, 32, 32])
    }

    /// What the network says of images that are normalised by hand.
    private func expected() throws -> Tensor {
        let mean = try Tensor([0.485, 0.456, 0.406] as [Float], shape: [1, 3, 1, 1])
        let std = try Tensor([0.229, 0.224, 0.225] as [Float], shape: [1, 3, 1, 1])
        return try network((images - mean) / std)
    }

    private func apart(_ one: Tensor, _ other: Tensor) throws -> Float {
        try (one - other).abs().floats().max() ?? .nan
    }

    private static let all = ["a", "b", "c", "d", "e", "f"]

    @Test("see images as they were normalised in training, and keep the classes that the data has")
    func rows() throws {
        let whole = try PublishedWeights(file).classifier(
            Architecture(.resnet18), shape: shape, classNames: Self.all)
        let expected = try expected()
        #expect(try apart(whole.logits(of: images), expected) < 1e-5)

        let some = try PublishedWeights(file, classes: Self.all).classifier(
            Architecture(.resnet18), shape: shape, classNames: ["e", "b"])
        let two = try Tensor.concatenated(
            [4, 1].map { try expected.sliced($0..<$0 + 1, dimension: 1) }, dimension: 1)
        #expect(try apart(some.logits(of: images), two) < 1e-5)
        // The frozen copy, the layered view and a classifier that was stored say the same.
        #expect(try apart(some.frozen().logits(of: images), two) < 1e-4)
        let layered = try #require(some.network as? any LayeredNetwork)
        let middle = try layered.middleLayers(of: images)
        #expect(middle.outputs.count == 4)
        #expect(try apart(middle.logits, two) < 1e-5)
        let place = folder.url.appending(component: "stored")
        try some.save(to: place)
        let stored = try NetworkClassifier(folder: place)
        #expect(try apart(stored.logits(of: images), two) < 1e-5)
        #expect(try stored.contentHash() == some.contentHash())
    }

    @Test("of Inception v3 see −1…1 at 299×299, and show no middle layers")
    func inception() throws {
        #expect(Normalisation.imageNet(for: .inceptionV3).mean == [0.5, 0.5, 0.5])
        let shape = ImageShape(channels: 3, height: 40, width: 60)
        let file = folder.url.appending(component: "inception.safetensors")
        let whole = ImageShape(channels: 3, height: 299, width: 299)
        let network = try Architecture(.inceptionV3).network(shape: whole, classes: 2, seed: 3)
        try Safetensors.write(network.state, to: file)
        let classifier = try PublishedWeights(file).classifier(
            Architecture(.inceptionV3), shape: shape, classNames: ["a", "b"])
        let images = try Tensor.full([1, 3, 40, 60], 0.75)
        let expected = try network(Tensor.full([1, 3, 299, 299], 0.5))
        #expect(try apart(classifier.logits(of: images), expected) < 1e-5)
        #expect(classifier.network as? any LayeredNetwork == nil)
        // Gradients are those of the images' own pixels, and a folder on disk remembers the size.
        #expect(try classifier.marginGradient(of: images).gradient.shape == [1, 3, 40, 60])
        let place = folder.url.appending(component: "scaled")
        try classifier.save(to: place)
        #expect(try NetworkClassifier(folder: place).description.networkSide == 299)
    }

    @Test("see images at another size as they are scaled by hand, and no size that is none")
    func scaled() throws {
        let description = NetworkClassifier.Description(
            architecture: Architecture(.vgg11, width: 1 / 16), inputShape: shape,
            classNames: Self.all, networkSide: 48)
        let classifier = try NetworkClassifier(description, seed: 4)
        let network = try description.architecture.network(
            shape: ImageShape(channels: 3, height: 48, width: 48), classes: 6, seed: 4)
        let expected = try network(images.resized(height: 48, width: 48))
        #expect(try apart(classifier.logits(of: images), expected) < 1e-5)
        let layered = try #require(classifier.network as? any LayeredNetwork)
        #expect(try apart(layered.middleLayers(of: images).logits, expected) < 1e-5)
        for side in [0, -1, 1 << 20] {
            var absurd = description
            absurd.networkSide = side
            #expect(throws: ClassifierFault.self) { try NetworkClassifier(absurd, seed: 0) }
        }
    }

    @Test("are refused where they do not fit")
    func refusals() throws {
        #expect(throws: PublishedWeightsFault.self) {
            try PublishedWeights(file).classifier(
                Architecture(.resnet18), shape: shape, classNames: ["a", "b"])
        }
        #expect(throws: PublishedWeightsFault.unknownClass("z")) {
            try PublishedWeights(file, classes: Self.all).classifier(
                Architecture(.resnet18), shape: shape, classNames: ["a", "z"])
        }
        #expect(throws: PublishedWeightsFault.self) {
            try PublishedWeights(file).classifier(
                Architecture(.vgg11), shape: shape, classNames: Self.all)
        }
        #expect(throws: TorchError.self) {
            try PublishedWeights(file).classifier(
                Architecture(.resnet34), shape: shape, classNames: Self.all)
        }
        let list = folder.url.appending(component: "classes.txt")
        #expect(throws: PublishedWeightsFault.unreadableClasses(path: list.path)) {
            try PublishedWeights(file, classesIn: list)
        }
        try Data("a\nb\r\n\n c \nd\ne\nf\n".utf8).write(to: list)
        #expect(try PublishedWeights(file, classesIn: list).classes == Self.all)
        #expect(throws: ClassifierFault.self) {
            try NetworkClassifier(
                .init(
                    architecture: Architecture(.resnet18), inputShape: shape,
                    classNames: Self.all,
                    normalisation: Normalisation(mean: [0, 0, 0], std: [1, 0, 1])), seed: 0)
        }
    }
}
