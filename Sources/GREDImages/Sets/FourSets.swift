/// Four sets that share no image: an image lies in one of them, and its adversarial copies follow
/// it there.
///
/// ```swift
/// let sets = try FourSets(
///     train: mnist.train, test: mnist.test, fit: 50_000, guard: 8_000, calibrate: 2_000)
/// classifier.train(on: sets.fit)
/// let sample = sets.test.prefix(400)
/// ```
///
/// **The split follows from the pixels, not from the order of the files.** Within each class the
/// images are ranked by SHA-256 of the seed and the pixels, and `fit`, `guard` and `calibrate`
/// take theirs in the order of rank, each class in proportion to its share of the whole (largest
/// remainders, so that the sizes are exact).
///
/// **Identical images go together.** Copies under one label land in one set: where a run of them
/// would cross a set's border, the next run that fits is taken instead. Training images that also
/// occur in `test`, and training images that carry two labels, lie in no set: see ``leftOut``.
///
/// **Any prefix is a fair sample.** Each set's images come in the order of rank, its classes
/// interleaved, so that the first n hold each class in proportion, within about one image.
public struct FourSets: Sendable {
    /// Trains the classifier.
    public let fit: ImageSet
    /// Trains the detectors and the rectifier, and chooses their settings.
    public let `guard`: ImageSet
    /// Clean images that set the thresholds, and nothing else.
    public let calibrate: ImageSet
    /// All of the test images, touched once.
    public let test: ImageSet
    /// The training images that may lie in no set, since they occur in `test` too or carry two
    /// labels. MNIST and CIFAR-10 have none.
    public let leftOut: Int
    /// Images, wherever they lie, that are copies of another one to the pixel.
    public let copies: Int

    /// Splits `train` in three and puts all four sets in their order.
    ///
    /// - Parameters:
    ///   - train: The images to share out.
    ///   - test: The images of the fourth set; all of them stay.
    ///   - fit: The size of `fit`, in images.
    ///   - guard: The size of `guard`, in images.
    ///   - calibrate: The size of `calibrate`, in images; what then remains of `train` is in no
    ///     set.
    ///   - seed: Another seed, another split.
    /// - Throws: `FourSetsError` where the two sets are not of one kind, where a size is negative,
    ///   or where `train` cannot fill the sizes exactly.
    /// - Complexity: One SHA-256 an image; 0.2 s for MNIST.
    public init(
        train: ImageSet, test: ImageSet, fit: Int, guard guardCount: Int, calibrate: Int,
        seed: UInt64 = 0
    ) throws {
        try Self.check(train, test)
        let sizes = [("fit", fit), ("guard", guardCount), ("calibrate", calibrate)]
        for (name, size) in sizes where size < 0 {
            throw FourSetsError.negative(set: name, size: size)
        }
        let ranking = try Ranking(train: train, test: test, seed: seed)

        // Saturating, since sizes come from a command line.
        let wanted = sizes.reduce(0) { sum, size in
            let (total, over) = sum.addingReportingOverflow(size.1)
            return over ? .max : total
        }
        guard wanted <= ranking.usable.count else {
            throw FourSetsError.tooFew(
                set: train.name, wanted: wanted, usable: ranking.usable.count,
                leftOut: ranking.leftOut)
        }

        var shelves = ClassShelves(ranking.usable, ranks: ranking.train, of: train)
        func take(_ size: (name: String, count: Int)) throws -> ImageSet {
            guard let chosen = shelves.take(size.count) else {
                throw FourSetsError.copiesDoNotFit(set: size.name, size: size.count)
            }
            return train.subset(Self.interleaved(chosen), name: "\(train.name), \(size.name)")
        }
        self.init(
            fit: try take(sizes[0]), guard: try take(sizes[1]), calibrate: try take(sizes[2]),
            test: Self.ordered(test, ranking.test), ranking)
    }

    init(
        fit: ImageSet, guard forGuard: ImageSet, calibrate: ImageSet, test: ImageSet,
        _ ranking: Ranking
    ) {
        self.fit = fit
        self.guard = forGuard
        self.calibrate = calibrate
        self.test = test
        leftOut = ranking.leftOut
        copies = ranking.copies
    }

    static func check(_ train: ImageSet, _ test: ImageSet) throws {
        guard train.shape == test.shape, train.classNames == test.classNames else {
            throw FourSetsError.unlike(train: train.kind, test: test.kind)
        }
    }

    /// All images of a set in the order of rank.
    static func ordered(_ set: ImageSet, _ ranks: [Rank]) -> ImageSet {
        var all = ClassShelves(Array(set.labels.indices), ranks: ranks, of: set)
        // Everything is always a fit.
        return set.subset(interleaved(all.takeAbout(set.count)), name: set.name)
    }

    /// One list out of a list a class: the i-th of n images of a class stands at (i + ½) / n of
    /// the way, ties in the order of the classes.
    static func interleaved(_ classes: [[Int]]) -> [Int] {
        var places: [(position: Double, label: Int, index: Int)] = []
        for (label, indices) in classes.enumerated() {
            for (place, index) in indices.enumerated() {
                places.append(((Double(place) + 0.5) / Double(indices.count), label, index))
            }
        }
        return places.sorted { ($0.position, $0.label) < ($1.position, $1.label) }.map(\.index)
    }
}

extension ImageSet {
    fileprivate var kind: String { "\(shape) in \(classNames.count) classes" }
}
