import Digests

/// Where an image stands among others: SHA-256 of (seed as 8 little-endian bytes, pixels), in the
/// order of its bytes. Identical images have one rank.
///
/// An image that was made from a picture of another size has the rank of that picture, so that a split
/// does not hang on the size that pictures are brought to.
struct Rank: Comparable, Hashable, Sendable {
    private let a, b, c, d: UInt64

    init(seed: UInt64, pixels: [UInt8]) {
        let hash = Self.hash(seed)
        hash.update(pixels)
        self.init(hash)
    }

    /// - Parameter origin: of the picture with seed 0.
    init(seed: UInt64, origin: Rank) {
        guard seed != 0 else {
            self = origin
            return
        }
        let hash = Self.hash(seed)
        for word in [origin.a, origin.b, origin.c, origin.d] {
            withUnsafeBytes(of: word.bigEndian) { hash.update($0) }
        }
        self.init(hash)
    }

    private static func hash(_ seed: UInt64) -> SHA256 {
        let hash = SHA256()
        withUnsafeBytes(of: seed.littleEndian) { hash.update($0) }
        return hash
    }

    private init(_ hash: SHA256) {
        (a, b, c, d) = hash.digest().withUnsafeBytes { digest in
            func word(_ index: Int) -> UInt64 {
                UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
            }
            return (word(0), word(1), word(2), word(3))
        }
    }

    static func < (left: Rank, right: Rank) -> Bool {
        if left.a != right.a { return left.a < right.a }
        return (left.b, left.c, left.d) < (right.b, right.c, right.d)
    }

    /// One rank an image, `[N]`.
    static func ranks(of set: ImageSet, seed: UInt64) throws -> [Rank] {
        try set.labels.indices.map { index in
            if let origin = set.storage.origin(of: set.places[index]) {
                return Rank(seed: seed, origin: origin)
            }
            return Rank(seed: seed, pixels: try set.bytes(of: index))
        }
    }

    /// The ranks that occur under more than one label.
    static func withTwoLabels(_ ranks: [Rank], labels: [Int]) -> Set<Rank> {
        var seen: [Rank: Int] = Dictionary(minimumCapacity: ranks.count)
        var contradictory: Set<Rank> = []
        for (rank, label) in zip(ranks, labels)
        where seen.updateValue(label, forKey: rank) ?? label
            != label
        {
            contradictory.insert(rank)
        }
        return contradictory
    }
}

/// The images of each class in the order of rank, from which one set after another is taken.
struct ClassShelves {
    /// For each class the runs of identical images that are still there, nearly always of one.
    private var shelves: [[ArraySlice<Int>]]

    init(_ indices: [Int], ranks: [Rank], of set: ImageSet) {
        var classes = Array(repeating: [Int](), count: set.classNames.count)
        for index in indices { classes[set.labels[index]].append(index) }
        shelves = classes.map { members in
            let sorted = members.sorted { ranks[$0] < ranks[$1] }
            var runs: [ArraySlice<Int>] = []
            var start = 0
            for end in sorted.indices.dropFirst() where ranks[sorted[end]] != ranks[sorted[start]] {
                runs.append(sorted[start..<end])
                start = end
            }
            if !sorted.isEmpty { runs.append(sorted[start...]) }
            return runs
        }
    }

    /// The images that are left.
    var count: Int { shelves.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } } }

    /// Takes `total` images, each class in proportion to what is left of it: a list a class, in
    /// the order of rank; `nil` where runs of identical images leave a class short.
    mutating func take(_ total: Int) -> [[Int]]? {
        let chosen = takeAbout(total)
        return chosen.reduce(0) { $0 + $1.count } == total ? chosen : nil
    }

    /// As ``take(_:)``, but a class that runs of identical images leave short gives fewer.
    ///
    /// - Parameter total: At most ``count``.
    mutating func takeAbout(_ total: Int) -> [[Int]] {
        let left = shelves.map { $0.reduce(0) { $0 + $1.count } }
        let quotas = largestRemainders(of: total, in: left)
        var chosen: [[Int]] = []
        for (label, quota) in quotas.enumerated() {
            var taken: [Int] = []
            var kept: [ArraySlice<Int>] = []
            for run in shelves[label] {
                if taken.count + run.count <= quota { taken += run } else { kept.append(run) }
            }
            shelves[label] = kept
            chosen.append(taken)
        }
        return chosen
    }
}

/// The ranks of the images to share out and of the test images, and which of the former may lie in
/// a set.
struct Ranking {
    let train: [Rank]
    /// `[test.count]`; empty where there are no test images of their own.
    let test: [Rank]
    /// The training images that neither occur in `test` nor carry two labels.
    let usable: [Int]
    /// Images that are copies of another one.
    let copies: Int

    init(train set: ImageSet, test testSet: ImageSet?, seed: UInt64) throws {
        let ranks = try Rank.ranks(of: set, seed: seed)
        train = ranks
        test = try testSet.map { try Rank.ranks(of: $0, seed: seed) } ?? []
        let barred = Set(test).union(Rank.withTwoLabels(ranks, labels: set.labels))
        usable = set.labels.indices.filter { !barred.contains(ranks[$0]) }
        copies = ranks.count + test.count - Set(ranks + test).count
    }

    var leftOut: Int { train.count - usable.count }
}

/// Shares `total` in proportion to `weights` so that the shares add up: each gets its proportion
/// rounded down, and the largest remainders one more; equal remainders in the order given.
///
/// - Parameter total: From 0 to the sum of the weights, so that no share exceeds its weight.
func largestRemainders(of total: Int, in weights: [Int]) -> [Int] {
    let sum = weights.reduce(0, +)
    guard sum > 0 else { return weights }
    let exact = weights.map { total.multipliedFullWidth(by: $0) }.map { sum.dividingFullWidth($0) }
    var shares = exact.map(\.quotient)
    let missing = total - shares.reduce(0, +)
    let byRemainder = exact.indices.sorted {
        (exact[$1].remainder, $0) < (exact[$0].remainder, $1)
    }
    for index in byRemainder.prefix(missing) { shares[index] += 1 }
    return shares
}
