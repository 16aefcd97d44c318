import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDClassifiers

@Suite("Images are admitted")
struct AdmittedTests {
    private static let shape = ImageShape(channels: 1, height: 2, width: 2)

    /// A classifier that only checks its images.
    private struct Doorkeeper: Classifier {
        let inputShape = AdmittedTests.shape
        let classNames = ["a", "b"]
        let device = Device.cpu
        func move(to device: Device) throws {}
        func logits(of images: Tensor) throws -> Tensor { try images.flattened(from: 1) }
    }

    private func admitted(_ values: [Float], count: Int = 1) throws -> Tensor {
        try useOneThread()
        return try Doorkeeper().admitted(Tensor(values, shape: [count, 1, 2, 2]))
    }

    @Test("as they are where they lie in 0…1")
    func inside() throws {
        #expect(try admitted([0, 0.25, 0.5, 1]).floats() == [0, 0.25, 0.5, 1])
    }

    @Test("within a millionth, clamped, and the caller's tensor is left alone")
    func rounding() throws {
        try useOneThread()
        let given = try Tensor([Float(-3e-8), 1 + 1e-7, -9e-7, 1 + 9e-7], shape: [1, 1, 2, 2])
        let before = try given.bytes()
        #expect(try Doorkeeper().admitted(given).floats() == [0, 1, 0, 1])
        #expect(try given.bytes() == before)
    }

    @Test(
        "but refused with the image and its value where they lie outside",
        arguments: [-0.01, 1.5, -2.1, 255, -1.1e-6, 1 + 2.1e-6, .infinity, -.infinity] as [Float])
    func outside(_ value: Float) throws {
        let values: [Float] = [0, 1, 0, 1, 0, 0.5, value, 1, 7, 7, 7, 7]
        let fault = #expect(throws: InputFault.self) { try admitted(values, count: 3) }
        #expect(fault == .range(image: 1, value: value))
        let sentence = "\(try #require(fault))"
        #expect(sentence.contains("Image 1 ") && sentence.contains("\(value)"))
        #expect(sentence.contains("255") && sentence.contains("normalisation"))
    }

    @Test("of two values outside the one that is further out is named")
    func worst() throws {
        #expect(throws: InputFault.range(image: 0, value: 1.5)) { try admitted([-0.2, 1.5, 0, 0]) }
        #expect(throws: InputFault.range(image: 0, value: -2)) { try admitted([-2, 1.5, 0, 0]) }
    }

    @Test("but refused where a value is not a number, also beside one outside")
    func notANumber() throws {
        let fault = InputFault.notANumber(image: 1)
        #expect(throws: fault) { try admitted([0, 0, 0, 0, 5, .nan, -5, 1], count: 2) }
        #expect("\(fault)".contains("Image 1 "))
    }

    @Test(
        "but refused with both shapes where theirs is another",
        arguments: [[4], [2, 2], [1, 2, 2], [1, 3, 2, 2], [1, 1, 2, 3], [0, 1, 2, 3]])
    func shape(_ shape: [Int]) throws {
        try useOneThread()
        let fault = InputFault.shape(expected: Self.shape, found: shape)
        #expect(throws: fault) { try Doorkeeper().admitted(.zeros(shape)) }
        let found = shape.map(String.init).joined(separator: "×")
        #expect("\(fault)".contains("1×2×2") && "\(fault)".contains(found))
    }

    @Test("also when there are none")
    func empty() throws {
        try useOneThread()
        #expect(try Doorkeeper().admitted(.zeros([0, 1, 2, 2])).shape == [0, 1, 2, 2])
    }
}
