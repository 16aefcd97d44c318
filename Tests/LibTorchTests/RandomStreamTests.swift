import LibTorch
import TestSupport
import Testing

@Suite("Streams of random numbers")
struct RandomStreamTests {
    /// The stream of a golden value's name.
    static let streams: [(name: String, stream: RandomStream)] = [
        ("0 noise 0", RandomStream(seed: 0, purpose: "noise")),
        ("7 noise 3", RandomStream(seed: 7, purpose: "noise", index: 3)),
        ("18446744073709551615 x -1", RandomStream(seed: .max, purpose: "x", index: -1)),
    ]

    @Test("are SplitMix64 written elsewhere", arguments: streams)
    func agrees(_ name: String, _ start: RandomStream) throws {
        let golden = try Golden("random-stream")
        var stream = start
        let numbers = (0..<8).map { _ in Int64(bitPattern: stream.next()) }
        #expect(try numbers == golden[name].scalars(as: Int64.self))
        stream = start
        let uniform = (0..<8).map { _ in stream.uniform() }
        #expect(try uniform == golden["\(name): uniform"].scalars(as: Float.self))
        stream = start
        try expect(Tensor(stream.normals(8)), near: golden["\(name): normal"], within: 2e-6)
    }

    @Test("are the same for the same seed, purpose and index, and different otherwise")
    func keys() {
        func first(_ seed: UInt64, _ purpose: StaticString, _ index: Int) -> [UInt64] {
            var stream = RandomStream(seed: seed, purpose: purpose, index: index)
            return (0..<4).map { _ in stream.next() }
        }
        #expect(first(1, "noise", 2) == first(1, "noise", 2))
        let keys: [(UInt64, StaticString, Int)] = [
            (1, "noise", 2), (2, "noise", 2), (1, "noise", 3), (1, "noisf", 2), (1, "onise", 2),
            (1, "", 2), (2, "noise", 1), (0, "noise", 2), (1, "noise", -2), (1, "noise ", 2),
        ]
        let numbers = keys.flatMap { first($0.0, $0.1, $0.2) }
        #expect(Set(numbers).count == numbers.count)
    }

    @Test(
        "give the normal numbers that are asked for as they are among all", arguments: [0, 1, 6, 7])
    func someNormals(count: Int) {
        let fresh = RandomStream(seed: 4, purpose: "some")
        for wanted in [[], [0], [1], [2, 5], [6], [0, 1, 2, 3, 4, 5, 6]] {
            var (whole, part) = (fresh, fresh)
            let all = whole.normals(count)
            let some = part.normals(count) { wanted.contains($0) }
            #expect(some.count == count)
            for place in wanted where place < count { #expect(some[place] == all[place]) }
            #expect(part.next() == whole.next())
        }
    }

    @Test("do not touch each other in neighbouring indices")
    func neighbours() {
        var seen: Set<UInt64> = []
        for index in 0..<1000 {
            var stream = RandomStream(seed: 3, purpose: "image", index: index)
            for _ in 0..<20 { seen.insert(stream.next()) }
        }
        #expect(seen.count == 20_000)
        // First numbers of neighbours are as independent as numbers of one stream.
        let firsts = (0..<10_000).map { index in
            var stream = RandomStream(seed: 3, purpose: "image", index: index)
            return Double(stream.uniform())
        }
        let mean = firsts.reduce(0, +) / 10_000
        let covariance =
            zip(firsts, firsts.dropFirst()).map { ($0 - mean) * ($1 - mean) }.reduce(0, +) / 9999
        #expect(abs(mean - 0.5) < 4 * 0.2887 / 100)
        #expect(abs(covariance) < 4 / 12.0 / 100)
    }

    @Test("give uniform numbers in 0 ..< 1 and in a range")
    func uniform() {
        var stream = RandomStream(seed: 1, purpose: "test")
        let unit = (0..<20_000).map { _ in stream.uniform() }
        #expect(unit.allSatisfy { $0 >= 0 && $0 < 1 })
        let mean = unit.reduce(0) { $0 + Double($1) } / 20_000
        #expect(abs(mean - 0.5) < 4 * 0.2887 / 141.4)

        let ranged = stream.uniforms(20_000, in: -3...5)
        #expect(ranged.count == 20_000)
        #expect(ranged.allSatisfy { (-3...5).contains($0) })
        #expect(ranged.min()! < -2.99 && ranged.max()! > 4.99)
        #expect(stream.uniforms(3, in: 2...2) == [2, 2, 2])
    }

    @Test("give normal numbers: mean, variance, tails and independence of pairs")
    func normal() {
        var stream = RandomStream(seed: 1, purpose: "test")
        let count = 40_000
        let numbers = stream.normals(count).map(Double.init)
        #expect(numbers.allSatisfy { $0.isFinite })
        let mean = numbers.reduce(0, +) / Double(count)
        let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        #expect(abs(mean) < 4 / 200.0)
        #expect(abs(variance - 1) < 4 * 2.0.squareRoot() / 200)
        // |z| > 2 has the probability 0.0455.
        let tail = Double(numbers.filter { abs($0) > 2 }.count) / Double(count)
        #expect(abs(tail - 0.0455) < 4 * 0.00104)
        let products = stride(from: 0, to: count, by: 2).map { numbers[$0] * numbers[$0 + 1] }
        #expect(abs(products.reduce(0, +) / Double(count / 2)) < 4 / 141.4)
    }

    @Test("give as many normal numbers as asked for", arguments: [0, 1, 2, 7])
    func counts(_ count: Int) {
        var stream = RandomStream(seed: 1, purpose: "test")
        let numbers = stream.normals(count)
        #expect(numbers.count == count)
        var longer = RandomStream(seed: 1, purpose: "test")
        #expect(Array(longer.normals(count + 2).prefix(count)) == numbers)
    }

    @Test("give permutations")
    func permutation() {
        var stream = RandomStream(seed: 1, purpose: "test")
        let one = stream.permutation(100)
        #expect(one.sorted() == Array(0..<100))
        #expect(one != Array(0..<100))
        #expect(stream.permutation(100) != one)
        var again = RandomStream(seed: 1, purpose: "test")
        #expect(again.permutation(100) == one)
        #expect(stream.permutation(0) == [])
    }
}
