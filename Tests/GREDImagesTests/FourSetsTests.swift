import GREDImages
import Testing

@testable import GREDImages

@Suite("Four sets")
struct FourSetsTests {
    private func split(
        _ train: ImageSet, _ test: ImageSet, seed: UInt64 = 0
    ) throws -> FourSets {
        try FourSets(train: train, test: test, fit: 601, guard: 217, calibrate: 102, seed: seed)
    }

    @Test("sizes are exact and no image lies in two sets")
    func disjoint() throws {
        let train = try randomSet(1000, classes: 7, seed: 1)
        let sets = try split(train, randomSet(300, classes: 7, seed: 2))
        #expect(sets.fit.count == 601)
        #expect(sets.guard.count == 217)
        #expect(sets.calibrate.count == 102)
        #expect(sets.test.count == 300)
        #expect(sets.leftOut == 0)
        let all = try sets.fit.items + sets.guard.items + sets.calibrate.items
        #expect(Set(all).count == 920)
        #expect(try Set(all).isSubset(of: train.items))
        #expect(try Set(all).isDisjoint(with: sets.test.items))
    }

    @Test("everything can be shared out")
    func exhaustive() throws {
        let train = try randomSet(1000, classes: 7, seed: 1)
        let sets = try FourSets(
            train: train, test: randomSet(30, classes: 7, seed: 2), fit: 333, guard: 333,
            calibrate: 334)
        let all = try sets.fit.items + sets.guard.items + sets.calibrate.items
        #expect(try Set(all) == Set(train.items))
    }

    @Test("the order of the files does not matter, and the seed does")
    func order() throws {
        let train = try randomSet(1000, classes: 7, seed: 1)
        let test = try randomSet(300, classes: 7, seed: 2)
        let sets = try split(train, test)
        var random = SplitMix64(seed: 9, index: 9)
        let shuffled = try split(
            train.subset(Array(train.labels.indices).shuffled(using: &random)),
            test.subset(Array(test.labels.indices).shuffled(using: &random)))
        for part in [\FourSets.fit, \.guard, \.calibrate, \.test] {
            #expect(try sets[keyPath: part].contentHash == shuffled[keyPath: part].contentHash)
        }
        let other = try split(train, test, seed: 1)
        #expect(try other.fit.contentHash != sets.fit.contentHash)
        #expect(try Set(other.fit.items) != Set(sets.fit.items))
    }

    @Test("each set holds the classes in proportion, and so does any prefix")
    func balance() throws {
        let train = try randomSet(1000, classes: 7, seed: 1)
        let sets = try split(train, randomSet(300, classes: 7, seed: 2))
        let shares = train.classCounts.map { Double($0) / 1000 }
        for set in [sets.fit, sets.guard, sets.calibrate] {
            for (count, share) in zip(set.classCounts, shares) {
                #expect(abs(Double(count) - share * Double(set.count)) <= 1)
            }
        }
        for set in [sets.fit, sets.guard, sets.calibrate, sets.test] {
            for length in stride(from: 1, to: set.count, by: 7) {
                for (some, all) in zip(set.prefix(length).classCounts, set.classCounts) {
                    let exact = Double(all * length) / Double(set.count)
                    #expect(abs(Double(some) - exact) <= 2)
                }
            }
        }
    }

    @Test("the rank is SHA-256 of the seed and the pixels, as written in the documentation")
    func rank() throws {
        // Sorted by hashlib.sha256(struct.pack("<q", 5) + bytes([i])).digest() in Python.
        let expected: [UInt8] = [3, 0, 6, 8, 9, 1, 4, 5, 2, 7]
        let shape = ImageShape(channels: 1, height: 1, width: 1)
        func set(_ pixels: ClosedRange<UInt8>) throws -> ImageSet {
            try ImageSet(
                name: "bytes", shape: shape, classNames: ["any"], pixels: Array(pixels),
                labels: pixels.map { _ in 0 })
        }
        let sets = try FourSets(
            train: set(0...9), test: set(10...10), fit: 5, guard: 3, calibrate: 2, seed: 5)
        #expect(try sets.fit.pixels + sets.guard.pixels + sets.calibrate.pixels == expected)
    }

    @Test("copies of an image stay together", arguments: 0..<20 as Range<UInt64>)
    func copies(seed: UInt64) throws {
        let distinct = try randomSet(400, classes: 3, seed: 4)
        var random = SplitMix64(seed: seed, index: 0)
        // Half as many again, so that runs of two and three occur at every border.
        let extra = (0..<200).map { _ in Int.random(in: 0..<400, using: &random) }
        let train = distinct.subset(Array(0..<400) + extra)
        let sets = try FourSets(
            train: train, test: randomSet(10, classes: 3, seed: 5), fit: 301, guard: 151,
            calibrate: 101, seed: seed)
        let parts = [sets.fit, sets.guard, sets.calibrate]
        #expect(parts.map(\.count) == [301, 151, 101])
        for (index, part) in parts.enumerated() {
            for other in parts[(index + 1)...] {
                #expect(try Set(part.items).isDisjoint(with: other.items))
            }
        }
    }

