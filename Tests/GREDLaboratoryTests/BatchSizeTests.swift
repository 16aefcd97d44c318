import GREDClassifiers
import GREDImages
import LibTorch
import Testing

@testable import GREDLaboratory

@Suite("How many images are attacked at once")
struct BatchSizeTests {
    private struct Heavy: Classifier {
        let inputShape = Toys.shape
        let classNames = ["a", "b"]
        let device = Device.cpu
        var bytes: Int?

        func move(to device: Device) throws {}
        func logits(of images: Tensor) throws -> Tensor { images }
        func bytesPerImage() throws -> Int? { bytes }
    }

    @Test("falls as an image takes more memory, in powers of two")
    func falls() throws {
        for (bytes, size) in [
            (nil, 128), (1, 128), (8 << 20, 128), (9 << 20, 64), (100 << 20, 8), (5 << 30, 1),
        ] as [(Int?, Int)] {
            let found = try BatchSize.fitting(Heavy(bytes: bytes))
            #expect(found == size, "\(String(describing: bytes))")
        }
    }

    @Test("counts what the layers of a network make")
    func network() throws {
        let shape = ImageShape(channels: 3, height: 32, width: 32)
        let classNames = (0..<10).map(String.init)
        let vgg = try NetworkClassifier(
            .init(
                architecture: Architecture(.vgg11, width: 1), inputShape: shape,
                classNames: classNames), seed: 1)
        let bytes = try #require(try vgg.bytesPerImage())
        // What its convolutions make, and as much again in batch norm and in ReLU.
        let convolutions = 4 * (64 * 1024 + 128 * 256 + 256 * 64 * 2 + 512 * 16 * 2 + 512 * 4 * 2)
        #expect(bytes > 2 * convolutions && bytes < 4 * convolutions)
        #expect(try BatchSize.fitting(vgg) == 128)
    }
}
