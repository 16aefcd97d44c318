import Foundation
import LibTorch
import TestSupport
import Testing

@testable import GREDImages

@Suite("Corruptions")
struct CorruptionTests {
    /// Written by Scripts/golden/pictures.py.
    static func golden() throws -> Golden { try Golden("corruptions", in: .module) }

    static func cases() throws -> [String: Corruption] {
        let text = try #require(try golden().metadata["cases"])
        return try JSONDecoder().decode([String: Corruption].self, from: Data(text.utf8))
    }

    /// `[1, C, H, W]` in 0…1.
    static func image(_ kind: String) throws -> Tensor {
        try golden()["from.\(kind)"].unsqueezed(0).to(.float32) / 255
    }

    static func streams(_ indices: some Sequence<Int>, seed: UInt64 = 1) -> [RandomStream] {
        indices.map { RandomStream(seed: seed, purpose: "test", index: $0) }
    }

    static func applied(_ corruption: Corruption, to images: Tensor) throws -> Tensor {
        var streams = streams(0..<images.shape[0])
        return try corruption.applied(to: images, streams: &streams)
    }

    static func bytes(_ images: Tensor) throws -> [UInt8] {
        try (images * 255).round().to(.uint8).bytes()
    }

    /// `[N, C, H, W]` of 8 bits, each image another.
    static func images(_ shape: [Int]) throws -> Tensor {
        var stream = RandomStream(seed: 7, purpose: "test images")
        let count = shape.reduce(1, *)
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &stream) }
        return try Tensor(bytes, shape: shape).to(.float32) / 255
    }

    static let each: [Corruption] = [
        .noise(l2: 0.4), .jpeg(quality: 75), .blur(sigma: 0.7), .shift(right: 1, down: -2),
        .brightness(factor: 1.2), .contrast(factor: 0.8),
    ]

    // MARK: Against Pillow, PyTorch and numpy

    @Test(
        "JPEG and shifts equal Pillow's and numpy's to the bit, the others PyTorch's to 1/255",
        arguments: ["colour", "grey"])
    func golden(kind: String) throws {
        let golden = try Self.golden()
        let cases = try Self.cases()
        #expect(cases.count == 20)
        for (name, corruption) in cases {
            let expected = try golden["to.\(kind).\(name)"].bytes()
            let found = try Self.bytes(Self.applied(corruption, to: Self.image(kind)))
            #expect(found.count == expected.count)
            let furthest = zip(found, expected).map { abs(Int($0) - Int($1)) }.max() ?? 0
            let allowed =
                switch corruption {
                case .jpeg, .shift: 0
                default: 1
                }
            #expect(furthest <= allowed, "\(name)")
        }
    }

    // MARK: Noise

    @Test("noise has the norm asked for in each image, before it is rounded")
    func norm() throws {
        let shape = ImageShape(channels: 3, height: 9, width: 7)
        let image = Planes(shape: shape, values: Array(repeating: 0.9, count: shape.count))
        for l2 in [0, 0.4, 3, 1e9] {
            var streams = Self.streams(0..<3)
            for index in streams.indices {
                let noisy = image.noisy(l2: l2, stream: &streams[index])
                let square = noisy.values.reduce(0) { $0 + ($1 - 0.9) * ($1 - 0.9) }
                #expect(abs(square.squareRoot() - l2) <= 1e-9 * max(l2, 1))
            }
        }
    }

    @Test("noise is bell-shaped, and as likely up as down")
    func shape() throws {
        let shape = ImageShape(channels: 1, height: 100, width: 100)
        let black = Planes(shape: shape, values: Array(repeating: 0, count: shape.count))
        var stream = RandomStream(seed: 1, purpose: "test")
        // The norm of 10,000 values of deviation 1.
        let values = black.noisy(l2: 100, stream: &stream).values
        #expect(abs(values.reduce(0, +) / 1e4) < 0.04)
        // A normal number lies in −1…1 with a chance of 0.6827.
        let near = values.filter { abs($0) <= 1 }.count
        #expect(abs(Double(near) / 1e4 - 0.6827) < 0.02)
    }

    @Test("noise follows from the stream: the same again, other for another seed or draw")
    func streams() throws {
        let images = try Self.images([2, 1, 8, 8])
        func noisy(_ streams: inout [RandomStream]) throws -> [UInt8] {
            try Self.bytes(Corruption.noise(l2: 1).applied(to: images, streams: &streams))
        }
        var first = Self.streams(0..<2)
        var again = Self.streams(0..<2)
        var other = Self.streams(0..<2, seed: 2)
        let once = try noisy(&first)
        #expect(try noisy(&again) == once)
        #expect(try noisy(&again) != once)
        #expect(try noisy(&other) != once)
    }

    // MARK: All of them

    @Test("an image becomes the same in whatever batch and order", arguments: each)
    func batches(corruption: Corruption) throws {
        let images = try Self.images([5, 3, 10, 12])
        var streams = Self.streams(0..<5)
        let all = try corruption.applied(to: images, streams: &streams)
        let order = [3, 0, 4]
        var some = Self.streams(order)
        let picked = try corruption.applied(to: images.rows(order), streams: &some)
        #expect(try picked.floats() == all.rows(order).floats())
    }

    @Test("images come back in their shape, in 0…1 and at 8 bits", arguments: each)
    func eightBits(corruption: Corruption) throws {
        for shape in [[2, 1, 28, 28], [1, 3, 1, 1], [3, 3, 5, 33], [0, 3, 4, 4]] {
            let images = try Self.images(shape)
            let changed = try Self.applied(corruption, to: images)
            #expect(changed.shape == shape)
            #expect(changed.dtype == .float32)
            let values = try changed.floats()
            #expect(values.allSatisfy { (0...1).contains($0) })
            let rounded = try Tensor(Self.bytes(changed), shape: shape).to(.float32) / 255
            #expect(try values == rounded.floats())
        }
    }

    @Test(
        "a setting that changes nothing changes nothing",
        arguments: [
            .noise(l2: 0), .blur(sigma: 0), .shift(right: 0, down: 0), .brightness(factor: 1),
            .contrast(factor: 1),
        ] as [Corruption])
    func nothing(corruption: Corruption) throws {
        let images = try Self.images([2, 3, 6, 5])
        #expect(try Self.applied(corruption, to: images).floats() == images.floats())
    }

    @Test(
        "the largest settings leave pixels in 0…1",
        arguments: [
            .noise(l2: .greatestFiniteMagnitude), .blur(sigma: 100),
            .shift(right: .min, down: .max), .brightness(factor: .greatestFiniteMagnitude),
            .contrast(factor: .greatestFiniteMagnitude),
        ] as [Corruption])
    func extremes(corruption: Corruption) throws {
        let changed = try Self.applied(corruption, to: Self.images([2, 1, 3, 3]))
        #expect(try changed.floats().allSatisfy { (0...1).contains($0) })
    }

    @Test("titles tell settings apart")
    func titles() {
        #expect(
            Self.each.map(\.title) == [
                "noise, L2 0.4", "JPEG quality 75", "blur σ 0.7", "shift 1 right, 2 up",
                "brightness × 1.2", "contrast × 0.8",
            ])
        #expect(Corruption.blur(sigma: 2).title == "blur σ 2")
        #expect(Corruption.shift(right: -1, down: 0).title == "shift 1 left")
        #expect(Corruption.shift(right: 0, down: 0).title == "shift 0")
    }

    // MARK: Refusals

    @Test(
        "settings outside their range are refused in one sentence",
        arguments: [
            (.jpeg(quality: 0), "expected a JPEG quality in 1…100, found JPEG quality 0;"),
            (.jpeg(quality: 101), "found JPEG quality 101;"),
            (.blur(sigma: -1), "expected a blur of σ in 0…100 pixels, found blur σ -1;"),
            (.blur(sigma: .nan), "found blur σ nan;"), (.blur(sigma: 101), "found blur σ 101;"),
            (.noise(l2: -0.5), "a finite L2 norm of 0 or more, found noise, L2 -0.5;"),
            (.noise(l2: .nan), "L2 nan"), (.noise(l2: .infinity), "L2 inf"),
            (.brightness(factor: -1), "a finite brightness factor of 0 or more, found"),
            (.brightness(factor: .nan), "brightness × nan"),
            (.contrast(factor: -1), "a finite contrast factor of 0 or more, found"),
            (.contrast(factor: .infinity), "contrast × inf"),
        ] as [(Corruption, String)])
    func settings(corruption: Corruption, part: String) throws {
        let images = try Self.images([1, 1, 4, 4])
        #expect(message { _ = try Self.applied(corruption, to: images) }.contains(part))
    }

    @Test("tensors that are no images, pixels outside 0…1 and missing streams are refused")
    func inputs() throws {
        func text(_ images: Tensor, streams count: Int, _ corruption: Corruption) -> String {
            var streams = Self.streams(0..<count)
            return message { _ = try corruption.applied(to: images, streams: &streams) }
        }
        let flat = try Tensor.zeros([2, 4])
        #expect(text(flat, streams: 2, .blur(sigma: 1)).contains("found a tensor of [2, 4]"))
        let empty = try Tensor.zeros([1, 3, 0, 4])
        #expect(text(empty, streams: 1, .blur(sigma: 1)).contains("positive sides"))
        let two = try Tensor.zeros([2, 1, 4, 4])
        #expect(text(two, streams: 1, .blur(sigma: 1)).contains("each of 2 images, found 1;"))
        for value in [Float.nan, 1.5, -0.1, .infinity] {
            let bad = try Tensor([0, value], shape: [2, 1, 1, 1])
            #expect(text(bad, streams: 2, .noise(l2: 1)).contains("found \(value) in image 1;"))
        }
        let channels = try Tensor.zeros([1, 2, 4, 4])
        #expect(text(channels, streams: 1, .jpeg(quality: 75)).contains("of 1 or 3 channels"))
    }
}