    @Test("images of the test set and images with two labels are left out")
    func leftOut() throws {
        let test = try randomSet(30, classes: 3, seed: 5)
        let fresh = try randomSet(100, classes: 3, seed: 6)
        let twice = fresh.subset([0, 1])
        let train = try ImageSet(
            name: "mixed", shape: fresh.shape, classNames: fresh.classNames,
            pixels: try fresh.pixels + test.pixels + twice.pixels,
            labels: fresh.labels + test.labels + twice.labels.map { ($0 + 1) % 3 })
        let sets = try FourSets(train: train, test: test, fit: 50, guard: 30, calibrate: 18)
        #expect(sets.leftOut == 34)
        let clean = try fresh.subset(Array(2..<100)).items
        #expect(
            try Set(sets.fit.items + sets.guard.items + sets.calibrate.items) == Set(clean))
        let text = message {
            _ = try FourSets(train: train, test: test, fit: 50, guard: 30, calibrate: 19)
        }
        #expect(text.contains("expected at least 99 images to share out, found 98 (34 more"))
    }

    @Test("sizes that cannot be filled are refused")
    func refusals() throws {
        let train = try randomSet(20, classes: 2, seed: 1)
        func fault(_ train: ImageSet, _ fit: Int, _ guardCount: Int) -> String {
            message {
                _ = try FourSets(
                    train: train, test: randomSet(10, classes: 2, seed: 2), fit: fit,
                    guard: guardCount, calibrate: 0)
            }
        }
        #expect(fault(train, 10, 11).contains("at least 21"))
        #expect(fault(train, .max, .max).contains("at least \(Int.max)"))
        #expect(fault(train, 10, -1).contains("for the set guard, found -1"))
        #expect(fault(try randomSet(20, classes: 3, seed: 1), 5, 5).contains("in 3 classes"))
        let copies = train.subset(Array(repeating: 0, count: 4))
        #expect(fault(copies, 3, 1).contains("torn apart"))
        #expect(fault(train.prefix(0), 0, 0) == "no error")
    }

    @Test("largest remainders add up and never exceed their weight")
    func remainders() {
        #expect(largestRemainders(of: 10, in: [1, 1, 1]) == [4, 3, 3].map { $0 })
        #expect(largestRemainders(of: 5, in: [7, 2, 1]) == [4, 1, 0])
        #expect(largestRemainders(of: 0, in: [0, 0]) == [0, 0])
        for total in 0...23 {
            let weights = [11, 0, 5, 6, 1]
            let shares = largestRemainders(of: total, in: weights)
            #expect(shares.reduce(0, +) == total)
            #expect(zip(shares, weights).allSatisfy { $0 <= $1 })
        }
    }

    @Test("shares of one heap make four sets that share no image and use every one")
    func shares() throws {
        let heap = try randomSet(1000, classes: 7, seed: 1)
        let sets = try FourSets(train: heap, test: nil, shares: .ofAllImages)
        #expect(sets.fit.count == 600)
        #expect(sets.guard.count == 200)
        #expect(sets.calibrate.count == 50)
        #expect(sets.test.count == 150)
        let all = try sets.fit.items + sets.guard.items + sets.calibrate.items + sets.test.items
        #expect(all.count == 1000)
        #expect(try Set(all) == Set(heap.items))
        #expect(sets.copies == 0)

        var random = SplitMix64(seed: 9, index: 9)
        let shuffled = try FourSets(
            train: heap.subset(Array(heap.labels.indices).shuffled(using: &random)), test: nil,
            shares: .ofAllImages)
        for part in [\FourSets.fit, \.guard, \.calibrate, \.test] {
            #expect(try sets[keyPath: part].contentHash == shuffled[keyPath: part].contentHash)
        }
    }

    @Test("shares of training images leave the test images as they are")
    func sharesOfTraining() throws {
        let train = try randomSet(500, classes: 3, seed: 1)
        let test = try randomSet(60, classes: 3, seed: 2)
        let sets = try FourSets(train: train, test: test, shares: .ofTrainingImages)
        #expect(sets.fit.count == 350)
        #expect(sets.guard.count == 120)
        #expect(sets.calibrate.count == 30)
        #expect(try Set(sets.test.items) == Set(test.items))
    }

    @Test("copies are counted, stay together, and never stop a split by shares")
    func copies() throws {
        // Ten images, each eleven times: nothing divides evenly.
        let few = try randomSet(10, classes: 1, seed: 1)
        let heap = few.subset((0..<110).map { $0 % 10 })
        let sets = try FourSets(train: heap, test: nil, shares: .ofAllImages)
        #expect(sets.copies == 100)
        #expect(sets.leftOut == 0)
        let parts = try [sets.fit, sets.guard, sets.calibrate, sets.test].map { try Set($0.items) }
        #expect(parts.map(\.count).reduce(0, +) == 10)
        #expect(sets.fit.count + sets.guard.count + sets.calibrate.count + sets.test.count == 110)
        #expect(sets.guard.count == 22)

        // Those that occur in the test set too lie in no other.
        let apart = try FourSets(
            train: heap, test: few.subset([0, 1]), shares: .ofTrainingImages)
        #expect(apart.leftOut == 22)
        #expect(apart.copies == 102)
    }

    @Test("shares below nothing or above the whole are refused")
    func badShares() throws {
        let heap = try randomSet(10, classes: 2, seed: 1)
        for shares in [
            FourSets.Shares(guard: -0.1, calibrate: 0, test: 0),
            FourSets.Shares(guard: 0.5, calibrate: 0.5, test: 0.1),
            FourSets.Shares(guard: .nan, calibrate: 0, test: 0),
        ] {
            #expect(throws: FourSetsError.self) {
                try FourSets(train: heap, test: nil, shares: shares)
            }
        }
    }
}
