import GREDImages
import Testing

@Suite("Hand-drawn digits")
struct HandDrawnDigitsTests {
    @Test("an image follows from seed and index alone")
    func determinism() throws {
        let all = HandDrawnDigits.make(count: 40, seed: 7)
        let late = HandDrawnDigits.make(count: 10, seed: 7, startingAt: 25)
        #expect(try late.pixels == all.subset(Array(25..<35)).pixels)
        #expect(late.labels == all.subset(Array(25..<35)).labels)
        #expect(try HandDrawnDigits.make(count: 40, seed: 8).pixels != all.pixels)
    }

    @Test("the drawings are the same on every machine")
    func pinned() throws {
        let set = HandDrawnDigits.make(count: 100, seed: 1)
        let drawn = "66fceecdc36a330af3094ff92f6fce452bec37c3c06f8cd1372c6c9a22872db4"
        #expect(try set.contentHash == drawn)
    }

    @Test("labels go round and no two drawings are alike")
    func variety() throws {
        let set = HandDrawnDigits.make(count: 300, seed: 3)
        #expect(set.classCounts == Array(repeating: 30, count: 10))
        #expect(try Set(set.items).count == 300)
        #expect(HandDrawnDigits.make(count: -1, seed: 3).isEmpty)
    }

    @Test("each drawing is bright strokes on black, clear of most of the border")
    func ink() throws {
        let set = HandDrawnDigits.make(count: 200, seed: 5)
        for index in 0..<set.count {
            let bytes = try set.bytes(of: index)
            let inked = bytes.count { $0 > 0 }
            #expect((20...400).contains(inked))
            #expect((bytes.max() ?? 0) >= 180)
            let border = bytes.indices.filter {
                [0, 27].contains($0 / 28) || [0, 27].contains($0 % 28)
            }
            #expect(border.count { bytes[$0] > 0 } < 12)
        }
    }

    @Test("the nearest of 600 others tells most of them apart, and not all")
    func difficulty() throws {
        let train = HandDrawnDigits.make(count: 600, seed: 1)
        let test = HandDrawnDigits.make(count: 200, seed: 1, startingAt: 600)
        let right = try (0..<test.count).count { index in
            try label(of: test, index, byNearestIn: train) == test.labels[index]
        }
        // With 5,000 others the nearest gives 0.937, on MNIST itself 0.942.
        #expect((0.75...0.95).contains(Double(right) / 200))
    }

    private func label(of set: ImageSet, _ index: Int, byNearestIn train: ImageSet)
        throws -> Int
    {
        let size = set.shape.count
        var nearest = (distance: Int.max, label: -1)
        try set.bytes(of: index).withUnsafeBufferPointer { image in
            try train.pixels.withUnsafeBufferPointer { pixels in
                for other in 0..<train.count {
                    var distance = 0
                    var place = 0
                    while place < size {
                        let gap = Int(image[place]) - Int(pixels[other * size + place])
                        distance += gap * gap
                        place += 1
                    }
                    if distance < nearest.distance {
                        nearest = (distance, train.labels[other])
                    }
                }
            }
        }
        return nearest.label
    }
}
